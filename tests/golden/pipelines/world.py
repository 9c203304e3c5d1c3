"""The service as a recorded case sees it: its users and catalogue, and what its steps ask for.

Everything that changes scores is a job, accepted and run by the code that does so in
production; only the processes in between are left out.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import msgspec
from sqlalchemy import text

from common.games.registry import get_gpt
from common.imports.import_documents import find_import
from common.jobs import arguments as job_arguments
from common.jobs.accepting import NewJob, accept
from common.jobs.job_tables import JobState
from common.jobs.outcomes import job_outcome
from common.redis_client import open_redis
from common.sessions.session_info import score_info
from common.settings import load_settings
from common.targets.construct import InvalidGoal
from common.targets.refusals import SubscriptionRefused
from common.targets.subscriptions import GoalSubscription
from common.targets.target_documents import GoalCharts, GoalCriteria
from common.text.canonical import new_job_id
from common.wire import Wire
from tests.golden import upstreams
from tests.golden.database import CaseDatabase
from tests.golden.pipelines import state
from tests.golden.pipelines.catalogue import (
    add_catalogue,
    create_users,
    reserve_songs,
    resolve_folders,
)
from tests.golden.pipelines.concessions import Ledger, Snapshot, concede
from tests.golden.pipelines.import_checks import without_judgement_lists
from tests.golden.services_decisions import answers_of
from tests.golden.suites.import_types import ENABLED_GAMES, OPTIONS, options_of
from tests.golden.suites.registry import NotBuilt
from worker import jobs, runner
from worker.catalogue.memory import CatalogueStore
from worker.import_types.base import Body, Upstream
from worker.import_types.registry import IMPORT_TYPES
from worker.runtime import Runtime
from worker.schedule import accept_orphan_jobs
from worker.targets.goals import make_goal
from worker.targets.subscriptions import ChosenGoal, subscribe_goal, subscribe_quest

_WORKER_LOG = logging.getLogger("worker")

# Nobody answers there. Without Redis there is no progress to poll, which nothing here asks for.
NO_REDIS = "redis://127.0.0.1:1"

# What comes of an import of nobody: without a user there is no token, without one no import.
NO_SUCH_USER = {"error": {"failureType": "Internal", "message": "There is no such user."}}

# What happens to an import whose user is busy; it is run once the user is free.
WAITS = {"waits": True}


class _Failures(logging.Handler):
    """Keeps what the worker logs of unexpected failures, for the report of a difference."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.failures: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.failures.append(self.format(record))


def check_built(given: Mapping[str, Any]) -> None:
    """Raises NotBuilt, naming the first thing that a case needs and that there is not."""
    for step in given["steps"]:
        if step["op"] not in _OPERATIONS:
            raise NotBuilt(step["op"])
        if step["op"] == "import":
            import_type = step["importType"]
            if import_type not in IMPORT_TYPES or (
                IMPORT_TYPES[import_type].input is Body and import_type not in OPTIONS
            ):
                raise NotBuilt(import_type)


