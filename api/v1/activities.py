"""What players did lately. Source: specification, http-api-inspect.md section 3.9."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, Final

from flask import Response
from marshmallow import EXCLUDE, Schema

from api.http import owners, queries
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import GamePath, ProfilePath, enabled_gpts, of_game, of_profile
from api.http.service import service
from common.errors import UserError
from common.games.model import GPT
from common.games.version3 import version3_id
from common.profiles import profile_rows, search_rows
from common.profiles.activity import ActivityDocument, activities

blueprint = ApiBlueprint("activities", __name__)

FEWEST: Final = 10
MOST: Final = 100
USUAL: Final = 30

WRONG: Final = {400: "`sessions` or `startTime` is no number, or out of bounds."}


class Span(Schema):
    class Meta:
        unknown = EXCLUDE

    sessions = queries.text("how many sessions, 10 to 100; 30 by default")
    startTime = queries.text("milliseconds since the epoch: only what was before")


@of_profile(blueprint, "GET", "/activity")
@endpoint("What a player did lately.", query=Span(), answers=ActivityDocument, errors=WRONG)
def of_player(at: ProfilePath, query: dict[str, Any]) -> Response:
    return _answer(at, [at.user_id], query)


@of_profile(blueprint, "GET", "/rivals/activity")
@endpoint("What rivals did lately.", query=Span(), answers=ActivityDocument, errors=WRONG)
def of_rivals(at: ProfilePath, query: dict[str, Any]) -> Response:
    with service().engine.connect() as connection:
        rivals = profile_rows.rivals_of(connection, at.user_id, at.gpt)
    return _answer(at, rivals, query)


@of_game(blueprint, "GET", "/activity")
@endpoint("What players did lately.", query=Span(), answers=ActivityDocument, errors=WRONG)
def of_everybody(at: GamePath, query: dict[str, Any]) -> Response:
    return _answer(at, None, query)


def _answer(at: GamePath, users: Collection[int] | None, query: dict[str, Any]) -> Response:
    sessions, before = _span(query)
    with service().engine.connect() as connection:
        found = activities(connection, [at.gpt], users, sessions, before, at.wire)
    return success("Retrieved activity.", found[at.gpt])


@blueprint.get("/activity")
# Under its first name it is taken for an advertisement's by what blocks those.
@blueprint.get("/ublock-blocks-this", endpoint="of_all_games_unblocked")
@endpoint(
    "What players did lately, by game.",
    query=Span(),
    answers=dict[str, ActivityDocument],
    errors=WRONG,
)
def of_all_games(query: dict[str, Any]) -> Response:
    return _by_game("Retrieved activity.", enabled_gpts(), None, query)


@blueprint.get("/users/<user>/activity")
@endpoint(
    "What a player did lately, by game.",
    query=Span(),
    answers=dict[str, ActivityDocument],
    errors={404: "There is no such user.", **WRONG},
)
def of_user(user: str, query: dict[str, Any]) -> Response:
    engine = service().engine
    user_id = owners.user_of(user, engine)
    with engine.connect() as connection:
        played = search_rows.gpts_of(connection, user_id)
    gpts = [gpt for gpt in enabled_gpts() if (gpt.game, gpt.playtype) in played]
    return _by_game("Returned recent activity.", gpts, [user_id], query)


def _by_game(
    description: str, gpts: list[GPT], users: Collection[int] | None, query: dict[str, Any]
) -> Response:
    sessions, before = _span(query)
    wire = service().settings.dialect
    with service().engine.connect() as connection:
        found = activities(connection, gpts, users, sessions, before, wire)
    body = {
        gpt.id if wire.has_v2 else version3_id(gpt): document for gpt, document in found.items()
    }
    return success(description, body)


def _span(query: dict[str, Any]) -> tuple[int, float | None]:
    sessions, start = query.get("sessions"), query.get("startTime")
    count = USUAL if sessions is None else _number(sessions)
    if count is None or not FEWEST <= count <= MOST:
        bounds = f"{FEWEST} and {MOST}"
        raise UserError(400, f"Invalid sessions, got {sessions}, which wasn't between {bounds}.")
    if start is None:
        return int(count), None
    before = _number(start)
    if before is None:
        raise UserError(400, "Invalid startTime, got a non number.")
    return int(count), before


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
