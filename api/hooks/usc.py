"""The internet ranking of unnamed SDVX clone: its own protocol, its own answers.

What the ranking itself decides has the HTTP status 200, and the result is in the body. Who has
no business here, or sends no JSON, is refused as everywhere else.

Source: specification, http-api-ir.md section 7.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, Final

import orjson
from flask import Response, request
from marshmallow import EXCLUDE, Schema, fields
from msgspec import UNSET
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from api.hooks import score_hooks
from api.hooks.usc_leaderboard import best_scores, standing
from api.http import context, identity, limits, queries
from api.http.answers import JSON
from api.http.dialects import ENVELOPE, ApiBlueprint, Dialect, Envelope
from api.http.endpoint import endpoint
from api.http.header_parameters import IDEMPOTENCY_KEY
from api.http.service import service
from api.http.uploads import read_form
from api.jobs.door import Accepted, body_schema
from common.clock import now_ms
from common.errors import UserError
from common.hooks import chart_rows, usc_rows
from common.validation import explain, first_violation
from common.validation.json_schema import json_schema
from common.validation.rules import STRING, Record, integer_between

log = logging.getLogger(__name__)

_DIALECT: Final = Dialect(
    ENVELOPE.failure,
    words_strangers=True,
    envelope=Envelope({"statusCode": 20, "description": "IR Request Successful."}),
)

blueprint = ApiBlueprint("usc", __name__, dialect=_DIALECT, errors=score_hooks.ELSEWHERE)

GAME: Final = "usc"
HASH: Final = "hashSHA1"
# Of the protocol.
VERSION: Final = "0.4.0-a"
# Scores in a leaderboard.
MOST: Final = 10
# Bytes that a replay has less than.
REPLAY_LIMIT: Final = 1024 * 1024

_COUNT: Final = re.compile(r"0*[1-9][0-9]{0,8}", re.ASCII)

PLAYTYPES: Final = ("Keyboard", "Controller")


class LeaderboardQuery(Schema):
    """Which scores, and how many."""

    class Meta:
        unknown = EXCLUDE

    mode = queries.text("`best`")
    n = queries.text(f"how many, {MOST} at most")


class ReplayForm(Schema):
    """A replay, and which score it is of."""

    identifier = fields.String(metadata={"description": "`sendReplay` of the answer to the score"})
    replay = fields.Raw(metadata={"type": "string", "contentMediaType": "application/octet-stream"})


class StatusCode(IntEnum):
    SUCCESS = 20
    ACCEPTED = 22  # but not on a leaderboard (yet)
    BAD_REQUEST = 40
    UNKNOWN_TOKEN = 41
    FORBIDDEN = 43
    NOT_FOUND = 44
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
DELETED: Final = "This score is not kept: you have deleted it for good."


@blueprint.before_request
def admit() -> Response | None:
    """What comes before every endpoint here, in this order."""
    playtype = (request.view_args or {})["playtype"]
    score_hooks.check_bokutachi(request.path.removeprefix(f"/ir/usc/{playtype}"))
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


@blueprint.get("/<playtype>")
@endpoint("Whether the ranking is there, and what it is called.")
def heartbeat(playtype: str) -> Response:
    body = {
        "serverTime": now_ms() // 1000,
        "serverName": service().settings.name,
        "irVersion": VERSION,
    }
    return _answer(StatusCode.SUCCESS, "IR Request Successful.", body)


@blueprint.get("/<playtype>/charts/<chart_hash>")
@endpoint("Whether a chart is tracked.")
def chart(playtype: str, chart_hash: str) -> Response:
    with _moment() as connection:
        if _chart(connection, playtype, chart_hash) is None:
            return _untracked()
    return _answer(StatusCode.SUCCESS, "This chart is tracked by the IR.", {})


@blueprint.get("/<playtype>/charts/<chart_hash>/record")
@endpoint("The best score on a chart.")
def record(playtype: str, chart_hash: str) -> Response:
    with _moment() as connection:
        chart_id = _chart(connection, playtype, chart_hash)
        if chart_id is None:
            return _untracked()
        best = best_scores(connection, playtype, chart_id, 1)
    if not best:
        return _answer(StatusCode.NOT_FOUND, "No server record found.")
    return _answer(StatusCode.SUCCESS, "Retrieved score.", {"record": best[0]})


@blueprint.get("/<playtype>/charts/<chart_hash>/leaderboard")
@endpoint("The best scores on a chart.", query=LeaderboardQuery())
def leaderboard(playtype: str, chart_hash: str, *, query: dict[str, Any]) -> Response:
    with _moment() as connection:
        chart_id = _chart(connection, playtype, chart_hash)
        if chart_id is None:
            return _untracked()
        mode, count = query.get("mode"), query.get("n", "")
        if mode not in ("best", "rivals"):
            return _answer(
                StatusCode.BAD_REQUEST, "Invalid 'mode' param - expected 'best' or 'rivals'."
            )
        if not _COUNT.fullmatch(count):
            return _answer(
                StatusCode.BAD_REQUEST,
                "Invalid 'n' param - expected a positive non-zero integer less than or equal to"
                f" {MOST}.",
            )
        if mode == "rivals":
            return _answer(StatusCode.BAD_REQUEST, "This is currently unsupported.")
        scores = best_scores(connection, playtype, chart_id, min(int(count), MOST))
    return _answer(StatusCode.SUCCESS, f"Returned {len(scores)} scores.", scores)


def _chart(connection: Connection, playtype: str, chart_hash: str) -> str | None:
    found = chart_rows.with_hash(connection, GAME, HASH, chart_hash, playtype)
    return found[0] if found else None


def _untracked() -> Response:
    size = service().settings.usc_queue_size
    people = "person has" if size == 1 else "people have"
    return _answer(
        StatusCode.NOT_FOUND,
        f"This IR doesn't have any record data yet, or {size} {people} not played the chart yet.",
    )


@blueprint.post("/<playtype>/replays")
@endpoint("Keeps the replay of a score.", permissions=("submit_score",), form=ReplayForm())
def submit_replay(playtype: str) -> Response:
    """What `sendReplay` of the answer to a score asks for."""
    user_id = score_hooks.requester()
    upload = read_form(request, "replay", limits.user(user_id), REPLAY_LIMIT)
    score_id = upload.fields.get("identifier")
    if not isinstance(score_id, str) or not score_id:
        return _answer(StatusCode.BAD_REQUEST, "No Identifier Provided.")
    if not upload.filename:
        return _answer(StatusCode.BAD_REQUEST, "No File Provided.")
    here = service()
    try:
        with here.engine.begin() as connection:
            is_theirs = usc_rows.save_replay(
                connection,
                user_id,
                score_id,
                upload.content,
                quota=here.settings.replay_quota,
            )
    except SQLAlchemyError as error:
        log.error("request %s failed", context.request_id(), exc_info=error)
        return _answer(StatusCode.SERVER_ERROR, "An error has occured in storing the replay.")
    if not is_theirs:
        return _answer(StatusCode.NOT_FOUND, "No score corresponds to this identifier.")
    return _answer(StatusCode.SUCCESS, "Saved replay.", {})


@blueprint.post("/<playtype>/scores")
@endpoint(
    "Imports one score, and waits for it.",
    permissions=("submit_score",),
    takes=(IDEMPOTENCY_KEY,),
    own_body={
        "type": "object",
        "required": ["chart", "score"],
        "properties": {
            "chart": json_schema(_CHART),
            "score": body_schema("ir/usc")["properties"]["score"],
        },
    },
)
def submit_score(playtype: str) -> Response:
    """Imports one score and tells where it stands on its chart.

    An import that takes too long is answered as if its chart was not known: it goes on.
    """
    user_id = score_hooks.requester()
    submission = context.current().json_object()
    chart = submission.get("chart", UNSET)
    if found := first_violation(_CHART, chart):
        return _answer(StatusCode.BAD_REQUEST, explain(found, "Invalid chart."))
    result = score_hooks.run(
        user_id, "ir/usc", {"chartHash": chart["chartHash"], "playtype": playtype}
    )
    if isinstance(result, Accepted):
        return _answer(StatusCode.ACCEPTED, score_hooks.SAVED, {})
    ended = orjson.loads(result.body)
    if result.status != 200:
        is_ours = result.status >= 500
        code = StatusCode.SERVER_ERROR if is_ours else StatusCode.BAD_REQUEST
        return _answer(code, ended["description"])
    document = ended["body"]["import"]
    if document["errors"]:
        return _refusal(document["errors"][0])
    with _moment() as connection:
        if not document["scoreIDs"]:
            return _known(connection, user_id, playtype, submission)
        body = standing(connection, user_id, document["scoreIDs"][0])
    if body is None:
        return _answer(StatusCode.SERVER_ERROR, _FAILED)
    return _answer(StatusCode.SUCCESS, "Successfully imported score.", body)


def _known(
    connection: Connection, user_id: int, playtype: str, submission: dict[str, Any]
) -> Response:
    """A score that the user has: clients show a success by its body, so it has one as well.

    Or one that they deleted for good: nothing can be shown of it, and clients take that for a
    broken answer to a success.
    """
    charts = chart_rows.with_hash(
        connection, GAME, HASH, submission["chart"]["chartHash"], playtype
    )
    score_id = usc_rows.score_like(connection, user_id, charts, submission["score"]["score"])
    body = None if score_id is None else standing(connection, user_id, score_id)
    if body is None:
        return _answer(StatusCode.ACCEPTED, DELETED, {})
    return _answer(
        StatusCode.SUCCESS, "Score was identical to another score you already have.", body
    )


@contextmanager
def _moment() -> Iterator[Connection]:
    """A connection that sees one moment throughout."""
    engine = service().engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        yield connection


def _refusal(error: dict[str, Any]) -> Response:
    if error["type"] in score_hooks.WAITS_FOR_ITS_CHART:
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
