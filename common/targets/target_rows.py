"""Goals, quests and who follows them, read for those who look at them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from common.catalogue import catalogue_rows
from common.database.parameters import text_array
from common.database.statements import Row, Statement, statement
from common.games.model import GPT
from common.text.patterns import containing

_OF_GPT: Final = "game = :game AND playtype = :playtype"
_OF_USER: Final = f"user_id = :user_id AND {_OF_GPT}"
# Of subscriptions: what was reached, or moved, and not by subscribing.
_ACHIEVED: Final = (
    "achieved AND NOT was_instantly_achieved ORDER BY time_achieved DESC, user_id LIMIT :most"
)
_RAISED: Final = (
    "NOT achieved AND NOT was_instantly_achieved AND last_interaction IS NOT NULL"
    " ORDER BY last_interaction DESC, user_id LIMIT :most"
)

Rows = Sequence[Row]


def _parameters(gpt: GPT, **more: Any) -> dict[str, Any]:
    return {"game": gpt.game, "playtype": gpt.playtype, **more}


def _all(connection: Connection, sql: str, parameters: dict[str, Any]) -> Rows:
    return statement(sql).rows(connection, parameters)


# --- of one user ---------------------------------------------------------------------------


def goal_subs(connection: Connection, user_id: int, gpt: GPT) -> Rows:
    """The user's subscriptions to goals of the GPT."""
    return _all(
        connection,
        f"SELECT * FROM goal_subscriptions WHERE {_OF_USER} ORDER BY goal_id",  # noqa: S608
        _parameters(gpt, user_id=user_id),
    )


def quest_subs(connection: Connection, user_id: int, gpt: GPT) -> Rows:
    return _all(
        connection,
        f"SELECT * FROM quest_subscriptions WHERE {_OF_USER} ORDER BY quest_id",  # noqa: S608
        _parameters(gpt, user_id=user_id),
    )


def goal_subs_by_id(connection: Connection, user_id: int, goal_ids: Collection[str]) -> Rows:
    """The user's subscriptions to those of the goals that the user has."""
    return _all(
        connection,
        "SELECT * FROM goal_subscriptions WHERE user_id = :user_id"
        " AND goal_id = ANY(CAST(:ids AS text[]))",
        {"user_id": user_id, "ids": text_array(goal_ids)},
    )


def recent_subs(
    connection: Connection, gpt: GPT, user_id: int | None, most: int, *, achieved: bool
) -> tuple[Rows, Rows]:
    """Subscriptions to goals, and to quests, that were achieved or moved last.

    user_id: whose; None = everybody's.
    """
    whose = _OF_GPT if user_id is None else _OF_USER
    which = _ACHIEVED if achieved else _RAISED
    parameters = _parameters(gpt, user_id=user_id, most=most)
    goals = f"SELECT * FROM goal_subscriptions WHERE {whose} AND {which}"  # noqa: S608
    quests = f"SELECT * FROM quest_subscriptions WHERE {whose} AND {which}"  # noqa: S608
    return _all(connection, goals, parameters), _all(connection, quests, parameters)


def goals_on_chart(connection: Connection, user_id: int, gpt: GPT, chart_id: str) -> Rows:
    """The user's goals that involve the chart, directly or through a folder."""
    return _all(
        connection,
        f"""
        SELECT goals.* FROM goal_subscriptions JOIN goals USING (goal_id, game, playtype)
        WHERE {_OF_USER} AND (
            charts->>'type' = 'single' AND charts->>'data' = :chart_id
            OR charts->>'type' = 'multi' AND charts->'data' ? :chart_id
            OR charts->>'type' = 'folder' AND charts->>'data' IN (
                SELECT folder_id FROM folder_charts WHERE chart_id = :chart_id))
        ORDER BY goal_id
        """,  # noqa: S608 (a constant of ours)
        _parameters(gpt, user_id=user_id, chart_id=chart_id),
    )


def goals_on_folder(connection: Connection, user_id: int, gpt: GPT, folder_id: str) -> Rows:
    """The user's goals on the folder, or on charts of it."""
    return _all(
        connection,
        f"""
        SELECT goals.* FROM goal_subscriptions JOIN goals USING (goal_id, game, playtype)
        WHERE {_OF_USER} AND (
            charts->>'type' = 'folder' AND charts->>'data' = :folder_id
            OR charts->>'type' = 'single' AND charts->>'data' IN (
                SELECT chart_id FROM folder_charts WHERE folder_id = :folder_id)
            OR charts->>'type' = 'multi' AND charts->'data' ?| ARRAY(
                SELECT chart_id FROM folder_charts WHERE folder_id = :folder_id))
        ORDER BY goal_id
        """,  # noqa: S608
        _parameters(gpt, user_id=user_id, folder_id=folder_id),
    )


