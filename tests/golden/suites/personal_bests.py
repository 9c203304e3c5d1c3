"""pb-merge.jsonl: the personal best that several scores of a user make."""

from __future__ import annotations

from typing import Any

import msgspec

from common.games.scoring.personal_bests import PlayedScore, merge
from tests.golden.suites.common import chart_of, gpt_of, optional_indexes
from tests.golden.suites.registry import Case, departs, suite
from tests.golden.told import bests


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


@departs(
    "pb-merge.jsonl",
    "optional enum indexes of personal bests",
    "The reference always stores an empty optional.enumIndexes; ours has the index of every "
    "optional ENUM metric that is present.",
)
def _optional_indexes(case: Case, expected: Any, got: Any) -> Any:
    if expected["pb"] is None:
        return expected
    score_data = expected["pb"]["scoreData"]
    optional = score_data["optional"]
    indexes = optional_indexes(case.given["gpt"], optional)
    filled = {**score_data, "optional": {**optional, "enumIndexes": indexes}}
    return {"pb": {**expected["pb"], "scoreData": filled}}


@departs(
    "pb-merge.jsonl",
    "ties go to the earliest score",
    "Of scores with equal values the reference takes the one stored first as base, and in "
    "merges one of unknown time before all others. Ours takes the one achieved first.",
)
def _tied(case: Case, expected: Any, got: Any) -> Any:
    """Ratings stay those that were recorded: scores that tie are rated alike."""
    given = case.given
    best = bests.compose(gpt_of(given).game, given["scores"], given.get("asOfTimestamp"))
    if best is None or not best.pop("tied"):
        return expected
    optional = best["scoreData"]["optional"]
    optional["enumIndexes"] = optional_indexes(given["gpt"], optional)
    return {"pb": {**expected["pb"], **best}}
