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


class Choice(msgspec.Struct, gc=False):
    """Which scores a personal best is made of.

    picks: what each of the GPT's rules picked, where it picked any; empty where that is the base
    throughout.
    """

    base: PlayedScore
    picks: list[tuple[_Rule, PlayedScore]]

    def composed_from(self, gpt: GPT) -> list[Reference]:
        """The base first, then what was picked, each score once."""
        names = {self.base.scoreID: gpt.pb_base_name}
        for rule, picked in self.picks:
            names.setdefault(picked.scoreID, rule.label)
        return [Reference(name, score_id) for score_id, name in names.items()]

    @property
    def highlight(self) -> bool:
        return self.base.highlight or any(picked.highlight for _, picked in self.picks)

    @property
    def time_achieved(self) -> float | None:
        """The latest of the scores' times; that of the base where it is unknown."""
        latest = self.base.timeAchieved
        for _, picked in self.picks:
            if latest is not None and picked.timeAchieved is not None:
                latest = max(latest, picked.timeAchieved)
        return latest


def merge(
    gpt: GPT, chart: Chart, scores: Iterable[PlayedScore], *, before: float | None = None
) -> PersonalBest | None:
    """The personal best that all scores of one user on the chart make; None without any.

    before: count only scores achieved earlier than this, and none of unknown time.

    Among equals the earliest achieved wins (unknown times last), then the earliest added,
    then the smallest scoreID.
    """
    choice = choose(gpt, scores, before=before)
    return None if choice is None else composed(gpt, chart, choice)


def choose(
    gpt: GPT, scores: Iterable[PlayedScore], *, before: float | None = None
) -> Choice | None:
    """Of which scores `merge` makes the personal best; None without any."""
    candidates = _candidates(gpt, scores, before)
    if len(candidates) > 1:
        return _best(gpt, candidates)
    return Choice(candidates[0], []) if candidates else None


def composed(gpt: GPT, chart: Chart, choice: Choice) -> PersonalBest:
    """The personal best that is made of these scores."""
    if not choice.picks:
        return _of_one(gpt, chart, choice.base)
    merged = score_data_of(gpt, _merged(choice))
    return PersonalBest(
        composedFrom=choice.composed_from(gpt),
        highlight=choice.highlight,
        timeAchieved=choice.time_achieved,
        scoreData=stored_score_data(gpt, merged),
        calculatedData=rate(gpt, merged, chart),
    )


def merged_data(
    gpt: GPT, scores: Iterable[PlayedScore], *, before: float | None = None
) -> Mapping[str, Any] | None:
    """The scoreData of the personal best that `merge` makes of the same; nothing is rated."""
    choice = choose(gpt, scores, before=before)
    if choice is None or not choice.picks:
        return None if choice is None else choice.base.scoreData
    return stored_score_data(gpt, score_data_of(gpt, _merged(choice)))


def contenders(gpt: GPT, scores: Iterable[PlayedScore]) -> list[PlayedScore]:
    """Those of the scores that a personal best may be made of, whatever others there are."""
    choice = choose(gpt, scores)
    return [] if choice is None else [choice.base, *(picked for _, picked in choice.picks)]


def is_behind(gpt: GPT, score: Mapping[str, Any], best: Mapping[str, Any]) -> bool:
    """Whether a score is worse than a personal best in everything that the choice goes by.

    score, best: scoreData. What is best of some scores has the highest of their values, so that
    one which is worse in each leaves it as it is.
    """
    if score[gpt.default_metric] >= best[gpt.default_metric]:
        return False
    for rule in _rules(gpt):
        value = _value(rule, score)
        if value is not None:
            reached = _value(rule, best)
            if reached is None or value >= reached:
                return False
    return True


def _candidates(gpt: GPT, scores: Iterable[PlayedScore], before: float | None) -> list[PlayedScore]:
    """Those of the scores that count, or the best of them."""
    candidates: list[PlayedScore] = []
    for score in scores:
        if before is None or (score.timeAchieved is not None and score.timeAchieved < before):
            candidates.append(score)
            if len(candidates) == MANY:
                choice = _best(gpt, candidates)
                candidates = [choice.base, *(picked for _, picked in choice.picks)]
    return candidates


def _merged(choice: Choice) -> dict[str, Any]:
    """What is stored of the base, with what others did better."""
    base = choice.base.scoreData
    stored: dict[str, Any] = {**base, "optional": {**base["optional"]}}
    for rule, picked in choice.picks:
        for section, name in rule.fields:
            _copy(section, name, picked.scoreData, stored)
    return stored


def _best(gpt: GPT, candidates: list[PlayedScore]) -> Choice:
    """The score that is the base, and those that the rules pick."""
    candidates.sort(key=_seniority)
    # max gives the first of equals, and so does _pick: the most senior one wins ties.
    base = max(candidates, key=lambda score: score.scoreData[gpt.default_metric])
    picks = []
    is_of_one = True
    for rule in _rules(gpt):
        picked = _pick(rule, candidates)
        if picked is not None:
            picks.append((rule, picked))
            is_of_one = is_of_one and picked is base
    return Choice(base, [] if is_of_one else picks)


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


_NOTHING: Final[Mapping[str, Any]] = {}


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
    best, picked = -math.inf, None
    for score in candidates:
        value = _value(rule, score.scoreData)
        if value is not None and value > best:
            best, picked = value, score
    return picked


def _value(rule: _Rule, data: Mapping[str, Any]) -> float | None:
    """What a score has of what the rule goes by, higher being better; None = it is no candidate."""
    if rule.unless is not None and data.get(rule.unless[0]) == rule.unless[1]:
        return None
    sections, name = rule.path
    for section in sections:
        data = data.get(section, _NOTHING)
    value = data.get(name, rule.absent)
    return value * rule.sign if isinstance(value, (int, float)) else None


def _copy(section: str, name: str, source: Mapping[str, Any], target: dict[str, Any]) -> None:
    """Makes a place in `target` equal to that in `source`, absent where it is absent."""
    if section:
        source, target = source[section], target[section]
    if name in source:
        target[name] = source[name]
    else:
        target.pop(name, None)
