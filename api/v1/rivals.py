"""A player's settings for a game, and rivals. Source: specification, http-api-inspect.md
section 3.8.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from flask import Response
from marshmallow import EXCLUDE, Schema, fields

from api.http import context, gates, queries
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import ProfilePath, of_profile
from api.http.service import service
from api.v1.bests import score_alg
from api.v1.games import MAX_RIVALS
from common.accounts import user_documents
from common.accounts.user_documents import UserDocument
from common.catalogue import catalogue_rows
from common.errors import UserError
from common.games.model import GPT, Enum
from common.profiles import best_rows, bests, profile_documents, profile_rows, settings_rows
from common.profiles.best_documents import BestLeaderboard
from common.profiles.game_settings import default_preferences
from common.profiles.profile_documents import SettingsDocument

blueprint = ApiBlueprint("rivals", __name__)

BESTS: Final = 100
CHALLENGERS: Final = 100


class SettingsForm(Schema):
    """The body of PATCH .../settings."""

    preferredScoreAlg = fields.Raw(allow_none=True, metadata={"type": "string"})
    preferredSessionAlg = fields.Raw(allow_none=True, metadata={"type": "string"})
    preferredProfileAlg = fields.Raw(allow_none=True, metadata={"type": "string"})
    preferredDefaultEnum = fields.Raw(allow_none=True, metadata={"type": "string"})
    defaultTable = fields.Raw(allow_none=True, metadata={"type": "string"})
    preferredRanking = fields.Raw(allow_none=True, metadata={"enum": ["global", "rival", None]})
    gameSpecific = fields.Raw(allow_none=True, metadata={"type": "object"})


class RivalsForm(Schema):
    """The body of PUT .../rivals."""

    class Meta:
        unknown = EXCLUDE

    rivalIDs = fields.Raw(
        required=True,
        error_messages={"required": "Value was not an array.", "null": "Value was not an array."},
        metadata={"type": "array", "items": {"type": "integer", "minimum": 1}},
    )


@of_profile(blueprint, "GET", "/settings")
@endpoint("A user's settings for a game.", answers=SettingsDocument)
def settings(at: ProfilePath) -> Response:
    with service().engine.connect() as connection:
        row = profile_rows.find_settings(connection, at.user_id, at.gpt)
    rivals, preferences = ([], {}) if row is None else (row.rivals, row.preferences)
    preferences = {**default_preferences(at.gpt.game), **preferences}
    body = profile_documents.settings(at.user_id, at.gpt, at.wire, rivals, preferences)
    return success(f"Returned {at.user.username} (#{at.user_id})'s settings.", body)


@of_profile(blueprint, "PATCH", "/settings")
@endpoint(
    "Changes settings for a game.",
    permissions=("customise_profile",),
    body=SettingsForm(),
    answers=SettingsDocument,
    errors={403: "They are somebody else's, or the permission is missing."},
)
def edit_settings(at: ProfilePath, body: dict[str, Any]) -> Response:
    gates.require_user(at.user_id, context.current().identity)
    for name, value in body.items():
        _check_setting(at.gpt, name, value)
    with service().engine.begin() as connection:
        if (table_id := body.get("defaultTable")) is not None:
            table = catalogue_rows.find_table(connection, at.gpt, table_id)
            if table is None:
                why = "does not exist (and therefore cannot be set as a default)"
                raise UserError(400, f"The table ({table_id}) {why}.")
            body["defaultTable"] = table.table_id
        if body.get("gameSpecific", msgspec.UNSET) is None:
            del body["gameSpecific"]
        row = settings_rows.update(connection, at.user_id, at.gpt, body)
    if row is None:
        raise UserError(404, f"The user {at.user.username} has not played {at.name}")
    document = profile_documents.settings(at.user_id, at.gpt, at.wire, row.rivals, row.preferences)
    said = "Updated settings." if body else "Nothing has been modified, successfully."
    return success(said, document)


def _check_setting(gpt: GPT, name: str, value: Any) -> None:
    """Raises UserError where there is no such rating, metric or game setting."""
    if value is None:
        return
    if name == "gameSpecific":
        try:
            msgspec.convert(value, gpt.preferences)
        except msgspec.ValidationError as problem:
            raise _wrong(name, str(problem)) from problem
        return
    allowed: list[str] | None = {
        "preferredScoreAlg": list(gpt.score_ratings),
        "preferredSessionAlg": list(gpt.session_ratings),
        "preferredProfileAlg": list(gpt.profile_ratings),
        "preferredDefaultEnum": [
            metric for metric, of in gpt.metrics.items() if isinstance(of, Enum)
        ],
        "preferredRanking": ["global", "rival"],
    }.get(name)
    if not isinstance(value, str):
        raise _wrong(name, "Expected *?string, null or no value.")
    if allowed is not None and value not in allowed:
        raise _wrong(name, f"Expected any of {', '.join(allowed)}.")


def _wrong(name: str, message: str) -> UserError:
    return UserError(400, f"Invalid game-settings.: {name} | {message}")


# --- rivals --------------------------------------------------------------------------------


@of_profile(blueprint, "GET", "/rivals")
@endpoint("A player's rivals.", answers=list[UserDocument])
def rivals(at: ProfilePath) -> Response:
    with service().engine.connect() as connection:
        ids = profile_rows.rivals_of(connection, at.user_id, at.gpt)
        users = profile_rows.users_by_id(connection, ids)
    return success(f"Returned {len(users)} rivals.", list(map(user_documents.user, users)))


@of_profile(blueprint, "PUT", "/rivals")
@endpoint(
    "Sets a player's rivals.",
    permissions=("manage_rivals",),
    body=RivalsForm(),
    answers=dict[str, Any],
    errors={403: "They are somebody else's, or the permission is missing."},
)
def set_rivals(at: ProfilePath, body: dict[str, Any]) -> Response:
    gates.require_user(at.user_id, context.current().identity)
    ids = body["rivalIDs"]
    if not isinstance(ids, list):
        raise UserError(400, "[rivalIDs] Value was not an array.")
    for place, each in enumerate(ids):
        if isinstance(each, bool) or not isinstance(each, int) or not 0 < each < 2**31:
            raise UserError(400, f"[rivalIDs[{place}]] Expected a positive non-zero integer.")
    if len(ids) > MAX_RIVALS:
        raise UserError(400, f"You can't set more than {MAX_RIVALS} rivals.")
    if at.user_id in ids:
        raise UserError(400, "You cannot rival yourself.")
    with service().engine.begin() as connection:
        if settings_rows.count_players(connection, at.gpt, ids) != len(ids):
            name = at.gpt.display_name
            raise UserError(400, f"Not all of the rivals you specified have played {name}.")
        settings_rows.set_rivals(connection, at.user_id, at.gpt, ids)
    return success(f"Set {len(ids)} rivals.", {})


@of_profile(blueprint, "GET", "/rivals/challengers")
@endpoint("Those who have a player for a rival.", answers=list[UserDocument])
def challengers(at: ProfilePath) -> Response:
    with service().engine.connect() as connection:
        users = profile_rows.challengers(connection, at.user_id, at.gpt, CHALLENGERS)
    return success(f"Returned {len(users)} challengers.", list(map(user_documents.user, users)))


@of_profile(blueprint, "GET", "/rivals/pb-leaderboard")
@endpoint(
    "The best personal bests of a player and their rivals.",
    query=queries.Alg(),
    answers=BestLeaderboard,
)
def rivals_leaderboard(at: ProfilePath, query: dict[str, Any]) -> Response:
    alg = score_alg(at, query)
    with service().engine.connect() as connection:
        ids = [at.user_id, *profile_rows.rivals_of(connection, at.user_id, at.gpt)]
        rows = best_rows.best_of_users(connection, ids, at.gpt, alg, BESTS)
        body = bests.leaderboard(connection, at.gpt, rows, at.wire)
    return success(f"Successfully returned {len(rows)} pbs.", body)
