"""The internet ranking of LR2oraja (BMS) and beatoraja (PMS): one score a request.

Source: specification, http-api-ir.md section 6.
"""

from __future__ import annotations

from typing import Any, Final

import orjson
from flask import Response, request
from sqlalchemy import Connection

from api.hooks import beatoraja_courses, courses, score_hooks
from api.hooks.beatoraja_ranking import OWN_NAME, ranking, rivals, scores_of
from api.http import context
from api.http.answers import failure, ready_made, success, without_body
from api.http.dialects import ApiBlueprint
from api.http.endpoint import EMPTY, endpoint
from api.http.header_parameters import IDEMPOTENCY_KEY, IR_VERSION
from api.http.service import service
from api.jobs import job_answers
from api.jobs.door import Accepted, body_schema
from common.accounts import user_rows
from common.catalogue import catalogue_documents
from common.errors import UserError
from common.hooks import beatoraja_rows
from common.scores import score_documents
from common.validation import first_violation
from common.validation.json_schema import json_schema

# How the clients' protocol versions that we speak begin.
_VERSIONS: Final = ("v2", "v3", "v4")


def admit() -> None:
    """Who may use the ranking at all; raises UserError, for the first of several reasons."""
    score_hooks.requester()
    score_hooks.check_bokutachi(request.path.removeprefix("/ir/beatoraja"))
    if not request.headers.get("X-TachiIR-Version", "").startswith(_VERSIONS):
        raise UserError(400, "Invalid X-TachiIR-Version.")


blueprint = ApiBlueprint("beatoraja", __name__, gates=(admit,), errors=score_hooks.ELSEWHERE)
blueprint.takes = (IR_VERSION,)


@blueprint.post("/submit-score")
@endpoint(
    "Imports one score, and waits for it.",
    own_body=body_schema("ir/beatoraja"),
    permissions=("submit_score",),
    takes=(IDEMPOTENCY_KEY,),
    headers=job_answers.HEADERS,
    answers=dict[str, Any],
    other_answers={202: ("The chart is not known yet, or it takes longer.", dict[str, Any])},
)
def submit_score() -> Response:
    """Imports one score; the answer holds it with its chart, or says how many have played that.

    An import that takes too long goes on without its client.
    """
    result = score_hooks.run(score_hooks.requester(), "ir/beatoraja")
    if isinstance(result, Accepted):
        return score_hooks.later(result)
    if result.status != 200:
        return ready_made(result)
    document = orjson.loads(result.body)["body"]["import"]
    with service().engine.connect() as connection:
        if document["errors"]:
            return _failed(connection, document)
        return _imported(connection, document)


def _failed(connection: Connection, document: dict[str, Any]) -> Response:
    """Why the only score of an import was not stored, or is to wait."""
    error = document["errors"][0]
    if error["type"] not in score_hooks.WAITS_FOR_ITS_CHART:
        status = 500 if error["type"] == "InternalError" else 400
        return failure(status, f"[{error['type']}] - {error['message']}")
    chart_hash = context.current().json_object()["chart"]["sha256"]
    # Version 3 has but one name of the game in an import.
    game = document["gameGroup"] if "gameGroup" in document else document["game"]
    players = beatoraja_rows.players_of_unknown(connection, game, chart_hash, document["userID"])
    if players is None:
        return failure(400, "This chart is not supported.")
    needed = service().settings.beatoraja_queue_size
    answer = success(
        "Chart and score have been orphaned. This chart will be un-orphaned when"
        f" {needed} players have played the chart (Currently: {players}).",
        {},
        202,
    )
    answer.headers["Location"] = job_answers.poll_body(document["importID"])["url"]
    return answer


def _imported(connection: Connection, document: dict[str, Any]) -> Response:
    if not document["scoreIDs"]:
        return success("No scores were imported.", {"import": document})
    found = beatoraja_rows.stored(connection, document["userID"], document["scoreIDs"][0])
    if found is None:
        return failure(500, "Internal Service Error.")
    wire = service().settings.dialect
    charts, songs = catalogue_documents.charts(found.on.charts, found.on.songs, wire, found.on.ids)
    return success(
        "Imported score.",
        {
            "score": score_documents.score(found.score, wire, found.on.ids),
            "song": songs[0],
            "chart": charts[0],
            "import": document,
        },
    )


@blueprint.post("/submit-course")
@endpoint(
    "Raises the class of a course that was cleared.",
    own_body=json_schema(beatoraja_courses.COURSE),
    permissions=("submit_score",),
    takes=(IDEMPOTENCY_KEY,),
    headers=job_answers.HEADERS,
    answers=(courses.Raised, EMPTY),
    other_answers={202: ("It takes longer.", dict[str, str])},
    errors={400: "The course was not played as it has to be.", 404: "There is no such course."},
)
def submit_course() -> Response:
    body = context.current().json_object()
    if found := first_violation(beatoraja_courses.COURSE, body):
        raise UserError(400, courses.violation_text(found))
    course, score = body["course"], body["score"]
    if not beatoraja_courses.is_cleared(score):
        return without_body("Class not updated, as you didn't clear this course.")
    beatoraja_courses.check(course, score)
    return courses.cleared(beatoraja_courses.md5sums(course), "Unsupported course.")


@blueprint.get("/charts/<chart_hash>/scores")
@endpoint(
    "Everybody's best on a chart.",
    needs_user=True,
    answers=list[dict[str, Any]],
    errors={404: "There is no such chart."},
)
def chart_scores(chart_hash: str) -> Response:
    with service().engine.connect() as connection:
        entries = ranking(connection, chart_hash.lower(), score_hooks.requester())
    if entries is None:
        raise UserError(404, "Chart does not exist on IR yet.")
    return success(f"Successfully returned {len(entries)}", entries)


@blueprint.get("/rivals")
@endpoint("The requester's rivals in BMS and PMS.", needs_user=True, answers=list[dict[str, str]])
def list_rivals() -> Response:
    with service().engine.connect() as connection:
        found = rivals(connection, score_hooks.requester())
    return success(f"Returned {len(found)} rivals.", found)


@blueprint.get("/players/<user>/scores")
@endpoint(
    "The best of the requester, or of a rival, on every chart, newest first.",
    needs_user=True,
    answers=list[dict[str, Any]],
    errors={403: "The player is no rival of the requester.", 404: "There is no such player."},
)
def player_scores(user: str) -> Response:
    requester = score_hooks.requester()
    with service().engine.connect() as connection:
        player = user_rows.find(connection, user)
        if player is None:
            raise UserError(404, "User does not exist.")
        known = {requester, *(int(each["id"]) for each in rivals(connection, requester))}
        if player.id not in known:
            raise UserError(403, "Cannot export scores for a player that is not you or your rival.")
        name = OWN_NAME if player.id == requester else player.username
        entries = scores_of(connection, player.id, name)
    return success(f"Successfully returned {len(entries)} scores.", entries)