class World:
    """The database of one case, while it lasts."""

    def __init__(self, database: CaseDatabase, given: Mapping[str, Any]) -> None:
        self.now = 0
        self.ledger = Ledger()
        # By ID, the owner and the scores of imports.
        self._imported: dict[str, tuple[int, list[str]]] = {}
        self._engine = database.engine
        self._transport = upstreams.Recorded([])
        self._runtime = Runtime(
            settings=load_settings(
                {
                    "DATABASE_URL": database.url,
                    "REDIS_URL": NO_REDIS,
                    "OUR_URL": "http://127.0.0.1",
                    "GAMES": ",".join(ENABLED_GAMES),
                    "BEATORAJA_QUEUE_SIZE": str(_queue_size(given)),
                    # The reference refuses a document for each score that breaks a rule.
                    "LENIENT_ENTRIES": "false",
                    **(_services() if given.get("priorState") else {}),
                }
            ),
            engine=database.engine,
            redis=open_redis(NO_REDIS),
            catalogues=CatalogueStore(),
            clock=lambda: self.now,
            transport=self._transport,
        )
        self._log = _Failures(logging.ERROR)
        # Holds the locks of users who are said to be busy.
        self._others = database.engine.connect()
        self._users: list[int] = given["users"]
        with self._engine.begin() as connection:
            create_users(connection, self._users)
            upstreams.store(connection, given.get("priorState", {}))
            if _is_of_beatoraja(given):
                add_catalogue(connection, given["catalogue"], hashes_of_pms=True)
                reserve_songs(connection)
            else:
                add_catalogue(connection, given["catalogue"])
            resolve_folders(connection, given["catalogue"])

    def __enter__(self) -> Self:
        _WORKER_LOG.addHandler(self._log)
        _WORKER_LOG.propagate = False
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _WORKER_LOG.removeHandler(self._log)
        _WORKER_LOG.propagate = True
        self._others.invalidate()
        self._others.close()

    def take(self, step: Mapping[str, Any], recorded_sessions: list[Any] | None) -> Any:
        """Does what the step asks for, at its time; the result in the form recorded.

        recorded_sessions: those of the reference after it, where they were recorded.
        """
        self.now = step["now"]
        with self._engine.connect() as connection:
            before = Snapshot(connection)
        result = _OPERATIONS[step["op"]](self, step)
        with self._engine.begin() as connection:
            concede(connection, step, before, result, recorded_sessions, self.ledger)
        return result

    def read(self, collection: str) -> state.Documents:
        with self._engine.connect() as connection:
            return state.read(connection, collection)

    # --- jobs --------------------------------------------------------------------------------

    def _run(self, job: NewJob) -> Any:
        """Runs a job to its end: None, or how it failed."""
        with self._engine.begin() as connection:
            accept(connection, job)
            connection.execute(
                text("UPDATE jobs SET accepted_at = :now WHERE job_id = :job_id"),
                {"now": self.now, "job_id": job.job_id},
            )
        return self._run_accepted(job.user_id, job.job_id)

    def _run_accepted(self, user_id: int, job_id: str) -> Any:
        runner.run(self._runtime, user_id, job_id)
        with self._engine.connect() as connection:
            outcome = job_outcome(connection, job_id)
        assert outcome is not None
        if outcome.state is JobState.QUEUED:
            return WAITS
        if outcome.error_reference is not None:
            return {"error": {"plainError": True, "message": "\n".join(self._log.failures)}}
        if outcome.error_status is not None:
            return {
                "error": {
                    "fatal": True,
                    "statusCode": outcome.error_status,
                    "message": outcome.error_message,
                }
            }
        return None

    # --- operations --------------------------------------------------------------------------

    def _import(self, step: Mapping[str, Any]) -> Any:
        if step["userID"] not in self._users:
            return NO_SUCH_USER
        self._play(step)
        recorded = step["parserArguments"]
        arguments = without_judgement_lists(recorded)
        if arguments != recorded:
            refused = self._run(_job(step, new_job_id(), recorded))
            assert "judgements | Not a valid object." in refused["error"]["message"]
        job = _job(step, step["importID"], arguments)
        if failure := self._run(job):
            return failure
        document = self._import_document(job.job_id)
        self._imported[job.job_id] = job.user_id, document["scoreIDs"]
        return document

    def _play(self, step: Mapping[str, Any]) -> None:
        """Other services answer as they did then."""
        transport = step.get("transport", {})
        self._transport.play(answers_of(transport, step["importType"]))
        if "grpc" in transport:
            with self._engine.connect() as connection:
                upstreams.play_grpc(transport["grpc"], upstreams.access_code(connection))

    def _import_document(self, import_id: str) -> Any:
        with self._engine.connect() as connection:
            return find_import(connection, import_id, Wire.BOTH)

    def _reprocess_orphans(self, step: Mapping[str, Any]) -> Any:
        total: dict[str, int] = defaultdict(int, processed=0, removed=0, failed=0, success=0)
        for user_id, job_id in accept_orphan_jobs(self._runtime):
            assert self._run_accepted(user_id, job_id) is None
            with self._engine.connect() as connection:
                outcome = job_outcome(connection, job_id)
            assert outcome is not None
            assert outcome.result is not None
            for name, count in outcome.result["body"].items():
                total[name] += count
        return dict(total)

    def _revert(self, step: Mapping[str, Any]) -> Any:
        import_id = step["importID"]
        with self._engine.connect() as connection:
            owner = connection.scalar(
                text("SELECT user_id FROM imports WHERE import_id = :import_id"),
                {"import_id": import_id},
            )
        if owner is None:
            if import_id not in self._imported:
                return {"error": "no such import"}
            # There was one: it is gone, with the last of its scores or by a revert.
            owner, score_ids = self._imported[import_id]
            with self._engine.connect() as connection:
                kept = set(connection.scalars(text("SELECT score_id FROM scores")))
            assert kept.isdisjoint(score_ids)
        return self._run(NewJob(owner, new_job_id(), job_arguments.Revert(import_id)))

    def _delete_score(self, step: Mapping[str, Any]) -> Any:
        return self._delete([step["scoreID"]], step["blacklist"])

    def _delete_scores(self, step: Mapping[str, Any]) -> Any:
        return self._delete(step["scoreIDs"], step["blacklist"])

    def _delete(self, score_ids: list[str], blacklist: bool) -> Any:
        with self._engine.connect() as connection:
            owners = connection.scalars(
                text("SELECT DISTINCT user_id FROM scores WHERE score_id = ANY(:score_ids)"),
                {"score_ids": score_ids},
            ).all()
        arguments = job_arguments.Deletion(score_ids, blacklist)
        for owner in owners:
            job = NewJob(owner, new_job_id(), arguments)
            if failure := self._run(job):
                return failure
        return None

    def _set_lock(self, step: Mapping[str, Any]) -> None:
        assert jobs.try_lock(self._others, step["userID"])
        self._others.commit()

    def _set_rivals(self, step: Mapping[str, Any]) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                text(
                    "UPDATE game_settings SET rivals = :rivals WHERE user_id = :userID"
                    " AND game = :game AND playtype = :playtype"
                ),
                dict(step),
            )

    def _subscribe_goal(self, step: Mapping[str, Any]) -> Any:
        gpt = get_gpt(step["game"], step["playtype"])
        charts = msgspec.convert(step["charts"], GoalCharts)
        criteria = msgspec.convert(step["criteria"], GoalCriteria)
        subscription: Any
        with self._engine.begin() as connection:
            try:
                goal = make_goal(connection, gpt, charts, criteria)
                _, subscription = subscribe_goal(
                    connection,
                    step["userID"],
                    ChosenGoal(gpt, charts, criteria),
                    self.now,
                    standalone=step.get("standalone", True),
                )
            except SubscriptionRefused as refusal:
                subscription = {"refused": refusal.reason}
            except InvalidGoal as problem:
                return {"error": {"plainError": True, "message": problem.message}}
        return msgspec.to_builtins({"goal": goal, "subscription": subscription})

    def _subscribe_quest(self, step: Mapping[str, Any]) -> Any:
        with self._engine.begin() as connection:
            row = connection.execute(
                text("SELECT game, playtype FROM quests WHERE quest_id = :questID"), dict(step)
            ).one()
            try:
                joined = subscribe_quest(
                    connection, step["userID"], get_gpt(*row), step["questID"], self.now
                )
            except SubscriptionRefused as refusal:
                return {"refused": refusal.reason}
        return msgspec.to_builtins(
            {
                "questSub": joined.subscription,
                "goals": joined.goals,
                "goalResults": [_standing(each) for each in joined.goal_subscriptions],
            }
        )

    def _score_info(self, step: Mapping[str, Any]) -> Any:
        with self._engine.connect() as connection:
            sessions = connection.execute(text("SELECT * FROM sessions ORDER BY session_id")).all()
            return [
                {
                    "sessionID": session.session_id,
                    "scoreInfo": score_info(connection, session),
                }
                for session in sessions
            ]

    def _extend_catalogue(self, step: Mapping[str, Any]) -> None:
        with self._engine.begin() as connection:
            add_catalogue(connection, step["catalogue"])


