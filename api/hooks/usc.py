"""The internet ranking of unnamed SDVX clone: its own protocol, its own answers.

What the ranking itself decides has the HTTP status 200, and the result is in the body. Who has
no business here, or sends no JSON, is refused as everywhere else.

Source: specification, http-api-ir.md section 7.
"""

from __future__ import annotations

import logging
from enum import IntEnum
from typing import Any, Final

import orjson
from flask import Response, request
from msgspec import UNSET
from sqlalchemy.exc import SQLAlchemyError

from api.hooks import one_score
from api.hooks.usc_leaderboard import standing
from api.http import context, gates, identity
from api.http.answers import JSON
from api.http.dialects import ENVELOPE, ApiBlueprint, Dialect
from api.http.service import service
from api.jobs.door import Accepted
from common.errors import UserError
from common.validation import explain, first_violation
from common.validation.rules import STRING, Record, integer_between

log = logging.getLogger(__name__)

blueprint = ApiBlueprint("usc", __name__, dialect=Dialect(ENVELOPE.failure, words_strangers=True))

PLAYTYPES: Final = ("Keyboard", "Controller")


class StatusCode(IntEnum):
    SUCCESS = 20
    ACCEPTED = 22  # but not on a leaderboard (yet)
    BAD_REQUEST = 40
    UNKNOWN_TOKEN = 41
    FORBIDDEN = 43
    SERVER_ERROR = 50


# Of all this only the hash counts, but a client that sends less is not one we know.
_CHART: Final = Record(
    {
        "chartHash": STRING,
        "artist": STRING,
        "title": STRING,
        "level": integer_between(1, 20),
        "difficulty": integer_between(0, 3),
        "effector": STRING,
        "illustrator": STRING,
        "bpm": STRING,
    },
    others=True,
)

_FAILED: Final = "An internal server error has occured."


@blueprint.before_request
def admit() -> Response | None:
    """What comes before every endpoint here, in this order."""
    playtype = (request.view_args or {})["playtype"]
    one_score.check_bokutachi(request.path.removeprefix(f"/ir/usc/{playtype}"))
    if playtype not in PLAYTYPES:
        raise UserError(400, "Invalid playtype. Expected Keyboard or Controller.")
    header = request.headers.get("Authorization")
    if not header:
        return _answer(StatusCode.BAD_REQUEST, "No auth token provided.")
    kind, *tokens = header.split(" ")
    if kind != "Bearer" or len(tokens) != 1:
        return _answer(
            StatusCode.BAD_REQUEST, "Invalid Authorization Header. Expected Bearer <token>"
        )
    match context.current().stranger:
        case identity.BadCredentials():
            return _answer(StatusCode.UNKNOWN_TOKEN, "Unauthorized.")
        case UserError(message=ban):
            return _answer(StatusCode.FORBIDDEN, ban)
    return None


@blueprint.post("/<playtype>/scores")
def submit_score(playtype: str) -> Response:
    """Imports one score and tells where it stands on its chart.

    An import that takes too long is answered as if its chart was not known: it goes on.
    """
    user_id = gates.require("submit_score")
    given = context.current().json_object()
    chart = given.get("chart", UNSET)
    if found := first_violation(_CHART, chart):
        return _answer(StatusCode.BAD_REQUEST, explain(found, "Invalid chart."))
    result = one_score.run(
        user_id, "ir/usc", {"chartHash": chart["chartHash"], "playtype": playtype}
    )
    if isinstance(result, Accepted):
        return _answer(StatusCode.ACCEPTED, one_score.SAVED, {})
    ended = orjson.loads(result.body)
    if result.status != 200:
        is_ours = result.status >= 500
        code = StatusCode.SERVER_ERROR if is_ours else StatusCode.BAD_REQUEST
        return _answer(code, ended["description"])
    return _outcome(ended["body"]["import"])


def _outcome(document: dict[str, Any]) -> Response:
    """What became of the only score of an import."""
    if document["errors"]:
        return _refusal(document["errors"][0])
    if not document["scoreIDs"]:
        return _answer(StatusCode.SUCCESS, "Score was identical to another score you already have.")
    engine = service().engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        body = standing(connection, document["userID"], document["scoreIDs"][0])
    if body is None:
        return _answer(StatusCode.SERVER_ERROR, _FAILED)
    return _answer(StatusCode.SUCCESS, "Successfully imported score.", body)


def _refusal(error: dict[str, Any]) -> Response:
    if error["type"] in one_score.WAITS_FOR_ITS_CHART:
        return _answer(
            StatusCode.ACCEPTED,
            "This score has been saved, but the chart is not currently on the IR.",
            {},
        )
    return _answer(StatusCode.BAD_REQUEST, f"{error['type']} {error['message']}")


@blueprint.errorhandler(SQLAlchemyError)
def database_failed(error: SQLAlchemyError) -> Response:
    log.error("request %s failed", context.request_id(), exc_info=error)
    return _answer(StatusCode.SERVER_ERROR, _FAILED)


def _answer(code: StatusCode, description: str, body: Any = None) -> Response:
    """An answer in the protocol's envelope; without `body` if there is none."""
    answer: dict[str, Any] = {"statusCode": code, "description": description}
    if body is not None:
        answer["body"] = body
    return Response(orjson.dumps(answer), mimetype=JSON)
