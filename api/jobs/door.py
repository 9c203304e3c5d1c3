"""The one door from the API to the code that processes jobs.

*External*: the job is left to the workers and the client polls. *Internal*: the worker's code
runs in this process and the client gets the ImportDocument at once.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Connection, Engine

from api.jobs import keys
from api.jobs.waiters import Turn, Waiters
from common import reporting
from common.breaker import Breaker
from common.catalogue.song_search import SongSearch
from common.credentials.vault import Owner
from common.database import failures
from common.database.engine import autocommit
from common.database.pooling import guard_sessions
from common.errors import UserError
from common.games.model import GPT
from common.games.registry import GAMES
from common.imports.import_answers import answer_from_record
from common.imports.import_documents import find_import
from common.jobs import caps, idempotency, pause_rows, progress
from common.jobs.accepting import (
    Message,
    NewJob,
    accept_or_join,
    joined,
    next_message,
    ongoing_sync,
)
from common.jobs.caps import Caps
from common.jobs.outcomes import failure_code, job_outcome
from common.jobs.progress import FinalAnswer
from common.settings import Settings
from common.targets.target_documents import GoalCharts, GoalCriteria
from worker import runner
from worker.catalogue import resolving
from worker.catalogue.resolving import Wanted
from worker.import_types import guessing, registry
from worker.import_types.base import (
    CanBeParted,
    DescribesBody,
    ReadsFormFields,
    RefusesAtOnce,
)
from worker.import_types.manual.batch_manual_json_schema import schema_of
from worker.messaging import dispatch, make_app
from worker.runtime import make_runtime
from worker.services.linking import link
from worker.services.opening import Access, credential_name
from worker.targets.goals import make_goal

# The `file/` import types there are, whether this service accepts them or not.
UPLOADED_TYPES = registry.UPLOADED_TYPES

# Seconds for connecting to the broker, and for each answer of it.
BROKER_TIMEOUT = 0.3
# Milliseconds after which a statement that reaches the database accepts nothing any more: it hung,
# and the client has been told so.
ACCEPTED_WITHIN = 3000


@dataclass(frozen=True, slots=True)
class Accepted:
    """The job is in PostgreSQL and will run; poll for its end."""

    job_id: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The import was applied."""

    document: dict[str, Any]


class Processor(Protocol):
    # Whether poll-status has anything to say.
    polled: bool

    def submit(self, job: NewJob) -> Accepted | Finished:
        """Takes an import on for good. Raises UserError where it ended badly at once."""

    def run(self, job: NewJob, turn: Turn | None) -> Accepted | FinalAnswer:
        """Takes a job on and waits for its answer, if it may, and not for long.

        turn: given up while the request waits; None: it may not wait.
        """

    def resume(self, user_id: int, job_id: str) -> None:
        """Has a user's jobs go on, of which this one was queued anew, or cancelled."""


class ExternalProcessor:
    """Leaves the work to the Celery workers."""

    polled = True

    def __init__(self, settings: Settings, engine: Engine, redis: Redis) -> None:
        self._engine = engine
        self._redis = redis
        self._celery = make_app(settings)
        # A request does not wait for a broker that hangs as long as a worker would.
        self._celery.conf.broker_transport_options |= {
            "socket_timeout": BROKER_TIMEOUT,
            "socket_connect_timeout": BROKER_TIMEOUT,
        }
        self._broker = Breaker("the broker")
        self._caps = _caps(settings)
        self._dialect = settings.dialect
        self._waiters = Waiters(
            redis, settings.waiters, settings.waiters_per_user, settings.wait_seconds
        )

    def submit(self, job: NewJob) -> Accepted:
        with self._engine.connect() as connection, autocommit(connection):
            job_id, message = _accept(connection, job, self._caps)
            if job_id != job.job_id:
                return Accepted(job_id)
            # A user who is being served gets the next message when that has ended, which may
            # have been just before this job was there to be seen.
            message = message or next_message(connection, job.user_id)
        # From here on the import cannot be lost; what follows only makes it start sooner.
        starting = message is not None and message.job_id == job.job_id
        text = progress.STARTING if starting else progress.WAITING
        with contextlib.suppress(RedisError):
            progress.write_progress(self._redis, job.job_id, text)
        if message is not None:
            self._dispatch(message)
        return Accepted(job.job_id)

    def _dispatch(self, message: Message) -> None:
        """Sends the message, unless the broker has just failed to take one."""
        if not self._broker.allows():
            return
        if dispatch(self._celery, message):
            self._broker.succeeded()
        else:
            self._broker.failed()

    def run(self, job: NewJob, turn: Turn | None) -> Accepted | FinalAnswer:
        # The place is taken first: the job may end as soon as it is accepted.
        if turn is None:
            return self.submit(job)
        with self._waiters.place(job.user_id, job.job_id) as ended:
            accepted = self.submit(job)
            if ended is None:
                return accepted
            return self._waiters.wait(ended, lambda: self._ended(accepted.job_id), turn) or accepted

    def resume(self, user_id: int, job_id: str) -> None:
        with self._engine.connect() as connection, autocommit(connection):
            message = next_message(connection, user_id)
        if message is not None:
            self._dispatch(message)

    def _ended(self, job_id: str) -> FinalAnswer | None:
        """The answer of a job that has ended."""
        answer: FinalAnswer | str | None = None
        with contextlib.suppress(RedisError):
            answer = progress.read(self._redis, job_id)
        if not isinstance(answer, FinalAnswer):
            try:
                with self._engine.connect() as connection, autocommit(connection):
                    answer = answer_from_record(connection, job_id, self._dialect)
            except Exception as problem:
                # The job is accepted, whatever happens to the database now.
                if not failures.is_passing(problem):
                    raise
        return answer if isinstance(answer, FinalAnswer) else None