_OPERATIONS: Mapping[str, Callable[[World, Mapping[str, Any]], Any]] = {
    "import": World._import,
    "addCatalogue": World._extend_catalogue,
    "deorphan": World._reprocess_orphans,
    "revert": World._revert,
    "deleteScore": World._delete_score,
    "deleteScores": World._delete_scores,
    "setRivals": World._set_rivals,
    "setLock": World._set_lock,
    "subscribeGoal": World._subscribe_goal,
    "subscribeQuest": World._subscribe_quest,
    "sessionScoreInfo": World._score_info,
}


def _services() -> dict[str, str]:
    return {**upstreams.ENVIRONMENT, **upstreams.myt_settings()}


def _is_of_beatoraja(given: Mapping[str, Any]) -> bool:
    return any(step.get("importType") == "ir/beatoraja" for step in given["steps"])


def _queue_size(given: Mapping[str, Any]) -> int:
    """How many players make a chart real: in the reference's pms, by a fault, no number does."""
    return 1000 if "pms" in (given["catalogue"].get("charts") or {}) else 3


def _standing(subscription: GoalSubscription) -> dict[str, Any]:
    """How far the user is with a goal, as was recorded of quests."""
    names = ("achieved", "progress", "outOf", "progressHuman", "outOfHuman", "goalID")
    return {name: getattr(subscription, name) for name in names}


def _job(step: Mapping[str, Any], job_id: str, parser_arguments: list[Any]) -> NewJob:
    arguments, payload = _input(step["importType"], parser_arguments)
    return NewJob(
        user_id=step["userID"],
        job_id=job_id,
        import_type=step["importType"],
        # Left out where a person would have imported it.
        user_intent=step.get("userIntent", True),
        arguments=job_arguments.Import(**arguments),
        payload=payload,
        fetches=payload is None,
    )


def _input(import_type: str, recorded: list[Any]) -> tuple[dict[str, Any], bytes | None]:
    """The arguments and the payload of a job."""
    taken = IMPORT_TYPES[import_type].input
    if taken is Upstream:
        return {}, None
    first, *others = recorded
    if taken is Body:
        return {"options": options_of(import_type, others)}, json.dumps(first).encode()
    file = first["$file"]
    arguments = {"filename": file["filename"], "fields": others[0] if others else {}}
    content = file["text"] if "text" in file else json.dumps(file["json"])
    return arguments, str(content).encode()
