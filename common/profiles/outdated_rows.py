"""Profiles made under older rules of their game, and the jobs that bring them in line.

Rules change with the code: a rating is added, a lamp moves, a leaderboard is ordered otherwise.
Each game counts its rules (`Game.rules`), each profile keeps the number of those under which
all that is behind it was worked out. Who has an older one gets a `recalculation` job, which
tells nobody: after a migration at once, and every day for those whom older workers, still
running then, made after it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text

from common.database.engine import migrate, open_engine
from common.database.parameters import text_array
from common.database.schema_check import newer_schema
from common.games.model import Game
from common.games.registry import GAMES
from common.jobs.accepting import NewJob, accept_in_background
from common.jobs.arguments import Recalculation
from common.text.canonical import new_job_id

# Users of whom no such job waits already.
_OUTDATED: Final = text(
    """
    SELECT user_id, json_agg(DISTINCT game) AS games
    FROM user_game_stats AS stats
    JOIN json_to_recordset(CAST(:current AS json)) AS current (game text, rules integer)
        USING (game)
    WHERE stats.rules < current.rules
      AND NOT EXISTS (
          SELECT FROM jobs
          WHERE jobs.user_id = stats.user_id AND kind = 'recalculation' AND state = 'queued'
            AND arguments::jsonb->'games' @> to_jsonb(stats.game))
    GROUP BY user_id
    """
)


def accept_renewals(
    connection: Connection, games: Mapping[str, Game] = GAMES
) -> list[tuple[int, str]]:
    """Accepts a `recalculation` job for each user with an outdated profile of these games.

    Two statements, whatever the number of users. Returns (user, job) of each; the sweeper sends
    their messages.
    """
    current = [{"game": game.id, "rules": game.rules} for game in games.values()]
    rows = connection.execute(_OUTDATED, {"current": orjson.dumps(current).decode()})
    jobs = [NewJob(user_id, new_job_id(), Recalculation(games=found)) for user_id, found in rows]
    return accept_in_background(connection, jobs)


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whose profiles are meant: those that fit all of these; None fits all."""

    users: Collection[int] | None = None
    game: str | None = None
    playtype: str | None = None
    chart: str | None = None


# Users of whom the same does not wait already.
_CONCERNED: Final = """
    SELECT user_id, array_agg(DISTINCT game) AS games FROM user_game_stats AS stats
    WHERE {conditions}
      AND NOT EXISTS (
          SELECT FROM jobs
          WHERE jobs.user_id = stats.user_id AND kind = 'recalculation' AND state = 'queued'
            AND arguments::jsonb->'games' @> to_jsonb(stats.game))
    GROUP BY user_id
"""
_CONDITIONS: Final = {
    "users": "user_id = ANY(CAST(:users AS integer[]))",
    "game": "game = :game",
    "playtype": "playtype = :playtype",
    "chart": "EXISTS (SELECT FROM personal_bests AS best"
    " WHERE best.user_id = stats.user_id AND best.chart_id = :chart)",
}


def accept_recalculations(connection: Connection, concerned: Concerned) -> list[tuple[int, str]]:
    """Accepts a `recalculation` job for each user who is meant, of the chart or of the games.

    Two statements, whatever the number of users. Returns (user, job) of each; the sweeper sends
    their messages.
    """
    given: dict[str, Any] = {
        name: value for name in _CONDITIONS if (value := getattr(concerned, name)) is not None
    }
    if "users" in given:
        given["users"] = text_array(list(map(str, given["users"])))
    conditions = " AND ".join(["true", *(_CONDITIONS[name] for name in given)])
    rows = connection.execute(text(_CONCERNED.format(conditions=conditions)), given)
    jobs = []
    for user_id, games in rows:
        arguments = Recalculation(games=list(games))
        if concerned.chart is not None:
            arguments = Recalculation(charts={game: [concerned.chart] for game in games})
        jobs.append(NewJob(user_id, new_job_id(), arguments))
    return accept_in_background(connection, jobs)


@dataclass(frozen=True, slots=True)
class Upgraded:
    """renewals: the users for whom something is worked out again.

    newer: the migration of a schema that this release does not know; it stayed.
    """

    renewals: int
    newer: str | None


def upgrade(database_url: str) -> Upgraded:
    """Brings the schema up to date, and accepts what follows from changed rules for users.

    Raises NewerSchema where it is one that this release cannot work with.
    """
    newer = newer_schema(database_url)
    if newer is None:
        migrate(database_url)
    engine = open_engine(database_url)
    try:
        with engine.begin() as connection:
            return Upgraded(len(accept_renewals(connection)), newer)
    finally:
        engine.dispose()
