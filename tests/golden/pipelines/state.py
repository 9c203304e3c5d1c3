"""What the database holds, in the collections and documents that were recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, text

from common.imports.import_documents import import_document
from common.scores import score_documents
from common.scores.ranking_rows import chart_rankings
from common.sessions import session_documents
from common.wire import Wire, time_on_the_wire
from tests.golden.pipelines.matching import Key

Documents = list[dict[str, Any]]


def _rows(connection: Connection, table: str) -> list[Row[Any]]:
    return list(connection.execute(text(f"SELECT * FROM {table}")))


def _scores(connection: Connection) -> Documents:
    return [
        {**msgspec.to_builtins(score_documents.score(row, Wire.V2)), "scoreData": row.score_data}
        for row in _rows(connection, "scores")
    ]


def _personal_bests(connection: Connection) -> Documents:
    rows = _rows(connection, "personal_bests")
    charts: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in rows:
        charts[row.game, row.playtype].add(row.chart_id)
    rankings = {}
    for (game, playtype), chart_ids in charts.items():
        rankings |= chart_rankings(connection, game, playtype, chart_ids)
    return [
        {
            "userID": row.user_id,
            "chartID": row.chart_id,
            "songID": row.song_id,
            "game": row.game,
            "playtype": row.playtype,
            "isPrimary": row.is_primary,
            "highlight": row.highlight,
            "timeAchieved": time_on_the_wire(row.time_achieved),
            "scoreData": row.score_data,
            "calculatedData": row.calculated_data,
            "composedFrom": row.composed_from,
            "rankingData": rankings[row.chart_id][row.user_id].document(),
        }
        for row in rows
    ]


def _sessions(connection: Connection) -> Documents:
    return [
        msgspec.to_builtins(session_documents.session(row, Wire.V2))
        for row in _rows(connection, "sessions")
    ]


def _game_stats(connection: Connection) -> Documents:
    return [
        {
            "userID": row.user_id,
            "game": row.game,
            "playtype": row.playtype,
            "ratings": row.ratings,
            "classes": row.classes,
        }
        for row in _rows(connection, "user_game_stats")
    ]


def _game_settings(connection: Connection) -> Documents:
    return [
        {
            "userID": row.user_id,
            "game": row.game,
            "playtype": row.playtype,
            "preferences": row.preferences,
            "rivals": row.rivals,
        }
        for row in _rows(connection, "game_settings")
    ]


def _orphan_scores(connection: Connection) -> Documents:
    return [
        {
            "orphanID": row.orphan_id,
            "importType": row.import_type,
            "game": row.game,
            "userID": row.user_id,
            "data": row.data,
            "context": row.context,
            "errMsg": row.err_msg,
            "timeInserted": row.time_inserted,
        }
        for row in _rows(connection, "orphan_scores")
    ]


def goal_subscription(row: Row[Any]) -> dict[str, Any]:
    return {
        "userID": row.user_id,
        "goalID": row.goal_id,
        "game": row.game,
        "playtype": row.playtype,
        "progress": row.progress,
        "progressHuman": row.progress_human,
        "outOf": row.out_of,
        "outOfHuman": row.out_of_human,
        "achieved": row.achieved,
        "timeAchieved": row.time_achieved,
        "lastInteraction": row.last_interaction,
        "wasInstantlyAchieved": row.was_instantly_achieved,
        "wasAssignedStandalone": row.was_assigned_standalone,
    }


def quest_subscription(row: Row[Any]) -> dict[str, Any]:
    return {
        "userID": row.user_id,
        "questID": row.quest_id,
        "game": row.game,
        "playtype": row.playtype,
        "progress": row.progress,
        "achieved": row.achieved,
        "timeAchieved": row.time_achieved,
        "lastInteraction": row.last_interaction,
        "wasInstantlyAchieved": row.was_instantly_achieved,
    }


def _goal_subs(connection: Connection) -> Documents:
    return [goal_subscription(row) for row in _rows(connection, "goal_subscriptions")]


def _quest_subs(connection: Connection) -> Documents:
    return [quest_subscription(row) for row in _rows(connection, "quest_subscriptions")]


def _class_achievements(connection: Connection) -> Documents:
    return [
        {
            "userID": row.user_id,
            "game": row.game,
            "playtype": row.playtype,
            "classSet": row.class_set,
            "classOldValue": row.class_old_value,
            "classValue": row.class_value,
            "timeAchieved": row.time_achieved,
        }
        for row in _rows(connection, "class_achievements")
    ]


def _imports(connection: Connection) -> Documents:
    score_ids: dict[str, list[str]] = defaultdict(list)
    for import_id, score_id in connection.execute(
        text("SELECT import_id, score_id FROM scores ORDER BY import_id, position")
    ):
        score_ids[import_id].append(score_id)
    return [
        import_document(row, score_ids[row.import_id], Wire.BOTH)
        for row in _rows(connection, "imports")
    ]


def _blacklist(connection: Connection) -> Documents:
    return [
        {"userID": row.user_id, "scoreID": row.score_id, "score": row.score}
        for row in _rows(connection, "score_blacklist")
    ]


def _orphan_charts(connection: Connection) -> Documents:
    return [
        {
            "gptString": row.gpt,
            "chartDoc": row.chart,
            "songDoc": row.song,
            "userIDs": row.user_ids,
        }
        for row in _rows(connection, "orphan_charts")
    ]


def _fields(*names: str) -> Key:
    return lambda document: [document[name] for name in names]


# How a collection is read, and what tells its documents apart. Each placeholder is met first
# where it is easiest to tell what it stands for, so the order counts.
COLLECTIONS: Mapping[str, tuple[Callable[[Connection], Documents], Key]] = {
    "scores": (_scores, _fields("userID", "scoreID")),
    "sessions": (_sessions, _fields("userID", "scoreIDs")),
    "personal-bests": (_personal_bests, _fields("userID", "chartID")),
    "game-stats": (_game_stats, _fields("userID", "game", "playtype")),
    "game-settings": (_game_settings, _fields("userID", "game", "playtype")),
    "orphan-scores": (_orphan_scores, _fields("userID", "orphanID")),
    "goal-subs": (_goal_subs, _fields("userID", "goalID")),
    "quest-subs": (_quest_subs, _fields("userID", "questID")),
    "class-achievements": (
        _class_achievements,
        _fields("userID", "game", "playtype", "classSet", "timeAchieved", "classValue"),
    ),
    "imports": (_imports, _fields("importID")),
    "score-blacklist": (_blacklist, _fields("userID", "scoreID")),
    "orphan-chart-queue": (
        _orphan_charts,
        lambda document: [document["gptString"], document["chartDoc"]["data"]["hashSHA256"]],
    ),
}

# Left out of a complete recording where they are empty.
LEFT_OUT_IF_EMPTY = ("game-settings", "score-blacklist", "orphan-chart-queue")


def read(connection: Connection, name: str) -> Documents:
    """The documents of a collection, in no particular order."""
    return COLLECTIONS[name][0](connection)
