"""A player of a game: stats and standing. Source: specification, http-api-inspect.md section 3."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from api.http import pages, queries
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import GamePath, ProfilePath, of_game, of_profile
from api.http.service import service
from api.v1.bests import score_alg
from common.accounts import user_documents
from common.accounts.user_documents import UserDocument
from common.catalogue import catalogue_rows
from common.errors import UserError
from common.profiles import best_rows, bests, profile_documents, profile_rows
from common.profiles.best_documents import BestLeaderboard
from common.profiles.profile_answers import Neighbours, Profile, StatsLeaderboard
from common.profiles.profile_documents import AlgRanking
from common.scores import score_documents, score_rows

blueprint = ApiBlueprint("profiles", __name__)

AROUND: Final = 5  # players on each side
MOST_PLAYERS: Final = 500
PLAYERS: Final = 100
BESTS: Final = 50
USERS: Final = 100


class Players(queries.Alg):
    limit = queries.text(f"how many, at most {MOST_PLAYERS}")
    after = queries.text("where the page before this one ended")


class Bests(queries.Alg):
    limit = queries.text(f"how many, at most {BESTS}")


@of_profile(blueprint, "GET")
@endpoint(
    "A player's ratings and classes, and where they stand.",
    answers=Profile,
    errors={404: "There is no such user, or the user has not played the game."},
)
def profile(at: ProfilePath) -> Response:
    with service().engine.connect() as connection:
        first, last = score_rows.first_and_last(connection, at.user_id, at.gpt)
        ends = [row for row in (first, last) if row is not None]
        ids = catalogue_rows.of_rows(connection, at.gpt.game, ends).ids
        body = Profile(
            gameStats=profile_documents.game_stats(at.stats, at.wire),
            firstScore=None if first is None else score_documents.score(first, at.wire, ids),
            mostRecentScore=None if last is None else score_documents.score(last, at.wire, ids),
            totalScores=score_rows.count(connection, at.user_id, at.gpt),
            rankingData={
                alg: AlgRanking(*standing)
                for alg, standing in profile_rows.standings(connection, at.user_id, at.gpt).items()
            },
            playtime=profile_rows.playtime(connection, at.user_id, at.gpt),
        )
    name = f"{at.gpt.game} ({at.gpt.playtype})"
    return success(f"Retrieved user statistics for {at.user.username} ({name})", body)


def profile_alg(at: GamePath, query: dict[str, Any]) -> str:
    """The profile rating that a query names. Raises UserError."""
    alg = query.get("alg") or at.gpt.default_profile_rating
    if alg not in at.gpt.profile_ratings:
        names = ", ".join(at.gpt.profile_ratings)
        raise UserError(400, f"Invalid value of {alg} for alg. Expected one of {names}")
    return str(alg)


@of_profile(blueprint, "GET", "/leaderboard-adjacent")
@endpoint("The players right above and below a player.", query=queries.Alg(), answers=Neighbours)
def leaderboard_around(at: ProfilePath, query: dict[str, Any]) -> Response:
    alg = profile_alg(at, query)
    rating = at.stats.ratings.get(alg)
    with service().engine.connect() as connection:
        rows = profile_rows.around(connection, at.user_id, at.gpt, alg, rating, AROUND)
        standing = profile_rows.standings(connection, at.user_id, at.gpt)[alg]
        users = profile_rows.users_by_id(connection, [row.user_id for row in rows])
    own = float("-inf") if rating is None else rating
    above = [row for row in rows if _rating(row, alg) > own]
    below = [row for row in rows if _rating(row, alg) <= own]
    above.sort(key=lambda row: (-_rating(row, alg), row.user_id))
    below.sort(key=lambda row: (-_rating(row, alg), row.user_id))
    first = standing[0]
    body = Neighbours(
        above=[
            profile_documents.game_stats(row, at.wire, first - len(above) + place)
            for place, row in enumerate(above)
        ],
        below=[
            profile_documents.game_stats(row, at.wire, first + 1 + place)
            for place, row in enumerate(below)
        ],
        users=list(map(user_documents.user, users)),
        thisUsersStats=profile_documents.game_stats(at.stats, at.wire, first),
        thisUsersRanking=AlgRanking(*standing),
    )
    return success(f"Returned {len(rows)} nearby stats.", body)


def _rating(row: Any, alg: str) -> float:
    value = row.ratings.get(alg)
    return float("-inf") if value is None else value


@of_game(blueprint, "GET", "/leaderboard")
@endpoint(
    "The players with the highest ratings.",
    query=Players(),
    answers=StatsLeaderboard,
    headers=pages.LINK,
)
def leaderboard(at: GamePath, query: dict[str, Any]) -> Response:
    alg = profile_alg(at, query)
    limit = _number(query.get("limit"), PLAYERS)
    if limit > MOST_PLAYERS:
        raise UserError(400, "Invalid limit. Limit is capped at 500.")
    after = pages.place(query, (float, int, int))
    with service().engine.connect() as connection:
        start = None if after is None else (after[0], after[1])
        rows = profile_rows.leaderboard(connection, at.gpt, alg, limit + 1, start)
        shown = 0 if after is None else after[2]
        rows = pages.finish(
            rows, limit, lambda row: (row.ratings.get(alg), row.user_id, shown + limit)
        )
        users = profile_rows.users_by_id(connection, [row.user_id for row in rows])
    documents = [
        profile_documents.game_stats(row, at.wire, rank) for rank, row in enumerate(rows, shown + 1)
    ]
    body = StatsLeaderboard(documents, list(map(user_documents.user, users)))
    return success(f"Returned {len(rows)} user's game stats.", body)


@of_game(blueprint, "GET", "/pb-leaderboard")
@endpoint(
    "The personal bests with the highest ratings of all.",
    query=Bests(),
    answers=BestLeaderboard,
)
def pb_leaderboard(at: GamePath, query: dict[str, Any]) -> Response:
    alg = score_alg(at, query)
    limit = _number(query.get("limit"), BESTS)
    if limit > BESTS:
        raise UserError(400, "Cannot specify a limit higher than 50.")
    with service().engine.connect() as connection:
        rows = best_rows.best_of_all(connection, at.gpt, alg, limit)
        body = bests.leaderboard(connection, at.gpt, rows, at.wire)
    return success(f"Successfully returned {len(rows)} pbs.", body)


def _number(text: str | None, default: int) -> int:
    """What is no number above 0 counts as not given."""
    if text is None or not (text.isascii() and text.isdigit()) or int(text[:10]) == 0:
        return default
    return int(text[:10])


@of_game(blueprint, "GET", "/players")
@endpoint(
    "The players whose names hold a text.", query=queries.Search(), answers=list[UserDocument]
)
def players(at: GamePath, query: dict[str, Any]) -> Response:
    part = queries.required_search(
        query, "[search] Expected string. (Received nothing (undefined))"
    )
    with service().engine.connect() as connection:
        rows = profile_rows.players_named(connection, at.gpt, part, USERS)
    return success(f"Found {len(rows)} user(s)", list(map(user_documents.user, rows)))
