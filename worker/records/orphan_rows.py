"""Orphans as stored: which go with an import, and which come back with its end.

Those that were tried again and are none any more lie in resolved_orphans, with the import they
went into, until that is reverted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, text

from common.database.columns import Columns
from common.database.parameters import text_array
from common.scores.score_tables import OrphanScore

COLUMNS: Final = Columns(OrphanScore)
_ORPHAN: Final = COLUMNS.listed

_OF_USER: Final = text(
    "SELECT orphan_id, import_type, game, data, context FROM orphan_scores"
    " WHERE user_id = :user_id"
    "   AND (CAST(:games AS text[]) IS NULL OR game = ANY(:games))"
    " ORDER BY time_inserted, orphan_id"
)
_KNOWN: Final = text(
    """
    SELECT orphan_id FROM orphan_scores
    WHERE user_id = :user_id AND orphan_id = ANY(CAST(:orphan_ids AS text[]))
    """
)
_COUNT: Final = text(
    "SELECT count(*) FROM ( SELECT FROM orphan_scores WHERE user_id = :user_id LIMIT :most) AS kept"
)

_RENEW: Final = text(
    """
    UPDATE orphan_scores SET err_msg = reason.value
    FROM json_each_text(CAST(:reasons AS json)) AS reason
    WHERE user_id = :user_id AND orphan_id = reason.key AND err_msg IS DISTINCT FROM reason.value
    """
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


def of_user(
    connection: Connection, user_id: int, games: Collection[str] | None
) -> Iterable[Row[Any]]:
    """What trying the user's orphans again takes, the oldest first. games: None = all."""
    parameters = {"user_id": user_id, "games": None if games is None else list(games)}
    return connection.execute(_OF_USER, parameters)


def known(connection: Connection, user_id: int, orphan_ids: Collection[str]) -> set[str]:
    """Which of these the user has as orphans."""
    parameters = {"user_id": user_id, "orphan_ids": text_array(orphan_ids)}
    return set(connection.scalars(_KNOWN, parameters))


def count(connection: Connection, user_id: int, most: int) -> int:
    """How many orphans the user has; counted as far as `most`."""
    return int(connection.scalars(_COUNT, {"user_id": user_id, "most": most}).one())


def insert(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """One COPY, whatever the number of orphans."""
    COLUMNS.copy(connection, rows)


def renew_reasons(connection: Connection, user_id: int, reasons: Mapping[str, str]) -> None:
    """Notes why orphans wait still; reasons: by orphan."""
    if reasons:
        parameters = {"user_id": user_id, "reasons": orjson.dumps(dict(reasons)).decode()}
        connection.execute(_RENEW, parameters)


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
