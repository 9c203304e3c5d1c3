"""A user in all games they play. Source: specification, http-api-users.md section 4."""

from __future__ import annotations

import msgspec
from flask import Response

from api.http import owners
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.service import service
from common.database.statements import Row
from common.games.registry import get_gpt
from common.profiles import profile_documents, standing_rows
from common.profiles.profile_documents import AlgRanking, GameStatsDocument
from common.wire import Wire

blueprint = ApiBlueprint("game_stats", __name__)


class RankedGameStats(GameStatsDocument, kw_only=True):
    """Ratings and classes of a player, and where they stand by each rating."""

    rankingData: dict[str, AlgRanking] = msgspec.field(name="__rankingData")


class Totals(msgspec.Struct):
    """How much a user has."""

    scores: int
    sessions: int


@blueprint.get("/users/<user>/stats")
@endpoint(
    "How many scores and sessions a user has, over all games.",
    answers=Totals,
    errors={404: "There is no such user."},
)
def totals(user: str) -> Response:
    here = service()
    user_id = owners.user_of(user, here.engine)
    with here.engine.connect() as connection:
        return success("Retrieved stats.", Totals(*standing_rows.totals(connection, user_id)))


@blueprint.get("/users/<user>/game-stats")
@endpoint(
    "A user's stats in every game they play, as version 2 has them.",
    answers=list[RankedGameStats],
    errors={404: "There is no such user."},
)
def game_stats(user: str) -> Response:
    return _stats(user, Wire.V2)


@blueprint.get("/users/<user>/game-profiles")
@endpoint(
    "A user's stats in every game they play, as version 3 has them.",
    answers=list[RankedGameStats],
    errors={404: "There is no such user."},
)
def game_profiles(user: str) -> Response:
    return _stats(user, Wire.V3)


def _stats(user: str, wire: Wire) -> Response:
    """The form of the path decides between the versions."""
    here = service()
    user_id = owners.user_of(user, here.engine)
    with here.engine.connect() as connection:
        rows = standing_rows.of_user(connection, user_id)
        gpts = [get_gpt(row.game, row.playtype) for row in rows]
        found = standing_rows.standings(connection, user_id, gpts)
    documents = [_ranked(row, wire, found[row.game, row.playtype]) for row in rows]
    return success(f"Returned {len(documents)} stats objects.", documents)


def _ranked(row: Row, wire: Wire, standings: dict[str, tuple[int, int]]) -> RankedGameStats:
    document = profile_documents.game_stats(row, wire)
    return RankedGameStats(
        **{name: getattr(document, name) for name in document.__struct_fields__},
        rankingData={alg: AlgRanking(*standing) for alg, standing in standings.items()},
    )
