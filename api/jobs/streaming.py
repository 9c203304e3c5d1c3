"""GET /imports/:importID/stream: how an import goes, told as it happens (server-sent events).

Stands in front of Flask, as polls do. What has ended is told at once; of what is on, the present
progress is, and the connection is left to the server's loop (`api.server.open_answer`) and to the
announcer (`api.jobs.announcing`): it holds no thread, however long that takes.

Source: specification, v3/http-api.md section 5.6.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

from redis.exceptions import RedisError
from sqlalchemy import Engine
from werkzeug.wrappers import Request, Response

from api.http import cors, limits
from api.http.answers import AWAY_SECONDS, HEADERS, UNEXPECTED, failure
from api.http.database_faults import told_of_database
from api.http.endpoint import Plain, declared
from api.http.service import Service
from api.jobs import announcing
from api.jobs.announcing import Announcer
from api.jobs.polling import NO_WORKER
from api.server.open_answer import ROOM, OpenAnswer, Push
from common.database.engine import autocommit
from common.errors import UserError
from common.jobs import progress
from common.jobs.progress import FinalAnswer
from common.jobs.standing import Standing, standings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

EVENTS: Final = "text/event-stream"
TOO_MANY: Final = "Too many imports are being followed at the moment. Please poll instead."
_PATH: Final = re.compile("/api/v1/imports/([^/]+)/stream/?")
_OF_STREAMS: Final = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


DECLARATION: Final = declared(
    "How an import goes, told as it happens: server-sent events.",
    answers=Plain(
        EVENTS,
        'event: progress\ndata: {"description":"Parsing score data."}\n\nevent: done\ndata: {}\n\n',
        {
            "type": "object",
            "required": ["event", "data"],
            "properties": {
                "event": {"enum": ["progress", "done", "import:failed"]},
                "data": {"type": "string", "description": "a JSON object, in one line"},
            },
        },
    ),
    errors={
        404: "There is no such import, or it was taken back.",
        501: "The server works without workers: imports are answered at once.",
        503: "Too many imports are being followed (`TOO_MANY_STREAMS`), or the database does not"
        " answer; try again.",
    },
    tags=("imports",),
)


class Streams:
    """Answers streams, and hands all other requests on to `others`."""

    def __init__(self, here: Service, others: WSGIApplication) -> None:
        self._here = here
        self._others = others
        self._announcer = Announcer(here.redis, here.engine)

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes] | OpenAnswer:
        method = environ["REQUEST_METHOD"]
        asked = _PATH.fullmatch(environ["PATH_INFO"]) if method in ("GET", "HEAD") else None
        if asked is None:
            return self._others(environ, start_response)
        request, request_id = Request(environ), secrets.token_hex(8)
        headers: dict[str, str] = {}
        try:
            answer = self._answer(request, asked[1], headers)
        except UserError as error:
            answer = failure(error.status, error.message, code=error.code)
        except Exception as problem:
            answer = _fault(self._here.engine, problem, request_id)
        status, fixed = ("200 OK", {"Content-Type": f"{EVENTS}; charset=utf-8", **_OF_STREAMS})
        if isinstance(answer, Response):
            status, fixed = answer.status, {**dict(answer.headers)}
        of_origin = cors.headers(environ.get("HTTP_ORIGIN"), self._here.settings.cors_origins)
        every = {**HEADERS, **of_origin, **headers, **fixed, "X-Request-Id": request_id}
        start_response(status, list(every.items()))
        if method == "HEAD":
            return []
        return [answer.get_data()] if isinstance(answer, Response) else answer

    def _answer(
        self, request: Request, job_id: str, headers: dict[str, str]
    ) -> OpenAnswer | list[bytes] | Response:
        here = self._here
        counted = self._count(request)
        if counted is not None:
            headers |= counted.headers()
            if counted.exceeded:
                return Response(counted.refusal(), 429, mimetype="application/json")
        if not here.processor.polled:
            raise UserError(501, NO_WORKER.format(name=here.settings.name))
        standing = self._standing(job_id)
        if standing is None:
            raise UserError(404, "There is no ongoing import here.")
        if standing.ended:
            return [announcing.ended(standing.failure)]
        if request.environ.get(ROOM) is False:
            headers["Retry-After"] = str(AWAY_SECONDS)
            raise UserError(503, TOO_MANY, "TOO_MANY_STREAMS")
        follow: Callable[[Push], Callable[[], None]] = partial(
            self._announcer.follow, job_id, standing.said
        )
        return OpenAnswer(announcing.said(standing.said), follow)

    def _count(self, request: Request) -> limits.Count | None:
        """Counts the request as any other. Raises UserError where its token is no good."""
        here = self._here
        limit = limits.Limit("normal", here.settings.rate_limit)
        who = here.admissions.who(request)
        counted = limits.count(here.redis, limit, who)
        if counted is not None and counted.exceeded:
            return counted
        return here.admissions.check(request, who, counted)

    def _standing(self, job_id: str) -> Standing | None:
        answer: FinalAnswer | str | None = None
        try:
            answer = progress.read(self._here.redis, job_id)
        except RedisError:
            log.debug("nothing is said of %s: Redis is away", job_id)
        if isinstance(answer, FinalAnswer):
            return Standing(True, announcing.failure_in(answer))
        if answer is not None:
            return Standing(False, said=answer)
        with self._here.engine.connect() as connection, autocommit(connection):
            return standings(connection, [job_id]).get(job_id)


def _fault(engine: Engine, problem: Exception, request_id: str) -> Response:
    told = told_of_database(engine, problem, request_id)
    if told is not None:
        response = failure(503, told, code="DATABASE_UNAVAILABLE")
        response.headers["Retry-After"] = str(AWAY_SECONDS)
        return response
    log.error("request %s failed", request_id, exc_info=problem)
    return failure(500, UNEXPECTED, reference=request_id)
