"""Stored scores, read for those who look at them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from common.database.parameters import text_array
from common.database.statements import Row, Statement, statement
from common.games.model import GPT

# Sessions do not overlap much: the last that began before the score is nearly always its own.
_SESSION_OF: Final = """
    (SELECT session_id FROM sessions
     WHERE sessions.user_id = scores.user_id AND sessions.game = scores.game
       AND sessions.playtype = scores.playtype
       AND sessions.time_started <= scores.time_achieved
       AND sessions.time_ended >= scores.time_achieved
       AND scores.score_id = ANY(sessions.score_ids)
     ORDER BY sessions.time_started DESC LIMIT 1) AS session_id
"""
SELECT: Final = f"SELECT scores.*, {_SESSION_OF} FROM scores"  # noqa: S608 (a constant of ours)
_OF_GPT: Final = "user_id = :user_id AND game = :game AND playtype = :playtype"

_ONE = Statement(f"{SELECT} WHERE score_id = :score_id")
_SOME = Statement(
    f"{SELECT} WHERE user_id = :user_id AND score_id = ANY(CAST(:score_ids AS text[]))"
)

# Imports without times are among the newest by when they came.
_RECENT = Statement(
    f"""
    {SELECT} WHERE {_OF_GPT}
      AND (NOT :paged OR (coalesce(time_achieved, '-Infinity'), time_added, score_id)
                       < (:achieved, :added, :score_id))
    ORDER BY coalesce(time_achieved, '-Infinity') DESC, time_added DESC, score_id DESC
    LIMIT :most
    """
)
_ON_CHART = Statement(
    f"""
    {SELECT} WHERE user_id = :user_id AND chart_id = :chart_id
      AND (NOT :paged OR (coalesce(time_achieved, '-Infinity'), time_added, score_id)
                       < (:achieved, :added, :score_id))
    ORDER BY coalesce(time_achieved, '-Infinity') DESC, time_added DESC, score_id DESC
    LIMIT :most
    """
)
_ON_SONGS = Statement(
    f"""
    {SELECT} WHERE {_OF_GPT} AND chart_id = ANY(ARRAY(
        SELECT chart_id FROM personal_bests
        WHERE {_OF_GPT} AND song_id = ANY(CAST(:song_ids AS integer[]))))
    ORDER BY time_achieved DESC NULLS LAST, time_added DESC, score_id LIMIT :most
    """  # noqa: S608
)

# The end of a page: when achieved, when added, scoreID.
Place = tuple[float, int, str]


def find_score(connection: Connection, score_id: str) -> Row | None:
    return _ONE.row(connection, {"score_id": score_id})


def scores_by_id(connection: Connection, user_id: int, score_ids: Collection[str]) -> Sequence[Row]:
    """The user's scores among these, in no order."""
    parameters = {"user_id": user_id, "score_ids": text_array(score_ids)}
    return _SOME.rows(connection, parameters)


def recent(
    connection: Connection, user_id: int, gpt: GPT, most: int, after: Place | None
) -> Sequence[Row]:
    """The user's newest scores, from a place on."""
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype, "most": most}
    return _RECENT.rows(connection, {**parameters, **_from(after)})


def on_chart(
    connection: Connection, user_id: int, chart_id: str, most: int, after: Place | None
) -> Sequence[Row]:
    """The user's scores on the chart, newest first, from a place on."""
    parameters = {"user_id": user_id, "chart_id": chart_id, "most": most}
    return _ON_CHART.rows(connection, {**parameters, **_from(after)})


def on_songs(
    connection: Connection, user_id: int, gpt: GPT, song_ids: Collection[int], most: int
) -> Sequence[Row]:
    """The user's newest scores on charts of any of the songs."""
    parameters = {
        "user_id": user_id,
        "game": gpt.game,
        "playtype": gpt.playtype,
        "song_ids": text_array(list(map(str, song_ids))),
        "most": most,
    }
    return _ON_SONGS.rows(connection, parameters)


def place_of(row: Row) -> Place:
    """Where the page ends that ends with this score."""
    achieved = row.time_achieved
    return (float("-inf") if achieved is None else achieved, row.time_added, row.score_id)


def _from(after: Place | None) -> dict[str, Any]:
    achieved, added, score_id = after or (0.0, 0, "")
    return {
        "paged": after is not None,
        "achieved": achieved,
        "added": added,
        "score_id": score_id,
    }


# --- what sessions compare -----------------------------------------------------------------

_COMPARED = Statement(
    """
    SELECT score_id, chart_id, score_data - 'judgements' - 'optional' AS score_data FROM scores
    WHERE user_id = :user_id AND score_id = ANY(CAST(:score_ids AS text[]))
    """
)
_ON_CHARTS: Final = """
    SELECT chart_id, score_id, score_data{without} AS score_data,
           time_achieved, time_added, highlight
    FROM scores
    WHERE user_id = :user_id
"""
_BESIDE: Final = f"""
    {_ON_CHARTS} AND time_achieved <= :until AND chart_id IN (
        SELECT chart_id FROM scores
        WHERE user_id = :user_id AND score_id = ANY(CAST(:score_ids AS text[])))
"""  # noqa: S608 (a constant of ours)
_BEFORE_IMPORT: Final = f"""
    {_ON_CHARTS} AND chart_id = ANY(CAST(:chart_ids AS text[]))
      AND time_added <= :before AND import_id IS DISTINCT FROM :import_id
"""


