"""pb-rank.jsonl: the leaderboard of a chart, from the scores of several users."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection

from common.catalogue.index import GameCatalogue
from common.database.engine import copy_rows
from common.scores.ranking_rows import chart_rankings, user_rankings
from tests.golden.database import empty_database
from tests.golden.suites.common import chart_of, gpt_of
from tests.golden.suites.registry import Case, departs, suite
from tests.golden.told import bests
from tests.golden.version3 import renewed_score_data
from worker.records import scores as stored_scores
from worker.records.personal_bests import rebuild


@suite("pb-rank.jsonl")
def ranking(case: Case) -> Any:
    with empty_database() as database, database.engine.connect() as connection:
        return _ranked(connection, case)


def _ranked(connection: Connection, case: Case) -> Any:
    """Through the tables: scores, the personal bests they make, and the reading of ranks."""
    given = case.given
    gpt = gpt_of(given)
    chart = chart_of(gpt, given["chart"])
    catalogue = GameCatalogue(gpt.game, 0, [], [chart])
    stored_scores.insert(connection, map(_score_row, _renewed(case)), {})
    copy_rows(
        connection,
        "game_settings",
        ("user_id", "game", "playtype", "rivals", "preferences"),
        ((user, gpt.game, gpt.playtype, those, {}) for user, those in given["rivals"].items()),
    )
    for user in given["processedUsersInOrder"]:
        rebuild(connection, user, catalogue, [chart.chartID])
    rankings = chart_rankings(connection, gpt.game, gpt.playtype, [chart.chartID])[chart.chartID]
    for user, each in rankings.items():
        assert user_rankings(connection, user, [chart.chartID]) == {chart.chartID: each}
    composed = connection.exec_driver_sql("SELECT user_id, composed_from FROM personal_bests")
    return {
        "pbs": [
            {
                "userID": user,
                "rankingData": rankings[user].document(),
                "composedFrom": composed_from,
            }
            for user, composed_from in sorted(composed)
        ]
    }


def _score_row(score: dict[str, Any]) -> dict[str, Any]:
    values = (
        score["userID"],
        score["scoreID"],
        "import",
        0,
        score["game"],
        score["playtype"],
        score["songID"],
        score["chartID"],
        score["isPrimary"],
        score["service"],
        score["importType"],
        score["timeAchieved"],
        score["timeAdded"],
        score["comment"],
        score["highlight"],
        score["scoreData"],
        score["scoreMeta"],
        score["calculatedData"],
    )
    return dict(zip(stored_scores.COLUMNS.names, values, strict=True))


@departs(
    "pb-rank.jsonl",
    "ranks of version 3",
    "Lamps and the like decide among equal scores, equals share a rank, and the rank among rivals "
    "counts those with a better score. Of a player's scores with equal values ours takes the one "
    "achieved first.",
)
def _newer_ranks(case: Case, expected: Any, got: Any) -> Any:
    game = gpt_of(case.given).game
    scores = defaultdict(list)
    for score in _renewed(case):
        scores[score["userID"]].append(score)
    composed = {user: bests.compose(game, own) for user, own in scores.items()}
    rivals = {int(user): those for user, those in case.given["rivals"].items()}
    ranks = bests.ranked(game, composed, rivals)
    return {
        "pbs": [
            {
                **pb,
                "composedFrom": (
                    composed[pb["userID"]]["composedFrom"]
                    if game == "ddr" or composed[pb["userID"]]["tied"]
                    else pb["composedFrom"]
                ),
                "rankingData": ranks[pb["userID"]],
            }
            for pb in expected["pbs"]
        ]
    }


def _renewed(case: Case) -> list[dict[str, Any]]:
    """The scores as they are stored now."""
    return [
        {**score, "scoreData": renewed_score_data(score["game"], score["scoreData"])}
        for score in case.given["scores"]
    ]
