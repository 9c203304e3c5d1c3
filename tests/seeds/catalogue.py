"""A seeds folder and the database it is loaded into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, text

from common.seeds.loader import Loading, load_directory
from common.seeds.summary import Summary
from tests.common.seeds.seeds import example

# What a load writes, and in which order to list it.
TABLES = {
    "songs": "game, id",
    "charts": "game, chart_id",
    "folders": "folder_id",
    "folder_charts": "folder_id, chart_id",
    "tables": "table_id",
    "goals": "goal_id",
    "quests": "quest_id",
    "questlines": "questline_id",
    "bms_courses": "md5sums",
    "catalogue_versions": "game",
    "seed_collections": "name",
}


class Catalogue:
    """Documents to be changed at will, and loaded.

    documents: the collections that the next load finds in the folder.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.documents = example()

    def load(self, **options: Any) -> Summary:
        return load_directory(self.engine, self.write(), Loading(**options))

    def write(self) -> Path:
        """Makes the folder hold the documents, and nothing else."""
        return write_seeds(self.folder, self.documents)

    def rows(self, query: str, **values: Any) -> list[Any]:
        """What a query yields; rows of one column as bare values."""
        with self.engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(query), values)]
        return [row[0] if len(row) == 1 else row for row in found]

    def state(self) -> dict[str, list[Any]]:
        """Every row that a load could write."""
        return {
            table: self.rows(f"SELECT * FROM {table} ORDER BY {order}")
            for table, order in TABLES.items()
        }

    def version(self, game: str) -> int:
        query = "SELECT version FROM catalogue_versions WHERE game = :game"
        return int(self.rows(query, game=game)[0])

    def chart(self, game: str, song: int, difficulty: str, playtype: str = "") -> dict[str, Any]:
        """The document of a primary chart."""
        wanted = (True, song, difficulty)
        for chart in self.documents[f"charts-{game}"]:
            if playtype in ("", chart["playtype"]) and wanted == (
                chart["isPrimary"],
                chart["songID"],
                chart["difficulty"],
            ):
                return chart
        raise LookupError(f"{game} {song} {difficulty}")

    def drop(self, collection: str, **fields: Any) -> list[dict[str, Any]]:
        """Takes the documents with these fields out of a collection."""
        gone: list[dict[str, Any]] = []
        kept: list[dict[str, Any]] = []
        for document in self.documents[collection]:
            fits = all(document[field] == value for field, value in fields.items())
            (gone if fits else kept).append(document)
        self.documents[collection] = kept
        return gone


def write_seeds(folder: Path, documents: Mapping[str, Any]) -> Path:
    """Makes the folder hold these collections, and nothing else."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.json"):
        path.unlink()
    for name, content in documents.items():
        (folder / f"{name}.json").write_bytes(orjson.dumps(content))
    return folder


def make_another(documents: dict[str, Any]) -> None:
    """Makes the example's documents another catalogue, whose songs have the same numbers."""
    for game in ("iidx", "sdvx", "wacca"):
        for chart in documents[f"charts-{game}"]:
            chart["chartID"] = chart["chartID"][::-1]
        for song in documents[f"songs-{game}"]:
            song["title"] += " (real)"
    # What names charts of the example, directly or not.
    documents["folders"] = [each for each in documents["folders"] if each["type"] != "static"]
    for name in ("tables", "goals", "quests", "questlines"):
        documents[name] = []


def changes(summary: Summary) -> dict[str, tuple[int, int, int, int]]:
    """Inserted, replaced, removed and retired documents of the collections that changed."""
    return {
        each.name: (each.inserted, each.replaced, each.removed, each.retired)
        for each in summary.collections
        if each.changes
    }


# --- what users have -------------------------------------------------------------------


INSERT_SCORE = text(
    """
    INSERT INTO scores (user_id, score_id, import_id, position, game, playtype, song_id,
        chart_id, is_primary, service, time_added, highlight, score_data, score_meta,
        calculated_data)
    VALUES (:user_id, :score_id, 'i', 0, :game, :playtype, :song_id, :chart_id, :is_primary,
        'tests', 0, false, '{}', '{}', '{}')
    """
)
INSERT_PERSONAL_BEST = text(
    """
    INSERT INTO personal_bests (user_id, chart_id, game, playtype, song_id, is_primary,
        highlight, ranking_values, score_data, calculated_data, composed_from)
    VALUES (:user_id, :chart_id, :game, :playtype, :song_id, :is_primary, false, '{1}', '{}',
        '{}', '[]')
    """
)


def score_values(user_id: int, game: str, chart: dict[str, Any]) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "score_id": f"T-{user_id}-{chart['chartID']}",
        "game": game,
        "playtype": chart["playtype"],
        "song_id": chart["songID"],
        "chart_id": chart["chartID"],
        "is_primary": chart["isPrimary"],
    }


def add_score(engine: Engine, user_id: int, game: str, chart: dict[str, Any]) -> None:
    """A score and the personal best made of it."""
    with engine.begin() as connection:
        values = score_values(user_id, game, chart)
        connection.execute(INSERT_SCORE, values)
        connection.execute(INSERT_PERSONAL_BEST, values)


def subscribe_to_goal(engine: Engine, user_id: int, goal_id: str, *, standalone: bool) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                """
                INSERT INTO goal_subscriptions (user_id, goal_id, game, playtype,
                    progress_human, out_of, out_of_human, achieved, was_instantly_achieved,
                    was_assigned_standalone)
                VALUES (:user_id, :goal_id, 'iidx', 'SP', 'NO DATA', 1, '1', false, false,
                    :standalone)
                """
            ),
            {"user_id": user_id, "goal_id": goal_id, "standalone": standalone},
        )


def subscribe_to_quest(engine: Engine, user_id: int, quest_id: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            text(
                """
                INSERT INTO quest_subscriptions (user_id, quest_id, game, playtype, progress,
                    achieved, was_instantly_achieved)
                VALUES (:user_id, :quest_id, 'iidx', 'SP', 0, false, false)
                """
            ),
            {"user_id": user_id, "quest_id": quest_id},
        )