def _without(sql: str, names: Collection[str]) -> Statement:
    """The statement, which leaves out these optional metrics: names of ours."""
    left_out = "".join(f" #- '{{optional,{name}}}'" for name in names)
    return statement(sql.replace("{without}", left_out))


def compared(connection: Connection, user_id: int, score_ids: Collection[str]) -> Sequence[Row]:
    """Of the user's scores among these: `score_id`, `chart_id` and the metrics."""
    parameters = {"user_id": user_id, "score_ids": text_array(score_ids)}
    return _COMPARED.rows(connection, parameters)


def beside(
    connection: Connection,
    user_id: int,
    score_ids: Collection[str],
    until: float,
    *,
    without: Collection[str],
) -> Sequence[Row]:
    """The user's scores up to a time on the charts of these: chartID, then a PlayedScore's fields.

    without: names of optional metrics that are left out.
    """
    parameters = {"user_id": user_id, "score_ids": text_array(score_ids), "until": until}
    return _without(_BESIDE, without).rows(connection, parameters)


def before_import(
    connection: Connection,
    user_id: int,
    chart_ids: Collection[str],
    import_id: str,
    moment: float,
    *,
    without: Collection[str],
) -> Sequence[Row]:
    """The same of scores on charts that were there when an import began, at this time."""
    parameters = {
        "user_id": user_id,
        "chart_ids": text_array(chart_ids),
        "import_id": import_id,
        "before": moment,
    }
    return _without(_BEFORE_IMPORT, without).rows(connection, parameters)


# --- what a profile says of them -----------------------------------------------------------

_FIRST_AND_LAST = Statement(
    f"""
    (SELECT 'first' AS place, found.* FROM (
        {SELECT} WHERE {_OF_GPT} AND time_achieved IS NOT NULL
        ORDER BY coalesce(time_achieved, '-Infinity'), time_added, score_id LIMIT 1) AS found)
    UNION ALL
    (SELECT 'last', found.* FROM (
        {SELECT} WHERE {_OF_GPT} AND time_achieved IS NOT NULL
        ORDER BY coalesce(time_achieved, '-Infinity') DESC, time_added DESC, score_id DESC
        LIMIT 1) AS found)
    """  # noqa: S608
)
_COUNT = Statement(f"SELECT count(*) FROM scores WHERE {_OF_GPT}")  # noqa: S608


def first_and_last(connection: Connection, user_id: int, gpt: GPT) -> tuple[Row | None, Row | None]:
    """The user's scores with the earliest and the latest time."""
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
    found = {row.place: row for row in _FIRST_AND_LAST.rows(connection, parameters)}
    return found.get("first"), found.get("last")


def count(connection: Connection, user_id: int, gpt: GPT) -> int:
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
    return int(_COUNT.value(connection, parameters) or 0)


# Scores in the whole table above which those of a GPT are not counted but estimated.
_MANY: Final = 200_000

_ALL = Statement("SELECT reltuples FROM pg_class WHERE oid = CAST('scores' AS regclass)")
_OF_ALL_USERS: Final = "FROM scores WHERE game = :game AND playtype = :playtype"


def estimated_count(connection: Connection, gpt: GPT) -> int:
    """Everybody's scores on the GPT: exact while there are few, then as PostgreSQL believes."""
    parameters = {"game": gpt.game, "playtype": gpt.playtype}
    if (_ALL.value(connection) or 0) < _MANY:
        return int(statement(f"SELECT count(*) {_OF_ALL_USERS}").value(connection, parameters) or 0)
    plan = statement(f"EXPLAIN (FORMAT JSON) SELECT 1 {_OF_ALL_USERS}").value(
        connection, parameters
    )
    return int(plan[0]["Plan"]["Plan Rows"])


_MOST_PLAYED = Statement(
    f"""
    SELECT best.*, played.count AS playcount
    FROM (SELECT chart_id, count(*) FROM scores WHERE {_OF_GPT}
          GROUP BY chart_id ORDER BY count(*) DESC, chart_id LIMIT :most) AS played
    JOIN personal_bests AS best ON best.user_id = :user_id AND best.chart_id = played.chart_id
    ORDER BY playcount DESC, best.chart_id
    """  # noqa: S608
)


def most_played(connection: Connection, user_id: int, gpt: GPT, most: int) -> Sequence[Row]:
    """The user's personal bests on the charts with most scores, with `playcount`."""
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype, "most": most}
    return _MOST_PLAYED.rows(connection, parameters)
