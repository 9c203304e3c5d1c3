"""Imports as stored: written with their scores, gone with the last of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text

from common.database.columns import Columns
from common.database.statements import Statement
from common.scores.score_tables import ImportRow

COLUMNS: Final = Columns(ImportRow)

_INSERT: Final = Statement(COLUMNS.insert, prepared=True)
_DELETE: Final = text("DELETE FROM imports WHERE user_id = :user_id AND import_id = :import_id")
_DELETE_EMPTY: Final = text(
    """
    DELETE FROM imports
    WHERE user_id = :user_id AND import_id = ANY(:imports)
      AND NOT EXISTS (SELECT FROM scores
                      WHERE scores.user_id = imports.user_id
                        AND scores.import_id = imports.import_id)
    RETURNING import_id
    """
)


def insert(connection: Connection, document: dict[str, Any], timings: dict[str, float]) -> None:
    """Writes an ImportDocument; its scoreIDs are the scores that carry its importID.

    timings: milliseconds each step took, by its name.
    """

    def as_json(value: Any) -> str:
        return orjson.dumps(value).decode()

    _INSERT.run(
        connection,
        {
            "user_id": document["userID"],
            "import_id": document["importID"],
            "import_type": document["importType"],
            "user_intent": document["userIntent"],
            "game": document["game"],
            "playtypes": document["playtypes"],
            "errors": as_json(document["errors"]),
            "created_sessions": as_json(document["createdSessions"]),
            "class_deltas": as_json(document["classDeltas"]),
            "goal_info": as_json(document["goalInfo"]),
            "quest_info": as_json(document["questInfo"]),
            "skipped": as_json(document["skipped"]),
            "warnings": as_json(document["warnings"]),
            "time_started": document["timeStarted"],
            "time_finished": document["timeFinished"],
            "timings": as_json(timings),
        },
    )


def delete(connection: Connection, user_id: int, import_id: str) -> bool:
    """Whether the user had this import."""
    parameters = {"user_id": user_id, "import_id": import_id}
    return connection.execute(_DELETE, parameters).rowcount > 0


def delete_empty(
    connection: Connection, user_id: int, import_ids: Collection[str]
) -> Sequence[str]:
    """Deletes those of the user's imports that have no score any more; returns which."""
    parameters = {"user_id": user_id, "imports": list(import_ids)}
    return connection.scalars(_DELETE_EMPTY, parameters).all()