class InternalProcessor:
    """Runs jobs in the request that brings them; a user's jobs still run one by one."""

    polled = False

    def __init__(self, settings: Settings) -> None:
        self._runtime = make_runtime(settings, pool_size=settings.web_threads, watched=True)
        guard_sessions(self._runtime.engine)
        self._caps = _caps(settings)

    def submit(self, job: NewJob) -> Finished:
        job_id = self._run_to_its_end(job)
        with self._runtime.engine.connect() as connection:
            document = find_import(connection, job_id, self._runtime.settings.dialect)
            if document is not None:
                return Finished(document)
            outcome = job_outcome(connection, job_id)
        if outcome is None or outcome.error_status is None:
            raise UserError(409, "This user already has an ongoing import.")
        if outcome.error_reference is not None:
            raise UserError(500, reporting.told(runner.INTERNAL_ERROR_INLINE))
        status = outcome.error_status
        raise UserError(status, outcome.error_message or "", failure_code(outcome.kind, status))

    def run(self, job: NewJob, turn: Turn | None) -> Accepted | FinalAnswer:
        job_id = self._run_to_its_end(job)
        with self._runtime.engine.connect() as connection:
            answer = answer_from_record(connection, job_id, self._runtime.settings.dialect)
        return answer if isinstance(answer, FinalAnswer) else Accepted(job_id)

    def resume(self, user_id: int, job_id: str) -> None:
        with contextlib.suppress(runner.QueuePaused):
            runner.run_inline(self._runtime, user_id, job_id)

    def _run_to_its_end(self, job: NewJob) -> str:
        with self._runtime.engine.connect() as connection, autocommit(connection):
            # Nobody would run it by itself once the queue goes on.
            if pause_rows.is_paused(connection):
                raise runner.QueuePaused(runner.PAUSED_INLINE)
            job_id, _ = _accept(connection, job, self._caps)
        runner.run_inline(self._runtime, job.user_id, job_id)
        return job_id


def _accept(connection: Connection, job: NewJob, most: Caps) -> tuple[str, Message | None]:
    """The id of the job that is on now, and its message: of a sync that runs already, and of a
    request that was made before, that one's id and none.
    """
    job_id, message = _accept_or_find(connection, job, most)
    if job.idempotency_key is not None and job_id != job.job_id:
        keys.replayed(connection, job, job_id)
    return job_id, message


def _accept_or_find(connection: Connection, job: NewJob, most: Caps) -> tuple[str, Message | None]:
    if job.idempotency_key is not None:
        before = idempotency.job_of(connection, job.user_id, job.idempotency_key)
        if before is not None:
            return before, None
    ongoing = ongoing_sync(connection, job)
    if ongoing is not None:
        return joined(connection, job, ongoing), None
    now = caps.check(connection, job.user_id, most)
    return accept_or_join(connection, job, until=now + ACCEPTED_WITHIN)


def _caps(settings: Settings) -> Caps:
    return Caps(settings.max_queued_jobs, settings.max_queued_bytes)


def make_processor(settings: Settings, engine: Engine, redis: Redis) -> Processor:
    if settings.external_worker:
        return ExternalProcessor(settings, engine, redis)
    return InternalProcessor(settings)


def file_import_types(settings: Settings) -> list[str]:
    """The `file/` import types this service accepts, in the order error texts list them."""
    enabled = settings.import_types or tuple(registry.IMPORT_TYPES)
    return [name for name in enabled if name in registry.UPLOADED_TYPES]


