"""Goals that users make: from what they ask for to the stored goal.

Source: specification, pipeline-goals-quests.md sections 1, 2 and 5.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, text

from common.catalogue.collections import content_hash, json_text
from common.catalogue.documents import Chart, Song
from common.games.model import GPT
from common.games.registry import get_game
from common.targets.construct import GoalFolder, construct
from common.targets.target_documents import Goal, GoalCharts, GoalCriteria
from worker.targets.standings import find_goals


def make_goal(
    connection: Connection, gpt: GPT, goal_charts: GoalCharts, criteria: GoalCriteria
) -> Goal:
    """The goal, as stored if it is; raises InvalidGoal. Stores nothing."""
    charts, songs = _charts_and_songs(connection, gpt, goal_charts)
    goal = construct(
        gpt,
        goal_charts,
        criteria,
        charts=charts,
        songs=songs,
        folders=_folders(connection, gpt, goal_charts),
    )
    return find_goals(connection, [goal.goalID]).get(goal.goalID, goal)


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


def _charts_and_songs(
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


def _folders(connection: Connection, gpt: GPT, goal_charts: GoalCharts) -> dict[str, GoalFolder]:
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
