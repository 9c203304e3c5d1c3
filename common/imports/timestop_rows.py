"""Timestops: how far a user's scores of an import type were read. All SQL on them.

A user who keeps one has only newer scores read; every sync that succeeds moves it on. Where
there is none, everything is read.
"""

from __future__ import annotations

from sqlalchemy import Connection, text


def all_of(connection: Connection, user_id: int) -> dict[str, int]:
    """Import type to milliseconds since the epoch."""
    rows = connection.execute(
        text("SELECT import_type, last_score_time FROM import_timestops WHERE user_id = :user_id"),
        {"user_id": user_id},
    )
    return {row.import_type: row.last_score_time for row in rows}


def find(connection: Connection, user_id: int, import_type: str) -> int | None:
    return all_of(connection, user_id).get(import_type)


def save(connection: Connection, user_id: int, import_type: str, moment: int) -> None:
    connection.execute(
        text(
            """
            INSERT INTO import_timestops (user_id, import_type, last_score_time)
            VALUES (:user_id, :import_type, :moment)
            ON CONFLICT (user_id, import_type) DO UPDATE
            SET last_score_time = excluded.last_score_time
            """
        ),
        {"user_id": user_id, "import_type": import_type, "moment": moment},
    )


def advance(connection: Connection, user_id: int, import_type: str, moment: int) -> None:
    """Moves it on where there is one; never back."""
    connection.execute(
        text(
            """
            UPDATE import_timestops SET last_score_time = :moment
            WHERE user_id = :user_id AND import_type = :import_type AND last_score_time < :moment
            """
        ),
        {"user_id": user_id, "import_type": import_type, "moment": moment},
    )


def delete(connection: Connection, user_id: int, import_type: str) -> None:
    connection.execute(
        text(
            "DELETE FROM import_timestops WHERE user_id = :user_id AND import_type = :import_type"
        ),
        {"user_id": user_id, "import_type": import_type},
    )
