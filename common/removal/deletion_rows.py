"""All that is stored of a user, removed at once; and a user's name changed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from common import locks
from common.all_tables import Base

_HOLD: Final = text("SELECT username FROM users WHERE id = :id FOR UPDATE")
_FORGET_AS_RIVAL: Final = text(
    "UPDATE game_settings SET rivals = array_remove(rivals, :id) WHERE :id = ANY(rivals)"
)
# Who reported an unknown chart is counted, and no more.
_FORGET_REPORTS: Final = text(
    """
    UPDATE orphan_charts SET user_ids = (
        SELECT coalesce(jsonb_agg(reporter), '[]') FROM jsonb_array_elements(user_ids) AS reporter
        WHERE reporter <> to_jsonb(CAST(:id AS integer)))
    WHERE user_ids @> to_jsonb(CAST(:id AS integer))
    """
)
_DELETE: Final = text("DELETE FROM users WHERE id = :id")

# Of what is a user's by a column of that name: first what nothing else hangs on.
_TABLES: Final = [
    table.name for table in reversed(Base.metadata.sorted_tables) if "user_id" in table.columns
]


def try_to_work_for(connection: Connection, user_id: int) -> bool:
    """Keeps workers from the user until the transaction ends; False where one is at work."""
    return locks.try_for_transaction(connection, locks.USER, user_id)


def unfinished_jobs(connection: Connection, user_id: int) -> list[str]:
    """The user's jobs that wait or run, the newest first."""
    statement = text(
        "SELECT job_id FROM jobs WHERE user_id = :id AND state IN ('queued', 'running')"
        " ORDER BY sequence DESC"
    )
    return list(connection.scalars(statement, {"id": user_id}))


def delete_user(connection: Connection, user_id: int) -> dict[str, int]:
    """Removes the user and all that is theirs; how many rows that were, by table.

    The caller keeps workers from the user, and commits.
    """
    # Whoever submits something for the user at this moment waits, and finds no user.
    connection.execute(_HOLD, {"id": user_id})
    removed = {
        table: connection.execute(
            text(f"DELETE FROM {table} WHERE user_id = :id"),  # noqa: S608 (a table of ours)
            {"id": user_id},
        ).rowcount
        for table in _TABLES
    }
    connection.execute(_FORGET_AS_RIVAL, {"id": user_id})
    connection.execute(_FORGET_REPORTS, {"id": user_id})
    removed["users"] = connection.execute(_DELETE, {"id": user_id}).rowcount
    return {table: count for table, count in removed.items() if count}
