"""pb-merge.jsonl: the personal best that several scores of a user make."""

from __future__ import annotations

from typing import Any

import msgspec

from common.games.scoring.personal_bests import PlayedScore, merge
from tests.golden import version3
from tests.golden.suites.common import chart_of, gpt_of
from tests.golden.suites.registry import Case, departs, suite
from tests.golden.told import bests


@suite("pb-merge.jsonl")
def merging(case: Case) -> Any:
    given = case.given
    gpt, chart = gpt_of(given), chart_of(gpt_of(given), given["chart"])
    best = merge(
        gpt,
        chart,
        [msgspec.convert(score, PlayedScore) for score in _renewed(case)],
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
    "rules of version 3",
    "Ratings, the order of DDR's lamps and its best flare are as version 3 has them.",
)
def _newer_rules(case: Case, expected: Any, got: Any) -> Any:
    if expected["pb"] is None:
        return expected
    given = case.given
    played = version3.by_seniority(_renewed(case), given.get("asOfTimestamp"))
    best = version3.renewed_best(given["gpt"], given["chart"], expected["pb"], played)
    if gpt_of(given).game == "ddr":
        # Which scores it is composed of follows from its lamp and its flare.
        composed = bests.compose("ddr", played)
        best |= {name: composed[name] for name in ("composedFrom", "timeAchieved", "highlight")}
    return {"pb": best}


@departs(
    "pb-merge.jsonl",
    "ties go to the earliest score",
    "Of scores with equal values the reference takes the one stored first as base, and in "
    "merges one of unknown time before all others. Ours takes the one achieved first.",
)
def _tied(case: Case, expected: Any, got: Any) -> Any:
    """Ratings stay those that were recorded: scores that tie are rated alike."""
    given = case.given
    best = bests.compose(gpt_of(given).game, _renewed(case), given.get("asOfTimestamp"))
    if best is None or not best.pop("tied"):
        return expected
    return {"pb": {**expected["pb"], **best}}


def _renewed(case: Case) -> list[dict[str, Any]]:
    """The scores as they are stored now; their ratings are worked out anew."""
    return [
        {
            **score,
            "scoreData": version3.renewed_score_data(score["game"], score["scoreData"]),
            "calculatedData": None,
        }
        for score in case.given["scores"]
    ]
