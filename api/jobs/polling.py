"""GET /imports/:importID/poll-status: what every client asks once a second.

The hot path stands in front of Flask, as WSGI: one round trip to Redis answers a poll and counts
it, without a schema, an ORM or a framework. A final answer comes as bytes, ready to send.
PostgreSQL answers where Redis has nothing or is down.

Source: specification, http-api-import.md section 8.
"""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from redis.exceptions import RedisError
from werkzeug.wrappers import Request

from api.http import cors, limits
from api.http.answers import AWAY_SECONDS, HEADERS, JSON, UNEXPECTED
from api.http.database_faults import told_of_database
from api.http.endpoint import EMPTY, declared
from api.http.header_parameters import IF_NONE_MATCH
from api.http.service import Service
from api.jobs.kept import KeptAnswers
from api.jobs.shared_calls import SharedCalls
from api.jobs.unknown import UnknownIDs
from common import envelope
from common.database.engine import autocommit
from common.errors import UserError
from common.imports.import_answers import answer_from_record
from common.imports.import_documents import ImportDocument
from common.jobs import progress
from common.jobs.progress import FinalAnswer
from common.metrics.measures import POLLS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

NO_WORKER: Final = (
    "{name} does not use an external score import worker. Polling imports is not possible."
    " This import may be ongoing, or it may have never occured."
)

ONGOING: Final = "Import is ongoing."
_IS_ONGOING: Final = envelope.success(ONGOING, None).removesuffix(b'"body":null}')
# Seconds after which to ask again how an import stands.
AGAIN_SECONDS: Final = 1

_MISSING: Final = FinalAnswer(
    404, envelope.failure("There is no ongoing import here.", error={"code": "NOT_FOUND"})
)
# Key of the WSGI environment: what was looked up for the poll already.
FOUND: Final = "score_import.found"

_PATH: Final = re.compile("/api/v1/imports/([^/]+)/poll-status/?")
_STATUS_LINES: Final = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


class Ongoing(msgspec.Struct):
    """An import that has not ended. progress: what is being done, for a person to read."""

    importStatus: Literal["ongoing"]
    progress: dict[str, str]


class Completed(msgspec.Struct):
    """An import that has ended well."""

    importStatus: Literal["completed"]
    document: ImportDocument = msgspec.field(name="import")


DECLARATION: Final = declared(
    "How an import goes, or what came of it. Ask once a second at most, or follow its stream.",
    # The last: what came of a job that is no import.
    answers=(Ongoing, Completed, dict[str, Any]),
    errors={
        400: "The import failed (`IMPORT_FAILED`), or the request cannot be understood.",
        401: "The other service does not know the user (`INTEGRATION_AUTH`), the import failed"
        " (`IMPORT_FAILED`), or the token is no good.",
        404: "There is no such import, or it was taken back; or it failed (`IMPORT_FAILED`).",
        409: "The import failed (`IMPORT_FAILED`): another one of the user was on.",
        410: "The import was cancelled by those who run the service (`IMPORT_CANCELLED`).",
        501: "The server works without workers: imports are answered at once.",
    },
    takes=(IF_NONE_MATCH,),
    other_answers={304: ("It is as the client has it (`If-None-Match`).", EMPTY)},
    headers={
        "ETag": "of an import that has ended; send it back as `If-None-Match`",
        "Retry-After": "seconds, while it goes on",
    },
    examples={
        "body": {
            "importStatus": "ongoing",
            "progress": {"description": "Imported 1832 Scores..."},
        }
    },
    tags=("imports",),
)


@dataclass(slots=True)
class _Found:
    """What is known of a poll without asking PostgreSQL.

    who: whom it is counted for. is_good: whether what it says of who sends it is known to hold.
    counted: where they stand; None where nothing is counted. kept: the answer as it was.
    answer: as Redis has it.
    """

    request: Request
    job_id: str
    who: str
    is_good: bool
    kept: FinalAnswer | None = None
    counted: limits.Count | None = None
    answer: FinalAnswer | str | None = None


