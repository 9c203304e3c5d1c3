"""The internet ranking of LR2oraja (BMS) and beatoraja (PMS): one score a request.

Source: specification, http-api-ir.md section 6.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from flask import Response, request
from sqlalchemy import Connection, text

from api.hooks import one_score
from api.http import context, gates
from api.http.answers import failure, ready_made, success
from api.http.dialects import ApiBlueprint
from api.http.service import service
from api.jobs.door import Accepted
from common.errors import UserError
from common.games.registry import GAMES
from common.imports import stored_documents

blueprint = ApiBlueprint("beatoraja", __name__)

# How the clients' protocol versions that we speak begin.
_VERSIONS: Final = ("v2", "v3")


@blueprint.post("/submit-score")
def submit_score() -> Response:
    """Imports one score; the answer holds it with its chart, or says how many have played that.

    An import that takes too long goes on without its client.
    """
    user_id = _admit()
    result = one_score.run(user_id, "ir/beatoraja")
    if isinstance(result, Accepted):
        return success(one_score.SAVED, {}, 202)
    if result.status != 200:
        return ready_made(result)
    document = orjson.loads(result.body)["body"]["import"]
    with service().engine.connect() as connection:
        if document["errors"]:
            return _failed(connection, document)
        return _imported(connection, document)


def _admit() -> int:
    """The requester's user id; raises UserError, for the first of several reasons."""
    if context.current().identity.user_id is None:
        raise UserError(401, "This endpoint requires authentication.")
    one_score.check_bokutachi("/submit-score")
    user_id = gates.require("submit_score")
    if not request.headers.get("X-TachiIR-Version", "").startswith(_VERSIONS):
        raise UserError(400, "Invalid X-TachiIR-Version.")
    return user_id


def _failed(connection: Connection, document: dict[str, Any]) -> Response:
    """Why the only score of an import was not stored, or is to wait."""
    error = document["errors"][0]
    if error["type"] not in one_score.WAITS_FOR_ITS_CHART:
        status = 500 if error["type"] == "InternalError" else 400
        return failure(status, f"[{error['type']}] - {error['message']}")
    players = _players(connection, document, context.current().json_object()["chart"]["sha256"])
    if players is None:
        return failure(400, "This chart is not supported.")
    needed = service().settings.beatoraja_queue_size
    return success(
        "Chart and score have been orphaned. This chart will be un-orphaned when"
        f" {needed} players have played the chart (Currently: {players}).",
        {},
        202,
    )


def _players(connection: Connection, document: dict[str, Any], chart_hash: str) -> int | None:
    """How many have played an unknown chart, the requester among them; None = not queued."""
    players: int | None = connection.scalar(
        text(
            """
            SELECT max(jsonb_array_length(user_ids)) FROM orphan_charts
            WHERE gpt = ANY(:gpts) AND chart_hash = :chart_hash
              AND user_ids @> to_jsonb(CAST(:user_id AS integer))
            """
        ),
        {
            "gpts": [gpt.id for gpt in GAMES[document["game"]].playtypes.values()],
            "chart_hash": chart_hash,
            "user_id": document["userID"],
        },
    )
    return players


def _imported(connection: Connection, document: dict[str, Any]) -> Response:
    if not document["scoreIDs"]:
        return success("No scores were imported.", {"import": document})
    row = connection.execute(
        text("SELECT * FROM scores WHERE user_id = :user_id AND score_id = :score_id"),
        {"user_id": document["userID"], "score_id": document["scoreIDs"][0]},
    ).one_or_none()
    if row is None:
        return failure(500, "Internal Service Error.")
    place = {"game": row.game, "song_id": row.song_id, "chart_id": row.chart_id}
    song = connection.execute(
        text("SELECT * FROM songs WHERE game = :game AND id = :song_id"), place
    ).one_or_none()
    chart = connection.execute(
        text("SELECT * FROM charts WHERE game = :game AND chart_id = :chart_id"), place
    ).one_or_none()
    if song is None or chart is None:
        return failure(500, "Internal Service Error.")
    return success(
        "Imported score.",
        {
            "score": stored_documents.score_document(row),
            "song": stored_documents.song_document(song),
            "chart": stored_documents.chart_document(chart),
            "import": document,
        },
    )
