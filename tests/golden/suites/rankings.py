"""pb-rank.jsonl: the leaderboard of a chart, from the scores of several users."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection

from common.catalogue.index import GameCatalogue
from common.database.engine import copy_rows
from common.games.scoring.leaderboards import ranking_values
from common.games.scoring.personal_bests import PlayedScore, merge
from common.scores.rankings import chart_rankings, user_rankings
from tests.golden.database import empty_database
from tests.golden.suites.common import chart_of, gpt_of
from tests.golden.suites.registry import Case, exempt, suite
from worker.imports.steps.store import SCORE_COLUMNS
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
    copy_rows(connection, "scores", SCORE_COLUMNS, map(_score_row, given["scores"]))
    copy_rows(
        connection,
        "game_settings",
        ("user_id", "game", "playtype", "rivals", "preferences"),
        ((user, gpt.game, gpt.playtype, those, {}) for user, those in given["rivals"].items()),
    )
    for user in given["processedUsersInOrder"]:
        rebuild(connection, user, gpt.game, catalogue, [chart.chartID])
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
            for user, composed_from in sorted(composed.tuples())
        ]
    }


def _score_row(score: dict[str, Any]) -> tuple[Any, ...]:
    return (
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


@exempt(
    "pb-rank.jsonl",
    "ties within a personal best",
    "Of a player's scores with equal values the reference takes the one stored first, and in "
    "merges one of unknown time before all others. Ours takes the one achieved first; players "
    "with the same result may then stand in another order.",
)
def _tied(case: Case, got: Any) -> bool:
    """Whoever differs had a choice among equals, and at most equals changed places."""
    theirs, ours = _by_user(case.expected), _by_user(got)
    differing = [u for u in theirs if theirs[u]["composedFrom"] != ours[u]["composedFrom"]]
    results = {user: _ranking_values(case, user) for user in theirs}
    if not differing or not all(_has_ties(case, user) for user in differing):
        return False
    return [results[u] for u in _in_order(theirs)] == [results[u] for u in _in_order(ours)]


def _by_user(outcome: Any) -> dict[int, Any]:
    return {pb["userID"]: pb for pb in outcome["pbs"]}


def _in_order(pbs: dict[int, Any]) -> list[int]:
    return sorted(pbs, key=lambda user: pbs[user]["rankingData"]["rank"])


def _ranking_values(case: Case, user: int) -> list[float]:
    gpt = gpt_of(case.given)
    played = [msgspec.convert(score, PlayedScore) for score in _scores_of(case, user)]
    best = merge(gpt, chart_of(gpt, case.given["chart"]), played)
    assert best is not None
    return ranking_values(gpt, best.scoreData)


def _has_ties(case: Case, user: int) -> bool:
    """Two of the player's scores have the same value where a personal best picks by it."""
    gpt = gpt_of(case.given)
    documents = [score["scoreData"] for score in _scores_of(case, user)]
    for path in (gpt.default_metric, *(rule.path for rule in gpt.pb_merges)):
        values = [value for each in documents if (value := _at(path, each)) is not None]
        if len(set(values)) < len(values):
            return True
    return False


def _scores_of(case: Case, user: int) -> list[Any]:
    return [score for score in case.given["scores"] if score["userID"] == user]


def _at(path: str, document: Any) -> Any:
    for key in path.split("."):
        document = document.get(key)
    return document