class Polls:
    """Answers polls, and hands all other requests on to `others`."""

    def __init__(self, here: Service, others: WSGIApplication) -> None:
        self._here = here
        self._others = others
        self._unknown = UnknownIDs()
        self._kept = KeptAnswers()
        self._questions = SharedCalls[FinalAnswer | str | None]()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        poll = _PATH.fullmatch(environ["PATH_INFO"]) if method in ("GET", "HEAD") else None
        if poll is None:
            return self._others(environ, start_response)
        request_id = secrets.token_hex(8)
        found = environ.get(FOUND) or self._look_up([(Request(environ), poll[1])])[0]
        answer, headers = self._answer(found, request_id)
        POLLS.add(_word_for(answer))
        content = [("Content-Type", JSON), ("Content-Length", str(len(answer.body)))]
        if answer.status == HTTPStatus.NOT_MODIFIED:
            content = []
        start_response(
            _STATUS_LINES[answer.status],
            [
                *{
                    **HEADERS,
                    **cors.headers(environ.get("HTTP_ORIGIN"), self._here.settings.cors_origins),
                    **headers,
                }.items(),
                ("X-Request-Id", request_id),
                *content,
            ],
        )
        return [answer.body] if method == "GET" else []

    def look_up(self, environs: Sequence[WSGIEnvironment]) -> list[bool]:
        """Asks Redis for what answers these requests, in one round trip; see `LooksUpTogether`."""
        polls = [(Request(environ), _PATH.fullmatch(environ["PATH_INFO"])) for environ in environs]
        found = iter(self._look_up([(request, poll[1]) for request, poll in polls if poll]))
        answerable = []
        for environ, (_, poll) in zip(environs, polls, strict=True):
            if poll is not None:
                environ[FOUND] = each = next(found)
                known = each.answer is not None or each.job_id in self._unknown
                answerable.append(each.is_good and known)
            else:
                answerable.append(False)
        return answerable

    def _look_up(self, polls: Sequence[tuple[Request, str]]) -> list[_Found]:
        """Counts polls and reads their answers, as far as Redis knows."""
        limit = limits.Limit("normal", self._here.settings.rate_limit)
        found = []
        commands: list[tuple[Any, ...]] = []
        for request, job_id in polls:
            who, is_good = self._here.admissions.who_polls(request)
            kept = self._kept.get(job_id)
            found.append(_Found(request, job_id, who, is_good, kept))
            if limit.most:
                commands += limits.commands(limit, who)
            command = progress.command if kept is None else progress.seal_command
            commands.append(command(job_id))
        with contextlib.suppress(RedisError):
            answers = iter(self._here.redis.ask(commands))
            for each in found:
                if limit.most:
                    each.counted = limits.read(limit, [next(answers) for _ in range(3)])
                each.answer = self._understand(each, next(answers))
        return found

    def _understand(self, poll: _Found, said: Any) -> FinalAnswer | str | None:
        """What Redis said of a poll's job; nothing where it is not the answer that was kept."""
        if poll.kept is not None:
            if said == poll.kept.seal:
                return poll.kept
            self._kept.forget(poll.job_id)
            return None
        answer = progress.understand(said)
        if isinstance(answer, FinalAnswer):
            return self._kept.keep(poll.job_id, answer)
        return answer

    def _answer(self, found: _Found, request_id: str) -> tuple[FinalAnswer, dict[str, str]]:
        """The answer, and headers that say how much more may be asked."""
        try:
            return self._poll(found)
        except UserError as error:
            body = envelope.failure(error.message, error={"code": error.code})
            return FinalAnswer(error.status, body), {}
        except Exception as problem:
            told = told_of_database(self._here.engine, problem, request_id)
            if told is not None:
                body = envelope.failure(told, error={"code": "DATABASE_UNAVAILABLE"})
                return FinalAnswer(503, body), {"Retry-After": str(AWAY_SECONDS)}
            log.exception("request %s failed", request_id)
            details = {"code": "INTERNAL_ERROR", "reference": request_id}
            return FinalAnswer(500, envelope.failure(UNEXPECTED, error=details)), {}

    def _poll(self, found: _Found) -> tuple[FinalAnswer, dict[str, str]]:
        here, job_id, counted, answer = self._here, found.job_id, found.counted, found.answer
        if not found.is_good and (counted is None or not counted.exceeded):
            counted = here.admissions.check(found.request, found.who, counted)
        headers = {} if counted is None else counted.headers()
        if counted is not None and counted.exceeded:
            return FinalAnswer(429, counted.refusal()), headers
        if not here.processor.polled:
            raise UserError(501, NO_WORKER.format(name=here.settings.name))
        if answer is None and job_id not in self._unknown:
            # The answer of a large import is some tens of megabytes while it is made.
            answer = self._questions.make(job_id, lambda: self._ask_record(job_id))
            if answer is None:
                self._unknown.add(job_id)
        if answer is None:
            return _MISSING, headers
        if isinstance(answer, FinalAnswer):
            if answer.status == 200:
                return _unless_known(found.request, answer, headers)
            return answer, headers
        body = {"importStatus": "ongoing", "progress": {"description": answer}}
        headers["Retry-After"] = str(AGAIN_SECONDS)
        return FinalAnswer(200, envelope.success(ONGOING, body)), headers

    def _ask_record(self, job_id: str) -> FinalAnswer | str | None:
        """Asks PostgreSQL, and keeps the answer for the next poll."""
        here = self._here
        with here.engine.connect() as connection, autocommit(connection):
            answer = answer_from_record(connection, job_id, here.settings.dialect)
        if isinstance(answer, FinalAnswer):
            answer = self._kept.keep(job_id, answer)
        try:
            if isinstance(answer, FinalAnswer):
                progress.write_final(here.redis, job_id, answer)
            elif answer is not None:
                progress.write_found(here.redis, job_id, answer)
        except RedisError:
            log.debug("answer of %s not kept", job_id)
        return answer


def _word_for(answer: FinalAnswer) -> str:
    """What a poll was answered, to be counted."""
    if answer.status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        return "ongoing" if answer.body.startswith(_IS_ONGOING) else "completed"
    words = {HTTPStatus.NOT_FOUND: "unknown", HTTPStatus.TOO_MANY_REQUESTS: "refused"}
    return words.get(HTTPStatus(answer.status), "failed")


def _unless_known(
    request: Request, answer: FinalAnswer, headers: dict[str, str]
) -> tuple[FinalAnswer, dict[str, str]]:
    """A completed import's answer, or 304 where the client says that it has it."""
    tag = answer.checksum
    # It may be kept, but only used once it was asked for: the import can be reverted.
    headers |= {"ETag": f'"{tag}"', "Cache-Control": "no-cache"}
    if request.if_none_match.contains_weak(tag):
        return FinalAnswer(304, b""), headers
    return answer, headers
