"""Goals as stored, and what of the catalogue and of personal bests they are about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import msgspec
from sqlalchemy import Connection, text

from common.catalogue.collections import content_hash, json_text
from common.catalogue.documents import Chart, Song
from common.games.model import GPT, Graph
from common.games.registry import get_game
from common.targets.construct import GoalFolder
from common.targets.evaluate import Best
from common.targets.target_documents import Goal, GoalCharts, GoalCriteria

# The charts of folders, by folderID.
Folders = Mapping[str, Collection[str]]

# With more charts than this it is faster to load all folders than to ask which are touched.
MANY_CHARTS: Final = 50


def find_goals(connection: Connection, goal_ids: Collection[str]) -> dict[str, Goal]:
    """The goals that there are among `goal_ids`, by goalID."""
    rows = connection.execute(
        text(
            "SELECT goal_id, game, playtype, name, charts, criteria FROM goals"
            " WHERE goal_id = ANY(:goal_ids)"
        ),
        {"goal_ids": list(goal_ids)},
    ).all()
    return {
        goal_id: Goal(
            goal_id,
            game,
            playtype,
            name,
            msgspec.convert(charts, GoalCharts),
            msgspec.convert(criteria, GoalCriteria),
        )
        for goal_id, game, playtype, name, charts, criteria in rows
    }


def folders_of(
    connection: Connection,
    goal_charts: Iterable[GoalCharts],
    touched_by: Collection[str] | None = None,
) -> Folders:
    """The charts of the folders that goals are about.

    touched_by: some chartIDs; folders that hold none of them may be left out.
    """
    folder_ids = list({str(charts.data) for charts in goal_charts if charts.type == "folder"})
    if not folder_ids:
        return {}
    wanted = "folder_id = ANY(:folder_ids)"
    if touched_by is not None and len(touched_by) <= MANY_CHARTS:
        wanted = (
            "folder_id IN (SELECT folder_id FROM folder_charts"
            " WHERE folder_id = ANY(:folder_ids) AND chart_id = ANY(:touched_by))"
        )
    rows = connection.execute(
        # JSON, because psycopg2 takes four times as long for an array of texts.
        text(
            "SELECT folder_id, json_agg(chart_id ORDER BY chart_id) AS chart_ids FROM folder_charts"  # noqa: S608
            f" WHERE {wanted} GROUP BY folder_id"
        ),
        {"folder_ids": folder_ids, "touched_by": list(touched_by or ())},
    )
    return {row.folder_id: row.chart_ids for row in rows}


def store_goal(connection: Connection, goal: Goal) -> None:
    """Unless it is stored already."""
    document = msgspec.to_builtins(goal)
    connection.execute(
        text(
            """
            INSERT INTO goals (goal_id, game, playtype, name, charts, criteria, content_hash)
            VALUES (:goal_id, :game, :playtype, :name, :charts, :criteria, :content_hash)
            ON CONFLICT (goal_id) DO NOTHING
            """
        ),
        {
            "goal_id": goal.goalID,
            "game": goal.game,
            "playtype": goal.playtype,
            "name": goal.name,
            "charts": json_text(document["charts"]),
            "criteria": json_text(document["criteria"]),
            "content_hash": content_hash(document),
        },
    )


def charts_and_songs(
    connection: Connection, gpt: GPT, goal_charts: GoalCharts
) -> tuple[dict[str, Chart], dict[int, Song]]:
    """Those that a goal on charts is about, as far as there are any, by id."""
    if goal_charts.type == "folder":
        return {}, {}
    data = goal_charts.data
    chart_rows = connection.execute(
        text(
            "SELECT chart_id, song_id, playtype, difficulty, level, level_num, is_primary,"
            " versions, data FROM charts"
            " WHERE game = :game AND playtype = :playtype AND chart_id = ANY(:chart_ids)"
        ),
        {
            "game": gpt.game,
            "playtype": gpt.playtype,
            "chart_ids": data if isinstance(data, list) else [data],
        },
    )
    charts = {row.chart_id: Chart(*row) for row in chart_rows}
    for chart in charts.values():
        chart.data = msgspec.convert(chart.data, gpt.chart_data)
    song_rows = connection.execute(
        text(
            "SELECT id, title, artist, alt_titles, search_terms, data FROM songs"
            " WHERE game = :game AND id = ANY(:song_ids)"
        ),
        {"game": gpt.game, "song_ids": [chart.songID for chart in charts.values()]},
    )
    songs = {row.id: Song(*row) for row in song_rows}
    for song in songs.values():
        song.data = msgspec.convert(song.data, get_game(gpt.game).song_data)
    return charts, songs


def folder_of(connection: Connection, gpt: GPT, goal_charts: GoalCharts) -> dict[str, GoalFolder]:
    """The folder that a goal is about, if it is about one that there is, by its id."""
    if goal_charts.type != "folder":
        return {}
    rows = connection.execute(
        text(
            """
            SELECT folder_id, title,
                   (SELECT count(*) FROM folder_charts
                    WHERE folder_charts.folder_id = folders.folder_id)
            FROM folders
            WHERE folder_id = :folder_id AND game = :game AND playtype = :playtype
            """
        ),
        {"folder_id": goal_charts.data, "game": gpt.game, "playtype": gpt.playtype},
    )
    return {folder_id: GoalFolder(title, count) for folder_id, title, count in rows}


def bests_on(
    connection: Connection,
    user_id: int,
    gpts: Iterable[GPT],
    charts: Iterable[Collection[str]],
) -> dict[str, Best]:
    """The user's personal bests on all the charts."""
    # No goal is about a graph, and graphs are most of what is stored.
    graphs = [
        name
        for gpt in gpts
        for name, optional in gpt.optional.items()
        if isinstance(optional.metric, Graph)
    ]
    score_data = "score_data"
    if graphs:
        score_data = (
            "jsonb_set(score_data, '{optional}',"
            " (score_data->'optional') - CAST(:graphs AS text[]))"
        )
    rows = connection.execute(
        text(
            f"SELECT chart_id, {score_data}, time_achieved FROM personal_bests"  # noqa: S608
            " WHERE user_id = :user_id AND chart_id = ANY(:chart_ids)"
        ),
        {"user_id": user_id, "chart_ids": list(set[str]().union(*charts)), "graphs": graphs},
    ).all()
    return {chart_id: Best(data, achieved) for chart_id, data, achieved in rows}
