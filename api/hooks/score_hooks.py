"""What the endpoints have in common to which a game's client sends one score after each play.

The client waits for the outcome, for it shows it. Source: specification, http-api-ir.md
section 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson
from flask import Response, request

from api.http import context, owners
from api.http.answers import failure, success
from api.http.service import service
from api.jobs import job_answers, keys
from api.jobs.door import Accepted
from api.server import lanes
from common import reporting
from common.errors import UserError
from common.jobs.accepting import NewJob
from common.jobs.arguments import Arguments, ClassRise, Import
from common.jobs.progress import FinalAnswer
from common.text.canonical import new_job_id

# Said where the import takes longer than a client may be kept waiting.
SAVED: Final = "This score has been saved, and will be imported soon."

IMPORTED: Final = "Import successful."
FAULT: Final = "An internal service error has occured."

# What gates say besides, by status.
ELSEWHERE: Final = {404: "The server is for other games than this client's."}

# The errors of a score that is kept until the catalogue has its chart.
WAITS_FOR_ITS_CHART: Final = ("SongOrChartNotFound", "OrphanExists")


# --- gates -------------------------------------------------------------------------------


def requester() -> int:
    """The requester's user id; raises UserError for a guest."""
    user_id = context.current().identity.user_id
    if user_id is None:
        raise UserError(401, "This endpoint requires authentication.")
    return user_id


def check_bokutachi(route: str) -> None:
    """Raises UserError (404) where the instance is for other games than this client's."""
    if service().settings.type == "kamai":
        raise UserError(404, f"The route {route} is only available on Bokutachi.")


def check_kamaitachi(mounted: str) -> None:
    """The same for the other games. mounted: where the client's routes begin."""
    owners.require_kamai(service().settings.type, request.path.removeprefix(mounted))


# --- jobs --------------------------------------------------------------------------------


def run(
    user_id: int, import_type: str, options: dict[str, Any] | None = None, *, spends: str = ""
) -> FinalAnswer | Accepted:
    """Imports the request's JSON body: how that ended, or that it takes longer."""
    job = new_import(user_id, import_type, options, spends=spends)
    return service().processor.run(keys.named(job), lanes.turn(request.environ))


def new_import(
    user_id: int, import_type: str, options: dict[str, Any] | None = None, *, spends: str = ""
) -> NewJob:
    """The import of the request's JSON body."""
    arguments = Import(options=options or {}, spends=spends)
    return _job(user_id, arguments, import_type=import_type, payload=context.current().body)


def raise_class(user_id: int, rise: ClassRise) -> FinalAnswer | Accepted:
    """Raises a class: the answer's body says whether it was `raised`."""
    job = keys.named(_job(user_id, rise))
    return service().processor.run(job, lanes.turn(request.environ))


def _job(user_id: int, arguments: Arguments, **others: Any) -> NewJob:
    return NewJob(user_id=user_id, job_id=new_job_id(), arguments=arguments, **others)


# --- answers -----------------------------------------------------------------------------

Failure = Callable[[int, str], Response]


def imported(result: FinalAnswer | Accepted, failed: Failure = failure) -> Response:
    """What clients are answered that want no more than the ImportDocument.

    failed: how the client reads failures.
    """
    if isinstance(result, Accepted):
        return later(result)
    ended = orjson.loads(result.body)
    if result.status != 200:
        return failed(result.status, _why(result.status, ended))
    return success(IMPORTED, ended["body"]["import"])


def later(accepted: Accepted) -> Response:
    """It takes longer than a client may be kept waiting: where to ask for it."""
    return job_answers.to_be_polled(SAVED, accepted.job_id)


def class_raised(result: FinalAnswer | Accepted) -> Response:
    """What clients of BMS are answered to a course."""
    if isinstance(result, Accepted):
        return later(result)
    ended = orjson.loads(result.body)
    if result.status != 200:
        return failure(result.status, _why(result.status, ended))
    body = ended["body"]
    return success(ended["description"], {"set": body["set"], "value": body["value"]})


def _why(status: int, ended: dict[str, Any]) -> str:
    """What a client is told of a failure: nothing of what is our fault."""
    return reporting.told(FAULT) if status == 500 else str(ended["description"])
