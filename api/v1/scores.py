"""One score: looking at it, editing it, deleting it.

Source: specification, http-api-inspect.md section 1.
"""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import EXCLUDE, Schema

from api.http import context, gates, queries
from api.http.answers import failure, success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.parameters import DeletionBody, EditBody, check
from api.http.service import service
from api.jobs import job_answers
from common.accounts import user_documents
from common.catalogue import catalogue_documents, catalogue_rows
from common.errors import UserError
from common.imports.import_documents import Submitted
from common.jobs.accepting import NewJob
from common.jobs.arguments import Deletion, Edit, ScoreChanges
from common.profiles import profile_rows
from common.scores import score_documents, score_rows
from common.scores.score_documents import ScoreDocument
from common.scores.score_lists import OneScore
from common.text.canonical import new_job_id

blueprint = ApiBlueprint("scores", __name__)


class Related(Schema):
    class Meta:
        unknown = EXCLUDE

    getRelated = queries.flag("the score's song, chart and player are shown as well")


@blueprint.get("/scores/<score_id>")
@endpoint("A score.", query=Related(), answers=OneScore, errors={404: "There is no such score."})
def get_score(score_id: str, query: dict[str, Any]) -> Response:
    """A score; with `getRelated` also its song, chart and player."""
    wire = service().settings.dialect
    with service().engine.connect() as connection:
        score = score_rows.find_score(connection, score_id)
        if score is None:
            raise UserError(404, "This score does not exist.")
        found = catalogue_rows.of_rows(connection, score.game, [score])
        body = OneScore(score=score_documents.score(score, wire, found.ids))
        if "getRelated" in query:
            users = profile_rows.users_by_id(connection, [score.user_id])
            charts, songs = catalogue_documents.charts(found.charts, found.songs, wire, found.ids)
            if not (users and charts and songs):
                return failure(500, "An internal server error has occured.")
            body.user, body.chart, body.song = (
                user_documents.user(users[0]),
                charts[0],
                songs[0],
            )
    return success("Returned score.", body)


@blueprint.patch("/scores/<score_id>")
@endpoint(
    "Sets a score's comment and highlight.",
    permissions=("customise_score",),
    own_gates=True,
    own_body=EditBody(),
    answers=ScoreDocument,
    other_answers={202: ("It takes longer; poll the URL.", Submitted)},
    headers=job_answers.HEADERS,
    errors={
        400: "Nothing is changed, or to something that cannot be.",
        403: "It is somebody else's, or the token lacks the permission.",
        404: "There is no such score.",
        409: "An import of the same user is on.",
    },
)
def edit_score(score_id: str) -> Response:
    user_id = _own(score_id)
    gates.require("customise_score")
    changes = check(EditBody(), context.current().json_object(), drops_unknown=_drops_unknown())
    if not changes:
        raise UserError(400, "This request modifies nothing about the score.")
    arguments = Edit(score_id, ScoreChanges(**changes))
    return job_answers.when_done(NewJob(user_id, new_job_id(), arguments))


@blueprint.delete("/scores/<score_id>")
@endpoint(
    "Deletes a score; with `blacklist` it is not imported again.",
    permissions=("delete_score",),
    own_gates=True,
    own_body=DeletionBody(),
    answers=dict[str, Any],
    other_answers={202: ("It takes longer; poll the URL.", Submitted)},
    headers=job_answers.HEADERS,
    errors={
        403: "It is somebody else's, or the token lacks the permission.",
        404: "There is no such score.",
        409: "An import of the same user is on.",
    },
)
def delete_score(score_id: str) -> Response:
    user_id = _own(score_id)
    body = check(DeletionBody(), context.current().json_object(), drops_unknown=_drops_unknown())
    gates.require("delete_score")
    arguments = Deletion([score_id], body.get("blacklist", False))
    return job_answers.when_done(NewJob(user_id, new_job_id(), arguments))


def _own(score_id: str) -> int:
    """The score's owner, who must be the requester or somebody with power over all."""
    with service().engine.connect() as connection:
        score = score_rows.find_score(connection, score_id)
    if score is None:
        raise UserError(404, "This score does not exist.")
    owner = int(score.user_id)
    gates.require_owner(owner)
    return owner


def _drops_unknown() -> bool:
    """Whether keys that nobody knows are passed over, as version 3 does."""
    return not service().settings.dialect.has_v2
