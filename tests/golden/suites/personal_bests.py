"""pb-merge.jsonl: the personal best that several scores of a user make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from common.games.scoring.personal_bests import PlayedScore, merge
from tests.golden.compare import first_difference
from tests.golden.suites.common import chart_of, gpt_of
from tests.golden.suites.registry import Case, exempt, suite


@suite("pb-merge.jsonl")
def merging(case: Case) -> Any:
    given = case.given
    gpt, chart = gpt_of(given), chart_of(gpt_of(given), given["chart"])
    best = merge(
        gpt,
        chart,
        [msgspec.convert(score, PlayedScore) for score in given["scores"]],
        before=given.get("asOfTimestamp"),
    )
    if best is None:
        return {"pb": None}
    return {
        "pb": {
            "chartID": chart.chartID,
            "userID": given["userID"],
            "songID": chart.songID,
            "game": gpt.game,
            "playtype": gpt.playtype,
            "isPrimary": chart.isPrimary,
            **msgspec.to_builtins(best),
        }
    }


@exempt(
    "pb-merge.jsonl",
    "ties go to the earliest score",
    "Of scores with equal values the reference takes the one stored first as base, and in "
    "merges one of unknown time before all others. Ours takes the one achieved first.",
)
def _tied(case: Case, got: Any) -> bool:
    """Some contest has several winners, and both sides chose a winner in every contest."""
    theirs, ours = case.expected["pb"], got["pb"]
    if theirs is None or ours is None:
        return False
    contests = list(_contests(case))
    return any(values.count(best) > 1 for _, values, best in contests) and all(
        _at(path, theirs["scoreData"]) == _at(path, ours["scoreData"]) for path, _, _ in contests
    )


def _contests(case: Case) -> Iterator[tuple[str, list[float], float]]:
    """For the base and each merge: the place, the values that compete, the one that wins."""
    gpt = gpt_of(case.given)
    before = case.given.get("asOfTimestamp")
    documents = [
        score["scoreData"]
        for score in case.given["scores"]
        if before is None or (score["timeAchieved"] is not None and score["timeAchieved"] < before)
    ]
    contests: list[tuple[str, Any]] = [(gpt.default_metric, max)]
    contests += [(m.path, max if m.direction == "largest" else min) for m in gpt.pb_merges]
    for path, extreme in contests:
        values = [value for d in documents if (value := _at(path, d)) is not None]
        if values:
            yield path, values, extreme(values)


def _at(path: str, document: Any) -> Any:
    for key in path.split("."):
        document = document.get(key)
    return document


@exempt(
    "pb-merge.jsonl",
    "optional enum indexes of personal bests",
    "The reference always stores an empty optional.enumIndexes; ours has the index of every "
    "optional ENUM metric that is present.",
)
def _optional_indexes(case: Case, got: Any) -> bool:
    if got["pb"] is None:
        return False
    score_data = got["pb"]["scoreData"]
    emptied = {**score_data, "optional": {**score_data["optional"], "enumIndexes": {}}}
    return first_difference(case.expected, {"pb": {**got["pb"], "scoreData": emptied}}) is None
