"""A catalogue that goes as a whole, with everything that was played on it.

So the example's does where a real one is loaded over it: its songs do not exist, and their
numbers are those of real ones. What such a game's users have follows from its charts alone; with
them it goes, and nothing is left to be worked out anew. Orphans stay: the next catalogue may have
their charts.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, text

from common.catalogue.versions import raise_versions

# All charts of these games are among the given ones, and each has some.
_GAMES: Final = text(
    """
    SELECT game FROM charts GROUP BY game
    HAVING bool_and(chart_id = ANY(CAST(:chart_ids AS text[])))
    """
)

# In this order: what is found by way of others goes before those.
_OF_SCORES: Final = text(
    """
    WITH gone AS (
        DELETE FROM imports USING (
            SELECT DISTINCT user_id, import_id FROM scores WHERE game = ANY(:games)
        ) AS scored
        WHERE imports.user_id = scored.user_id AND imports.import_id = scored.import_id
        RETURNING imports.user_id, imports.import_id
    ), changes AS (
        DELETE FROM subscription_changes USING gone
        WHERE subscription_changes.user_id = gone.user_id
          AND subscription_changes.import_id = gone.import_id
    )
    DELETE FROM resolved_orphans USING gone
    WHERE resolved_orphans.user_id = gone.user_id AND resolved_by = gone.import_id
    """
)
_FOLDER_CHARTS: Final = text(
    "DELETE FROM folder_charts USING folders"
    " WHERE folders.folder_id = folder_charts.folder_id AND folders.game = ANY(:games)"
)
_BLACKLIST: Final = text("DELETE FROM score_blacklist WHERE score ->> 'game' = ANY(:games)")
_TABLES: Final = (
    "personal_bests",
    "sessions",
    "user_game_stats",
    "class_achievements",
    "goal_subscriptions",
    "quest_subscriptions",
    "questlines",
    "quests",
    "goals",
    "tables",
    "folders",
    "charts",
    "songs",
    "other_ids",
)


def games_of(connection: Connection, chart_ids: Collection[str]) -> set[str]:
    """The games that have charts, and none but these."""
    return set(connection.scalars(_GAMES, {"chart_ids": list(chart_ids)}))


def remove(connection: Connection, games: Collection[str], collections: Collection[str]) -> int:
    """Removes all of these games; returns how many scores went.

    collections: what is no longer as it was loaded last. The caller holds the catalogue and the
    users (`locking`).
    """
    of_games = {"games": list(games)}
    for statement in (_OF_SCORES, _FOLDER_CHARTS, _BLACKLIST):
        connection.execute(statement, of_games)
    scores = connection.execute(text("DELETE FROM scores WHERE game = ANY(:games)"), of_games)
    for table in _TABLES:
        connection.execute(
            text(f"DELETE FROM {table} WHERE game = ANY(:games)"),  # noqa: S608
            of_games,
        )
    connection.execute(
        text("DELETE FROM seed_collections WHERE name = ANY(:names)"), {"names": list(collections)}
    )
    raise_versions(connection, games)
    return scores.rowcount
