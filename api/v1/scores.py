"""One score: looking at it, editing it, deleting it.

Source: specification, http-api-inspect.md section 1.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request
from sqlalchemy import Connection, Row, text

from api.http import context, gates
from api.http.answers import failure, success
from api.http.dialects import ApiBlueprint
from api.http.parameters import DeletionBody, EditBody, check
from api.http.service import service
from api.jobs import waiting
from common.errors import UserError
from common.imports import stored_documents
from common.jobs.accepting import NewJob
from common.jobs.arguments import Deletion, Edit, ScoreChanges
from common.text.canonical import new_job_id

blueprint = ApiBlueprint("scores", __name__)


@blueprint.get("/scores/<score_id>")
def get_score(score_id: str) -> Response:
    """A score; with `getRelated` also its song, chart and player."""
    with service().engine.connect() as connection:
        score = _find(connection, score_id)
        body: dict[str, Any] = {"score": stored_documents.score_document(score)}
        if "getRelated" in request.args:
            related = _related(connection, score)
            if related is None:
                return failure(500, "An internal server error has occured.")
            body |= related
    return success("Returned score.", body)


@blueprint.patch("/scores/<score_id>")
def edit_score(score_id: str) -> Response:
    """Sets a score's comment and highlight."""
    user_id = _own(score_id)
    gates.require("customise_score")
    changes = check(EditBody(), context.current().json_object())
    if not changes:
        raise UserError(400, "This request modifies nothing about the score.")
    arguments = Edit(score_id, ScoreChanges(**changes))
    return waiting.answer(NewJob(user_id, new_job_id(), arguments))


@blueprint.delete("/scores/<score_id>")
def delete_score(score_id: str) -> Response:
    """Deletes a score; with `blacklist` it is not imported again."""
    user_id = _own(score_id)
    given = check(DeletionBody(), context.current().json_object())
    gates.require("delete_score")
    arguments = Deletion([score_id], given.get("blacklist", False))
    return waiting.answer(NewJob(user_id, new_job_id(), arguments))


def _own(score_id: str) -> int:
    """The score's owner, who must be the requester or somebody with power over all."""
    with service().engine.connect() as connection:
        owner: int = _find(connection, score_id).user_id
    gates.require_owner(owner)
    return owner


def _find(connection: Connection, score_id: str) -> Row[Any]:
    score = connection.execute(
        text("SELECT * FROM scores WHERE score_id = :score_id"), {"score_id": score_id}
    ).one_or_none()
    if score is None:
        raise UserError(404, "This score does not exist.")
    return score


def _related(connection: Connection, score: Row[Any]) -> dict[str, Any] | None:
    given = {
        "game": score.game,
        "song_id": score.song_id,
        "chart_id": score.chart_id,
        "user_id": score.user_id,
    }

    def one(sql: str) -> Row[Any] | None:
        return connection.execute(text(sql), given).one_or_none()

    song = one("SELECT * FROM songs WHERE game = :game AND id = :song_id")
    chart = one("SELECT * FROM charts WHERE game = :game AND chart_id = :chart_id")
    user = one("SELECT * FROM users WHERE id = :user_id")
    if song is None or chart is None or user is None:
        return None
    return {
        "user": stored_documents.user_document(user),
        "song": stored_documents.song_document(song),
        "chart": stored_documents.chart_document(chart),
    }
