"""Personal bests: one document a user and chart, composed of the best of several scores.

It starts as a copy of the score with the highest default metric; then each merge of the GPT
copies what another score did better. Derived metrics are never recomputed: the grade is that
of the base score even where a merged lamp would allow a better one.

Source: specification, games/README.md section 10 and pipeline-pbs-stats.md sections 1 and 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from common.catalogue.documents import Chart
from common.games.hydration import rate, score_data_of, stored_score_data
from common.games.model import GPT, Merge


class PlayedScore(msgspec.Struct):
    """What a personal best needs of one stored score of the user on the chart.

    scoreData: as stored. Times are milliseconds since the epoch; timeAchieved None = unknown.
    """

    scoreID: str
    scoreData: Mapping[str, Any]
    timeAchieved: float | None
    timeAdded: float = 0
    highlight: bool = False


class Reference(msgspec.Struct):
    """Which score a part of a personal best comes from."""

    name: str
    scoreID: str


class PersonalBest(msgspec.Struct):
    """The composed parts of a personal best; `composedFrom` starts with the base score."""

    composedFrom: list[Reference]
    highlight: bool
    timeAchieved: float | None
    scoreData: dict[str, Any]
    calculatedData: dict[str, float | None]


def merge(
    gpt: GPT, chart: Chart, scores: Iterable[PlayedScore], *, before: float | None = None
) -> PersonalBest | None:
    """The personal best that all scores of one user on the chart make; None without any.

    before: count only scores achieved earlier than this, and none of unknown time.

    Among equals the earliest achieved wins (unknown times last), then the earliest added,
    then the smallest scoreID.
    """
    candidates = [
        score
        for score in scores
        if before is None or (score.timeAchieved is not None and score.timeAchieved < before)
    ]
    if not candidates:
        return None
    candidates.sort(key=_seniority)
    # max and min give the first of equals, so from here on the most senior one wins ties.
    base = max(candidates, key=lambda score: score.scoreData[gpt.default_metric])

    stored: dict[str, Any] = {**base.scoreData, "optional": {**base.scoreData["optional"]}}
    composed_from = [Reference(gpt.pb_base_name, base.scoreID)]
    highlight, time_achieved = base.highlight, base.timeAchieved
    for rule in gpt.pb_merges:
        picked = _pick(rule, candidates)
        if picked is None:
            continue
        for field in rule.fields:
            _copy(field, picked.scoreData, stored)
        highlight = highlight or picked.highlight
        if time_achieved is not None and picked.timeAchieved is not None:
            time_achieved = max(time_achieved, picked.timeAchieved)
        if all(picked.scoreID != reference.scoreID for reference in composed_from):
            composed_from.append(Reference(rule.name, picked.scoreID))

    merged = score_data_of(gpt, stored)
    return PersonalBest(
        composedFrom=composed_from,
        highlight=highlight,
        timeAchieved=time_achieved,
        scoreData=stored_score_data(gpt, merged),
        calculatedData=rate(gpt, merged, chart),
    )


def _seniority(score: PlayedScore) -> tuple[float, float, str]:
    achieved = math.inf if score.timeAchieved is None else score.timeAchieved
    return achieved, score.timeAdded, score.scoreID


def _pick(rule: Merge, candidates: list[PlayedScore]) -> PlayedScore | None:
    rated = [
        (value, score)
        for score in candidates
        if (value := _numeric(rule.path, score.scoreData)) is not None
    ]
    if not rated:
        return None
    extreme = max if rule.direction == "largest" else min
    return extreme(rated, key=lambda pair: pair[0])[1]


def _numeric(path: str, stored: Mapping[str, Any]) -> float | None:
    """The number at a place in scoreData, None if there is none."""
    section, dot, name = path.partition(".")
    value = stored.get(section, {}).get(name) if dot else stored.get(path)
    return value if isinstance(value, int | float) else None


def _copy(field: str, source: Mapping[str, Any], target: dict[str, Any]) -> None:
    """Makes a place in `target` equal to that in `source`, absent where it is absent."""
    section, dot, name = field.partition(".")
    if dot:
        source, target = source[section], target[section]
    else:
        name = field
    if name in source:
        target[name] = source[name]
    else:
        target.pop(name, None)
