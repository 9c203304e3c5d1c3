"""Orphans as stored: which go with an import, and which come back with its end.

Those that were tried again and are none any more lie in resolved_orphans, with the import they
went into, until that is reverted.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, text

from common.database.parameters import text_array

_ORPHAN: Final = (
    "user_id, orphan_id, import_id, import_type, game, data, context, err_msg, time_inserted"
)

_RESOLVE = text(
    f"""
    WITH resolved AS (
        DELETE FROM orphan_scores
        WHERE user_id = :user_id AND orphan_id = ANY(CAST(:orphan_ids AS text[]))
        RETURNING {_ORPHAN})
    INSERT INTO resolved_orphans ({_ORPHAN}, resolved_by)
    SELECT {_ORPHAN}, :import_id FROM resolved
    """  # noqa: S608 (the columns above)
)

# One that was imported again as an orphan meanwhile stays as it is.
_RESTORE = text(
    f"""
    WITH restored AS (
        DELETE FROM resolved_orphans
        WHERE user_id = :user_id AND resolved_by = :import_id RETURNING {_ORPHAN})
    INSERT INTO orphan_scores ({_ORPHAN})
    SELECT {_ORPHAN} FROM restored ON CONFLICT DO NOTHING
    """  # noqa: S608 (the columns above)
)


def delete(connection: Connection, user_id: int, orphan_ids: Collection[str]) -> None:
    connection.execute(
        text(
            "DELETE FROM orphan_scores"
            " WHERE user_id = :user_id AND orphan_id = ANY(CAST(:orphan_ids AS text[]))"
        ),
        {"user_id": user_id, "orphan_ids": text_array(orphan_ids)},
    )


def resolve(
    connection: Connection, user_id: int, orphan_ids: Collection[str], import_id: str
) -> None:
    """Takes orphans off the user's list, for the import that tried them again."""
    connection.execute(
        _RESOLVE, {"user_id": user_id, "orphan_ids": text_array(orphan_ids), "import_id": import_id}
    )


def restore(connection: Connection, user_id: int, import_id: str) -> None:
    """Puts the orphans back that the import resolved: the import is being reverted."""
    connection.execute(_RESTORE, {"user_id": user_id, "import_id": import_id})


def forget_resolved_by(connection: Connection, user_id: int, import_ids: Collection[str]) -> None:
    """Forgets the orphans resolved by imports that went without being reverted."""
    connection.execute(
        text(
            "DELETE FROM resolved_orphans"
            " WHERE user_id = :user_id AND resolved_by = ANY(:import_ids)"
        ),
        {"user_id": user_id, "import_ids": list(import_ids)},
    )


def delete_stored_by(connection: Connection, user_id: int, import_id: str) -> None:
    """Deletes the orphans that the import stored, whether they still are orphans or not."""
    connection.execute(
        text(
            """
            WITH resolved AS (
                DELETE FROM resolved_orphans WHERE user_id = :user_id AND import_id = :import_id)
            DELETE FROM orphan_scores WHERE user_id = :user_id AND import_id = :import_id
            """
        ),
        {"user_id": user_id, "import_id": import_id},
    )