# --- what goals are on ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """What version 3 calls what goals are on.

    charts: ids by game and chart. folders, slugs: ids and slugs by folder.
    """

    charts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    slugs: Mapping[str, str] = field(default_factory=dict)


NOT_NAMED: Final = Named()


def named_in_version3(connection: Connection, goals: Collection[Row]) -> Named:
    """The names of the charts and folders of these rows of `goals`; two statements at most."""
    on_folders = [row.charts["data"] for row in goals if row.charts["type"] == "folder"]
    on_charts = {
        (row.game, chart_id)
        for row in goals
        if row.charts["type"] != "folder"
        for chart_id in _listed(row.charts["data"])
    }
    charts = folders = None
    if on_charts:
        charts = _NAMED_CHARTS.rows(
            connection,
            {
                "games": text_array([game for game, _ in on_charts]),
                "charts": text_array([chart_id for _, chart_id in on_charts]),
            },
        )
    if on_folders:
        folders = catalogue_rows.folders_by_id(connection, on_folders)
    return Named(
        {(row.game, row.chart_id): row.v3_id for row in charts or () if row.v3_id},
        {row.folder_id: row.v3_id for row in folders or () if row.v3_id},
        {row.folder_id: row.slug for row in folders or () if row.slug},
    )


_NAMED_CHARTS: Final = Statement(
    """
    SELECT game, chart_id, v3_id
    FROM unnest(CAST(:games AS text[]), CAST(:charts AS text[])) AS wanted (game, chart_id)
    JOIN charts USING (game, chart_id)
    """
)


def _listed(data: str | list[str]) -> list[str]:
    return data if isinstance(data, list) else [data]


# --- of a game -----------------------------------------------------------------------------


def goals_by_id(connection: Connection, goal_ids: Collection[str]) -> Rows:
    return _all(
        connection,
        "SELECT * FROM goals WHERE goal_id = ANY(CAST(:ids AS text[])) ORDER BY goal_id",
        {"ids": text_array(goal_ids)},
    )


def find_goal(connection: Connection, gpt: GPT, goal_id: str) -> Row | None:
    rows = goals_by_id(connection, [goal_id])
    return next((row for row in rows if (row.game, row.playtype) == (gpt.game, gpt.playtype)), None)


def quests_by_id(connection: Connection, quest_ids: Collection[str]) -> Rows:
    return _all(
        connection,
        "SELECT * FROM quests WHERE quest_id = ANY(CAST(:ids AS text[])) ORDER BY quest_id",
        {"ids": text_array(quest_ids)},
    )


def find_quest(connection: Connection, gpt: GPT, quest_id: str) -> Row | None:
    rows = quests_by_id(connection, [quest_id])
    return next((row for row in rows if (row.game, row.playtype) == (gpt.game, gpt.playtype)), None)


def quests_with_goal(connection: Connection, goal_id: str) -> Rows:
    """All quests that hold the goal."""
    pattern = orjson.dumps([{"goals": [{"goalID": goal_id}]}]).decode()
    return _all(
        connection,
        "SELECT * FROM quests WHERE quest_data @> CAST(:pattern AS jsonb) ORDER BY quest_id",
        {"pattern": pattern},
    )


def quests_named(connection: Connection, gpt: GPT, part: str, most: int) -> Rows:
    return _all(
        connection,
        f"SELECT * FROM quests WHERE {_OF_GPT} AND lower(name) LIKE :pattern"  # noqa: S608
        " ORDER BY length(name), quest_id LIMIT :most",
        _parameters(gpt, pattern=containing(part), most=most),
    )


def quests_of_gpt(connection: Connection, gpt: GPT) -> Rows:
    return _all(
        connection,
        f"SELECT * FROM quests WHERE {_OF_GPT} ORDER BY quest_id",  # noqa: S608
        _parameters(gpt),
    )


def questlines_of_gpt(connection: Connection, gpt: GPT) -> Rows:
    return _all(
        connection,
        f"SELECT * FROM questlines WHERE {_OF_GPT} ORDER BY questline_id",  # noqa: S608
        _parameters(gpt),
    )


def popular_goals(connection: Connection, gpt: GPT, most: int) -> Rows:
    """The goals with most subscriptions, with `subscriptions`."""
    return _all(
        connection,
        f"""
        SELECT goals.*, popular.subscriptions
        FROM (SELECT goal_id, count(*) AS subscriptions FROM goal_subscriptions
              WHERE {_OF_GPT} GROUP BY goal_id
              ORDER BY count(*) DESC, goal_id LIMIT :most) AS popular
        JOIN goals USING (goal_id) ORDER BY subscriptions DESC, goal_id
        """,  # noqa: S608
        _parameters(gpt, most=most),
    )


def subs_to_goal(connection: Connection, goal_id: str, most: int, after: int) -> Rows:
    """Subscriptions of users after this one."""
    return _all(
        connection,
        "SELECT * FROM goal_subscriptions WHERE goal_id = :goal_id AND user_id > :after"
        " ORDER BY user_id LIMIT :most",
        {"goal_id": goal_id, "most": most, "after": after},
    )


def subs_to_quest(connection: Connection, quest_id: str, most: int, after: int) -> Rows:
    return _all(
        connection,
        "SELECT * FROM quest_subscriptions WHERE quest_id = :quest_id AND user_id > :after"
        " ORDER BY user_id LIMIT :most",
        {"quest_id": quest_id, "most": most, "after": after},
    )
