"""Imports in the database, read for those who look at them. All SQL on them that only reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection

from common.clock import NOW_MS
from common.database.spooling import Spooled
from common.database.statements import Row, Statement
from common.scores import score_rows

# Milliseconds for which an import is recent.
RECENT: Final = 28 * 24 * 60 * 60 * 1000
# What is fetched along with others, so that nobody means to use it again.
_SECONDARY: Final = "'file/mypagescraper-records-csv', 'file/mypagescraper-player-csv'"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which imports a list shows.

    Parameters:
        user_id, import_type, user_intent: None: whatever it is.
        before: only what finished (of failed ones: was submitted) earlier, or in the same
            millisecond and has a lower id than `before_id`.
    """

    limit: int
    user_id: int | None = None
    import_type: str | None = None
    user_intent: bool | None = None
    before: int | None = None
    before_id: str = ""

    def condition(self, time: str, key: str) -> str:
        """Only what is asked, so that an index serves it."""
        conditions = {
            "user_id = %(user_id)s": self.user_id is not None,
            "import_type = %(import_type)s": self.import_type is not None,
            "user_intent = %(user_intent)s": self.user_intent is not None,
            f"({time}, {key}) < (%(before)s, %(before_id)s)": self.before is not None,
        }
        return " AND ".join(["true", *(each for each, holds in conditions.items() if holds)])

    def parameters(self) -> dict[str, Any]:
        return {
            "limit": self.limit,
            "user_id": self.user_id,
            "import_type": self.import_type,
            "user_intent": self.user_intent,
            "before": self.before,
            "before_id": self.before_id,
        }


def finished(connection: Connection, wanted: Wanted) -> Spooled:
    """Rows of `imports`, the newest first, with their `score_ids`; one statement."""
    condition = wanted.condition("time_finished", "import_id")
    statement = f"""
        SELECT page.*, score_ids
        FROM (
            SELECT * FROM imports WHERE {condition}
            ORDER BY time_finished DESC, import_id DESC LIMIT %(limit)s) AS page
        CROSS JOIN LATERAL (
            SELECT coalesce(json_agg(score_id ORDER BY position), '[]') AS score_ids
            FROM scores
            WHERE scores.user_id = page.user_id AND scores.import_id = page.import_id) AS listed
        ORDER BY time_finished DESC, import_id DESC
    """  # noqa: S608 (constants of ours)
    return Spooled(connection, statement, wanted.parameters())


def summaries(connection: Connection, wanted: Wanted) -> Sequence[Any]:
    """Of the same imports no more than a list shows: how many scores and errors each has."""
    condition = wanted.condition("time_finished", "import_id")
    statement = f"""
        SELECT import_id, import_type, game, playtypes, time_started, time_finished,
               json_array_length(errors) AS errors, (
                   SELECT count(*) FROM scores
                   WHERE scores.user_id = imports.user_id
                     AND scores.import_id = imports.import_id) AS scores
        FROM imports WHERE {condition}
        ORDER BY time_finished DESC, import_id DESC LIMIT %(limit)s
    """  # noqa: S608 (constants of ours)
    return list(Spooled(connection, statement, wanted.parameters()))


def failed(connection: Connection, wanted: Wanted) -> Sequence[Any]:
    """Jobs of imports that failed, those first that were submitted last.

    error_status is null where the fault was ours.
    """
    condition = wanted.condition("accepted_at", "job_id")
    statement = f"""
        SELECT job_id AS import_id, user_id, import_type, user_intent, accepted_at,
               error_message, CASE WHEN error_reference IS NULL THEN error_status END
                   AS error_status
        FROM jobs
        WHERE kind = 'import' AND state = 'failed' AND import_type IS NOT NULL AND {condition}
        ORDER BY accepted_at DESC, job_id DESC LIMIT %(limit)s
    """  # noqa: S608 (constants of ours)
    return list(Spooled(connection, statement, wanted.parameters()))


_RECENT_TYPES: Final = Statement(
    f"""
    SELECT import_type, count(*) AS count FROM imports
    WHERE user_id = :user_id AND time_finished >= {NOW_MS} - {RECENT}
      AND user_intent AND import_type NOT IN ({_SECONDARY})
    GROUP BY import_type ORDER BY count(*) DESC, import_type
    """  # noqa: S608 (constants of ours)
)


def recent_types(connection: Connection, user_id: int) -> Mapping[str, int]:
    """What a user imported on purpose in the last 28 days, by import type, most often first."""
    rows = _RECENT_TYPES.rows(connection, {"user_id": user_id})
    return {import_type: int(count) for import_type, count in rows}


_OWNER: Final = Statement("SELECT user_id FROM imports WHERE import_id = :import_id")


def owner(connection: Connection, import_id: str) -> int | None:
    """Whose import it is; None where there is none."""
    found: int | None = _OWNER.value(connection, {"import_id": import_id})
    return found


# --- one import ----------------------------------------------------------------------------

_ONE: Final = Statement("SELECT * FROM imports WHERE import_id = :import_id")
_SCORE_IDS: Final = Statement(
    "SELECT score_id FROM scores"
    " WHERE user_id = :user_id AND import_id = :import_id ORDER BY position"
)
_SCORES_AFTER: Final = Statement(
    f"""
    {score_rows.SELECT}
    WHERE user_id = :user_id AND import_id = :import_id AND position > :after
    ORDER BY position LIMIT :rows
    """
)
_SCORE_IDS_AFTER: Final = Statement(
    """
    SELECT position, score_id FROM scores
    WHERE user_id = :user_id AND import_id = :import_id AND position > :after
    ORDER BY position LIMIT :rows
    """
)


_RESOLVES: Final = Statement(
    "SELECT EXISTS (SELECT FROM resolved_orphans"
    " WHERE user_id = :user_id AND resolved_by = :import_id)"
)


def find(connection: Connection, import_id: str) -> Row | None:
    """The import with this id."""
    return _ONE.row(connection, {"import_id": import_id})


def resolves_orphans(connection: Connection, of: Row) -> bool:
    """Whether its entries are those of other imports, which were tried again."""
    keys = {"user_id": of.user_id, "import_id": of.import_id}
    return bool(_RESOLVES.value(connection, keys))


def score_ids(connection: Connection, of: Row) -> list[str]:
    """The scores of a row of `imports`, in processing order."""
    parameters = {"user_id": of.user_id, "import_id": of.import_id}
    return _SCORE_IDS.values(connection, parameters)


def scores_after(connection: Connection, of: Row, position: int, most: int) -> Sequence[Row]:
    """Scores of an import with `session_id`, in processing order, from behind a position on."""
    return _SCORES_AFTER.rows(connection, _page(of, position, most))


def score_ids_after(connection: Connection, of: Row, position: int, most: int) -> Sequence[Row]:
    """The same with `position` and `score_id` only."""
    return _SCORE_IDS_AFTER.rows(connection, _page(of, position, most))


def _page(of: Row, position: int, most: int) -> dict[str, Any]:
    return {"user_id": of.user_id, "import_id": of.import_id, "after": position, "rows": most}
