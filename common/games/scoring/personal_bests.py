"""Personal bests: one document a user and chart, composed of the best of several scores.

It starts as a copy of the score with the highest default metric; then each merge of the GPT
copies what another score did better. Derived metrics are never recomputed: the grade is that
of the base score even where a merged lamp would allow a better one.

Source: specification, games/README.md section 10 and pipeline-pbs-stats.md sections 1 and 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

import msgspec

from common.catalogue.documents import Chart
from common.games.model import GPT
from common.games.scoring.hydration import rate, score_data_of, stored_score_data

# Scores on one chart that are looked at together: of more than these, the best go on.
MANY: Final = 1000


class PlayedScore(msgspec.Struct, gc=False):
    """What a personal best needs of one stored score of the user on the chart.

    scoreData: as stored. Times are milliseconds since the epoch; timeAchieved None = unknown.
    calculatedData: the ratings, where they have just been calculated. encoded: scoreData as
    JSON, where that is at hand.
    """

    scoreID: str
    scoreData: Mapping[str, Any]
    timeAchieved: float | None
    timeAdded: float = 0
    highlight: bool = False
    calculatedData: dict[str, float | None] | None = None
    encoded: bytes | None = None


class Reference(msgspec.Struct, gc=False):
    """Which score a part of a personal best comes from."""

    name: str
    scoreID: str


class PersonalBest(msgspec.Struct, gc=False, omit_defaults=True):
    """The composed parts of a personal best; `composedFrom` starts with the base score.

    encoded: scoreData as JSON, where it is that of one score which had it so.
    """

    composedFrom: list[Reference]
    highlight: bool
    timeAchieved: float | None
    scoreData: Mapping[str, Any]
    calculatedData: dict[str, float | None]
    encoded: bytes | None = None


def merge(
    gpt: GPT, chart: Chart, scores: Iterable[PlayedScore], *, before: float | None = None
) -> PersonalBest | None:
    """The personal best that all scores of one user on the chart make; None without any.

    before: count only scores achieved earlier than this, and none of unknown time.

    Among equals the earliest achieved wins (unknown times last), then the earliest added,
    then the smallest scoreID.
    """
    candidates = _candidates(gpt, scores, before)
    if not candidates:
        return None
    if len(candidates) == 1:
        return _of_one(gpt, chart, candidates[0])
    base, picks = _best(gpt, candidates)
    if all(picked is None or picked is base for _, picked in picks):
        return _of_one(gpt, chart, base)

    stored = _composed(base, picks)
    composed_from = [Reference(gpt.pb_base_name, base.scoreID)]
    highlight, time_achieved = base.highlight, base.timeAchieved
    for rule, picked in picks:
        if picked is None:
            continue
        highlight = highlight or picked.highlight
        if time_achieved is not None and picked.timeAchieved is not None:
            time_achieved = max(time_achieved, picked.timeAchieved)
        if all(picked.scoreID != reference.scoreID for reference in composed_from):
            composed_from.append(Reference(rule.label, picked.scoreID))

    merged = score_data_of(gpt, stored)
    return PersonalBest(
        composedFrom=composed_from,
        highlight=highlight,
        timeAchieved=time_achieved,
        scoreData=stored_score_data(gpt, merged),
        calculatedData=rate(gpt, merged, chart),
    )


def merged_data(
    gpt: GPT, scores: Iterable[PlayedScore], *, before: float | None = None
) -> Mapping[str, Any] | None:
    """The scoreData of the personal best that `merge` makes of the same; nothing is rated."""
    candidates = _candidates(gpt, scores, before)
    if len(candidates) < 2:
        return candidates[0].scoreData if candidates else None
    base, picks = _best(gpt, candidates)
    if all(picked is None or picked is base for _, picked in picks):
        return base.scoreData
    return stored_score_data(gpt, score_data_of(gpt, _composed(base, picks)))


def _candidates(gpt: GPT, scores: Iterable[PlayedScore], before: float | None) -> list[PlayedScore]:
    """Those of the scores that count, or the best of them."""
    candidates: list[PlayedScore] = []
    for score in scores:
        if before is None or (score.timeAchieved is not None and score.timeAchieved < before):
            candidates.append(score)
            if len(candidates) == MANY:
                base, picks = _best(gpt, candidates)
                candidates = [base, *(picked for _, picked in picks if picked is not None)]
    return candidates


def _composed(
    base: PlayedScore, picks: Iterable[tuple[_Rule, PlayedScore | None]]
) -> dict[str, Any]:
    """What is stored of the base, with what others did better."""
    stored: dict[str, Any] = {**base.scoreData, "optional": {**base.scoreData["optional"]}}
    for rule, picked in picks:
        if picked is not None:
            for section, name in rule.fields:
                _copy(section, name, picked.scoreData, stored)
    return stored


def _best(
    gpt: GPT, candidates: list[PlayedScore]
) -> tuple[PlayedScore, list[tuple[_Rule, PlayedScore | None]]]:
    """The score that is the base, and the one that each rule picks."""
    candidates.sort(key=_seniority)
    # max gives the first of equals, and so does _pick: the most senior one wins ties.
    base = max(candidates, key=lambda score: score.scoreData[gpt.default_metric])
    return base, [(rule, _pick(rule, candidates)) for rule in _rules(gpt)]


def _of_one(gpt: GPT, chart: Chart, score: PlayedScore) -> PersonalBest:
    """The personal best where one score is the best in everything."""
    calculated = score.calculatedData
    if calculated is None:
        calculated = rate(gpt, score_data_of(gpt, score.scoreData), chart)
    return PersonalBest(
        composedFrom=[Reference(gpt.pb_base_name, score.scoreID)],
        highlight=score.highlight,
        timeAchieved=score.timeAchieved,
        scoreData=score.scoreData,
        calculatedData=calculated,
        encoded=score.encoded,
    )


def _seniority(score: PlayedScore) -> tuple[float, float, str]:
    achieved = math.inf if score.timeAchieved is None else score.timeAchieved
    return achieved, score.timeAdded, score.scoreID


# --- merges, with their places taken apart -----------------------------------------------

# A place in scoreData: the section ("" = none) and the name in it.
_Place = tuple[str, str]


class _Rule(msgspec.Struct, frozen=True):
    label: str
    sign: int  # 1 where the largest value is picked, -1 where the smallest is
    path: tuple[tuple[str, ...], str]  # the sections and the name in them
    fields: tuple[_Place, ...]
    absent: float | None
    unless: tuple[str, str] | None


@cache
def _rules(gpt: GPT) -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            merge.name,
            1 if merge.direction == "largest" else -1,
            _deep_place(merge.path),
            tuple(map(_place, merge.fields)),
            merge.absent,
            merge.unless,
        )
        for merge in gpt.pb_merges
    )


def _deep_place(path: str) -> tuple[tuple[str, ...], str]:
    *sections, name = path.split(".")
    return tuple(sections), name


def _place(path: str) -> _Place:
    section, _, name = path.rpartition(".")
    return section, name


def _pick(rule: _Rule, candidates: Iterable[PlayedScore]) -> PlayedScore | None:
    """The score with the extreme value, the first of equals; None if no score has a value."""
    sections, name = rule.path
    best, picked = -math.inf, None
    for score in candidates:
        data = score.scoreData
        if rule.unless is not None and data.get(rule.unless[0]) == rule.unless[1]:
            continue
        for section in sections:
            data = data.get(section, {})
        value = data.get(name, rule.absent)
        if isinstance(value, (int, float)) and value * rule.sign > best:
            best, picked = value * rule.sign, score
    return picked


def _copy(section: str, name: str, source: Mapping[str, Any], target: dict[str, Any]) -> None:
    """Makes a place in `target` equal to that in `source`, absent where it is absent."""
    if section:
        source, target = source[section], target[section]
    if name in source:
        target[name] = source[name]
    else:
        target.pop(name, None)