def fetched_import_types() -> tuple[str, ...]:
    """All `api/` import types there are, whether this service is set up for them or not."""
    return tuple(registry.ORIGINS)


def enabled_import_types(settings: Settings) -> list[str]:
    """The import types this service accepts, in the order texts list them."""
    offered = {
        *file_import_types(settings),
        *service_import_types(settings),
        *registry.SENT_TYPES,
    }
    enabled = settings.import_types or tuple(registry.IMPORT_TYPES)
    return [name for name in enabled if name in offered]


def service_import_types(settings: Settings) -> list[str]:
    """The `api/` import types this service accepts: those of services it is set up for."""
    offered = settings.services.offered()
    enabled = settings.import_types or tuple(registry.IMPORT_TYPES)
    return [
        name
        for name in enabled
        if (origin := registry.ORIGINS.get(name)) is not None
        and (origin.family, origin.service) in offered
    ]


def service_names(settings: Settings) -> dict[str, list[str]]:
    """The services this server is set up for and what can be fetched from each, by name."""
    services: dict[str, list[str]] = {}
    for name in service_import_types(settings):
        origin = registry.ORIGINS[name]
        services.setdefault(credential_name(origin.family, origin.service), []).append(name)
    return services


def exchange_code(settings: Settings, engine: Engine, owner: Owner, code: str) -> None:
    """Links the owner's account with the service. Raises UserError."""
    link(Access(settings, engine), owner, code)


def form_fields(import_type: str) -> tuple[str, ...]:
    """The text fields that an import type reads of a form; what else comes is not kept."""
    found = registry.get(import_type)
    return found.form_fields if isinstance(found, ReadsFormFields) else ()


def refuse_form(import_type: str, filename: str, fields: Mapping[str, Any]) -> None:
    """Refuses a form whose fields make no sense to the import type. Raises UserError."""
    found = registry.get(import_type)
    if isinstance(found, ReadsFormFields):
        found.check_form(filename, fields)


def guess_import_types(
    settings: Settings, filename: str, beginning: bytes
) -> tuple[list[str], dict[str, str]]:
    """What a file may be imported as here, the likeliest first, and fields that its name gives."""
    guess = guessing.guess(filename, beginning)
    accepted = file_import_types(settings)
    return [name for name in guess.import_types if name in accepted], guess.fields


def part_type(import_type: str) -> str | None:
    """As what some entries of its files are imported; None where they cannot be taken out."""
    found = registry.IMPORT_TYPES.get(import_type)
    return found.part_type if isinstance(found, CanBeParted) else None


def part_of_file(
    import_type: str, content: bytes, indexes: Collection[int]
) -> tuple[bytes, list[int]]:
    """The entries at these places as a file; the place of each that is in it. Raises UserError."""
    found = registry.get(import_type)
    assert isinstance(found, CanBeParted), "it has a part_type"
    part = found.part(content, frozenset(indexes))
    return part.content, part.places


def refuse_unreadable(settings: Settings, import_type: str, content: Any) -> None:
    """Refuses at once what can be told at once to be none of the import type's documents.

    content: a file's content, or a body as decoded. Raises UserError.
    """
    found = registry.get(import_type)
    if isinstance(found, RefusesAtOnce):
        found.check(content, settings.games or tuple(GAMES))


def body_schema(import_type: str) -> Mapping[str, Any]:
    """The JSON Schema of the bodies that are imported as this."""
    found = registry.get(import_type)
    return found.body_schema if isinstance(found, DescribesBody) else {"type": "object"}


def manual_schema(game: str) -> dict[str, Any]:
    """The JSON Schema of batch-manual for a game."""
    return schema_of(GAMES[game])


def check_names(settings: Settings) -> list[str]:
    """What is wrong with the games and import types the settings name, one line each."""
    problems = [f"GAMES: there is no game {name}" for name in settings.games if name not in GAMES]
    problems += [
        f"IMPORT_TYPES: there is no import type {name}"
        for name in settings.import_types
        if name not in registry.IMPORT_TYPES
    ]
    return problems


def resolve_chart(
    connection: Connection, search: SongSearch, gpt: GPT, wanted: Mapping[str, str]
) -> str:
    """The chartID of the chart that is meant, found as for a score. Raises ConversionFailure.

    wanted: `matchType`, `identifier` and whatever else an entry of batch-manual names it by.
    """
    return resolving.resolve(connection, search, gpt, Wanted(**wanted))


def name_of_goal(
    connection: Connection, gpt: GPT, charts: GoalCharts, criteria: GoalCriteria
) -> str:
    """What a goal would be called. Raises InvalidGoal; stores nothing."""
    return make_goal(connection, gpt, charts, criteria).name
