"""What administrators do to what users have: scores, profiles, and working all of it out anew.

Source: specification, http-api-users.md section 9 and v3/http-api.md section 4.8.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from flask import Response
from marshmallow import Schema, ValidationError, fields

from api.http import gates, owners
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import enabled_games, game_of
from api.http.parameters import check, flag, integer, words
from api.http.service import service
from api.jobs import job_answers
from common.accounts import user_rows
from common.accounts.user_rows import MOST, Mark
from common.catalogue import catalogue_rows
from common.errors import UserError
from common.games.registry import GAMES
from common.imports.import_documents import Submitted
from common.jobs.accepting import NewJob
from common.jobs.arguments import Deletion, Destruction
from common.profiles import outdated_rows, profile_rows
from common.profiles.outdated_rows import Concerned
from common.scores import score_rows
from common.text.canonical import new_job_id

blueprint = ApiBlueprint("admin_scores", __name__, gates=[gates.require_admin])

NAME: Final = 100  # characters of an id or of a name of a game
WAITING: Final = {202: ("It takes longer; poll the URL.", Submitted)}

ScoreToDelete = Schema.from_dict(
    {"scoreID": words(1, NAME, required=True), "blacklist": flag()}, name="ScoreToDelete"
)
ProfileToDestroy = Schema.from_dict(
    {
        "userID": integer(1, MOST, required=True),
        "game": words(1, NAME, required=True),
        "playtype": words(1, NAME),
    },
    name="ProfileToDestroy",
)
_FILTER: Final[dict[str, fields.Field[Any]]] = {
    "userID": integer(1, MOST),
    "game": words(1, NAME),
    "playtype": words(1, NAME),
    "chartID": words(1, NAME),
}


def _numbers(value: Any) -> None:
    if not isinstance(value, list) or not all(
        isinstance(each, int) and not isinstance(each, bool) and 0 < each <= MOST for each in value
    ):
        raise ValidationError("Expected a list of user numbers.")


def _is_object(value: Any) -> None:
    if not isinstance(value, dict):
        raise ValidationError("Expected object.")


RecalculationFilter = Schema.from_dict(_FILTER, name="RecalculationFilter")
# What is not named here is refused: a filter that is not understood would concern everybody.
WhatToRecalculate = Schema.from_dict(
    {
        **_FILTER,
        "userIDs": fields.Raw(
            validate=_numbers, metadata={"type": "array", "items": {"type": "integer"}}
        ),
        "filter": fields.Raw(
            validate=_is_object,
            metadata={
                "type": "object",
                "properties": {name: each.metadata for name, each in _FILTER.items()},
                "additionalProperties": False,
            },
        ),
    },
    name="WhatToRecalculate",
)


class Recalculated(msgspec.Struct):
    """How many users something is worked out anew for, each in a job of its own."""

    jobs: int


@blueprint.post("/admin/delete-score")
@endpoint(
    "Deletes anybody's score, with what follows from it.",
    needs_user=True,
    body=ScoreToDelete(),
    answers=dict[str, Any],
    other_answers=WAITING,
    headers=job_answers.HEADERS,
    errors={404: "There is no such score.", 409: "An import of its user is on."},
)
def delete_score(*, body: dict[str, Any]) -> Response:
    with service().engine.connect() as connection:
        score = score_rows.find_score(connection, body["scoreID"])
    if score is None:
        raise UserError(404, "This score does not exist.")
    arguments = Deletion([score.score_id], body.get("blacklist", False))
    return job_answers.when_done(NewJob(int(score.user_id), new_job_id(), arguments))


@blueprint.post("/admin/destroy-ugpt")
@endpoint(
    "Deletes anybody's profile: scores, personal bests, sessions, stats and settings of a game.",
    needs_user=True,
    body=ProfileToDestroy(),
    answers=dict[str, Any],
    other_answers=WAITING,
    headers=job_answers.HEADERS,
    errors={404: "There is no such profile.", 409: "An import of its user is on."},
)
def destroy_profile(*, body: dict[str, Any]) -> Response:
    user_id, gpt = body["userID"], game_of(body["game"], body.get("playtype")).gpt
    with service().engine.connect() as connection:
        if profile_rows.find_stats(connection, user_id, gpt) is None:
            name = f"{user_id} ({gpt.game} {gpt.playtype})"
            raise UserError(404, f"No stats for {name} exist.")
    return job_answers.when_done(NewJob(user_id, new_job_id(), Destruction(gpt.game, gpt.playtype)))


@blueprint.post("/admin/recalc")
@blueprint.post("/admin/recalc-pbs", endpoint="recalculate_bests")
@blueprint.post("/admin/recalc-profiles", endpoint="recalculate_profiles")
@blueprint.post("/admin/resync-pbs", endpoint="resync_bests")
@blueprint.post("/admin/reprocess-all-goals", endpoint="reprocess_goals")
@endpoint(
    "Works out anew what follows from users' scores: ratings, personal bests, sessions, profiles, "
    "goals and quests. Without a body of everybody.",
    needs_user=True,
    body=WhatToRecalculate(),
    answers=Recalculated,
    status=202,
    errors={404: "There is no such chart."},
)
def recalculate(*, body: dict[str, Any]) -> Response:
    wanted = {**check(RecalculationFilter(), body.pop("filter", {})), **body}
    users = wanted.get("userIDs")
    if "userID" in wanted:
        users = [wanted["userID"]] if users is None else sorted({wanted["userID"]} & set(users))
    game, playtype = _game(wanted.get("game"), wanted.get("playtype"))
    with service().engine.begin() as connection:
        chart = None
        if "chartID" in wanted:
            chart = _chart(connection, game, wanted["chartID"])
        jobs = outdated_rows.accept_recalculations(
            connection, Concerned(users, game, playtype, chart)
        )
    return success(f"Recalculating for {len(jobs)} users.", Recalculated(len(jobs)), 202)


def _game(name: str | None, playtype: str | None) -> tuple[str | None, str | None]:
    """A game that a body names by either version, and the playtype. Raises UserError."""
    if name is None:
        if playtype is not None:
            raise UserError(400, "[game] A playtype is one of a game.")
        return None, None
    if playtype is None and name in {game.id for game in enabled_games()}:
        return name, None
    gpt = game_of(name, playtype).gpt
    return gpt.game, gpt.playtype


def _chart(connection: Any, game: str | None, chart_id: str) -> str:
    if game is None:
        raise UserError(400, "[game] A chart is one of a game.")
    for gpt in GAMES[game].playtypes.values():
        row = catalogue_rows.find_chart(connection, gpt, chart_id)
        if row is not None:
            return str(row.chart_id)
    raise UserError(404, f"The chart {chart_id} does not exist.")


# --- what users may ------------------------------------------------------------------------


def _may(name: str, column: Mark, meaning: str) -> None:
    """Two endpoints that give users a mark, and take it away."""

    def set_to(user: str, *, value: bool) -> Response:
        here = service()
        user_id = owners.user_of(user, here.engine)
        with here.engine.begin() as connection:
            user_rows.mark(connection, user_id, column, value)
        return success("Successfully updated user.", {})

    def give(user: str) -> Response:
        return set_to(user, value=True)

    def take(user: str) -> Response:
        return set_to(user, value=False)

    for method, view, begin in (("POST", give, "Lets a user"), ("DELETE", take, "Lets no more")):
        declared = endpoint(
            f"{begin} {meaning}.",
            needs_user=True,
            answers=dict[str, Any],
            errors={404: "There is no such user."},
        )(view)
        blueprint.add_url_rule(
            f"/admin/{name}/<user>", f"{column}_{method.lower()}", declared, methods=[method]
        )


_may("supporter", "is_supporter", "be shown as a supporter")
_may("quest-submitter", "can_submit_quests", "submit quests")
_may("import-provided-class", "can_import_provided_class", "set classes by hand")
