"""Personal bests and their ranks. Source: specification, pipeline-pbs-stats.md sections 1 to 3.

Of equals the score achieved first wins, then the one stored first, then the smallest scoreID.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tests.golden import version3

Score = Mapping[str, Any]


class Merge(NamedTuple):
    name: str
    metric: str
    fields: tuple[str, ...]
    smallest: bool = False
    unless: tuple[str, str] | None = None


def _lamp(*more: str) -> Merge:
    return Merge("Best Lamp", "enumIndexes.lamp", ("lamp", *more))


_BP = Merge("Lowest BP", "optional.bp", ("optional.bp",), smallest=True)
_EX = Merge("Best EX Score", "optional.exScore", ("optional.exScore",))
_FLARE = Merge(
    "Best Flare",
    "optional.enumIndexes.flare",
    ("optional.flare", "optional.enumIndexes"),
    unless=("lamp", "FAILED"),
)
_SCORE = Merge("Best Score", "score", ("score", "grade"))
_IIDX = (
    _lamp(
        *(
            f"optional.{name}"
            for name in (
                "gsmEasy",
                "gsmNormal",
                "gsmHard",
                "gsmEXHard",
                "gauge",
                "gaugeHistory",
                "comboBreak",
            )
        )
    ),
    _BP,
)
_BMS = (
    _lamp(
        *(
            f"optional.{name}"
            for name in (
                "gauge",
                "gaugeHistory",
                "gaugeHistoryEasy",
                "gaugeHistoryGroove",
                "gaugeHistoryHard",
            )
        )
    ),
    _BP,
)
# By game: the metric and the name of the base, and the merges in their order.
_RULES: Mapping[str, tuple[str, str, tuple[Merge, ...]]] = {
    "iidx": ("percent", "Best Score", _IIDX),
    "bms": ("percent", "Best Score", _BMS),
    "pms": ("percent", "Best Score", _BMS),
    "sdvx": ("score", "Best Score", (_lamp(), _EX)),
    "ddr": ("score", "Best Score", (_lamp(), _SCORE, _EX, _FLARE)),
    "chunithm": (
        "score",
        "Best Score",
        (
            Merge("Best Note Lamp", "enumIndexes.noteLamp", ("noteLamp",)),
            Merge("Best Clear Lamp", "enumIndexes.clearLamp", ("clearLamp",)),
        ),
    ),
    "ongeki": (
        "score",
        "Best Score",
        (
            Merge("Best Platinum Score", "platinumScore", ("platinumScore", "platinumStars")),
            Merge("Best Note Lamp", "enumIndexes.noteLamp", ("noteLamp",)),
            Merge("Best Bell Lamp", "enumIndexes.bellLamp", ("bellLamp",)),
        ),
    ),
    "jubeat": ("musicRate", "Best Music Rate", (_lamp(), _SCORE)),
    "popn": (
        "score",
        "Best Score",
        (Merge("Best Clear", "enumIndexes.clearMedal", ("clearMedal", "lamp")),),
    ),
    "gitadora": ("percent", "Best Percent", (_lamp(),)),
    "maimai": ("percent", "Best Percent", (_lamp(),)),
    "maimaidx": ("percent", "Best Percent", (_lamp(),)),
    "itg": ("finalPercent", "Best Result", (_lamp(),)),
    **dict.fromkeys(("usc", "arcaea", "museca", "wacca"), ("score", "Best Score", (_lamp(),))),
}


def compose(game: str, scores: Iterable[Score], before: float | None = None) -> Any:
    """The parts of the personal best that come of its scores, without ratings; None of none.

    `tied`: whether a choice was made among equals. before: count scores achieved earlier only.
    """
    metric, base_name, merges = _RULES[game]
    candidates = sorted(
        (score for score in scores if before is None or _earlier(score, before)), key=_seniority
    )
    if not candidates:
        return None
    most = max(at(metric, score["scoreData"]) for score in candidates)
    bases = [score for score in candidates if at(metric, score["scoreData"]) == most]
    base, tied = bases[0], len(bases) > 1
    data = {**base["scoreData"]}
    for part in ("optional", "enumIndexes"):
        data[part] = {**data[part]}
    best = {
        "composedFrom": [{"name": base_name, "scoreID": base["scoreID"]}],
        "highlight": base["highlight"],
        "timeAchieved": base["timeAchieved"],
        "scoreData": data,
    }
    for merge in merges:
        if merge is _FLARE and version3.is_former():
            continue
        values = [
            (value, score)
            for score in candidates
            if not (merge.unless and score["scoreData"].get(merge.unless[0]) == merge.unless[1])
            and _is_number(value := at(merge.metric, score["scoreData"]))
        ]
        if not values:
            continue
        wanted = (min if merge.smallest else max)(value for value, _ in values)
        picked = [score for value, score in values if value == wanted]
        tied = tied or (len(picked) > 1 and merge is not _FLARE)
        _merge(best, merge, picked[0])
    return {**best, "tied": tied}


def _merge(best: dict[str, Any], merge: Merge, picked: Score) -> None:
    for field in merge.fields:
        _copy(field, picked["scoreData"], best["scoreData"])
        if field in picked["scoreData"]["enumIndexes"]:
            _copy(f"enumIndexes.{field}", picked["scoreData"], best["scoreData"])
    best["highlight"] = best["highlight"] or picked["highlight"]
    if best["timeAchieved"] is not None and picked["timeAchieved"] is not None:
        best["timeAchieved"] = max(best["timeAchieved"], picked["timeAchieved"])
    if all(picked["scoreID"] != each["scoreID"] for each in best["composedFrom"]):
        best["composedFrom"].append({"name": merge.name, "scoreID": picked["scoreID"]})


def _copy(path: str, source: Mapping[str, Any], target: dict[str, Any]) -> None:
    section, _, name = path.rpartition(".")
    if section:
        source, target = source[section], target[section]
    if name in source:
        target[name] = source[name]
    else:
        target.pop(name, None)


def at(path: str, document: Any) -> Any:
    for key in path.split("."):
        document = document.get(key)
    return document


def _earlier(score: Score, before: float) -> bool:
    return score["timeAchieved"] is not None and score["timeAchieved"] < before


def _seniority(score: Score) -> tuple[float, float, str]:
    achieved = math.inf if score["timeAchieved"] is None else score["timeAchieved"]
    return achieved, score.get("timeAdded", 0), score["scoreID"]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def ranked(game: str, bests: Mapping[int, Any], rivals: Mapping[int, Sequence[int]]) -> Any:
    """By user, the rankingData of personal bests on one chart."""
    return version3.ranks(game, bests, {user: list(those) for user, those in rivals.items()})
