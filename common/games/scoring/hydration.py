"""From a dry score to a stored one: identity, validation, derived metrics, ratings.

This runs once for every score of every import, so what follows from the configuration of a
GPT is worked out once (`_plan_of`, `_identity_of`), and the texts of failures are only made
when something failed.

Source: specification, pipeline.md sections 10 and 12, pipeline-ids.md section 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from operator import itemgetter
from typing import Any, Final

import msgspec
from msgspec import UNSET

from common.catalogue.documents import Chart
from common.errors import InternalFailure, InvalidScore
from common.games.kit.metric_checks import REJECTED, Acceptor, acceptor, failures
from common.games.model import GPT, Enum, ScoreData, ScoreValidator
from common.text.canonical import canonical_text, hashed_id, quote

ABSENT: Final = -1  # the index of an optional ENUM metric that a score does not have

FUTURE_TOLERANCE: Final = 24 * 60 * 60 * 1000  # ms; clocks of cabinets and tools are off

# What a formula may raise when its input makes no sense.
CANNOT_COMPUTE: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Hydrated(msgspec.Struct):
    """The computed parts of a stored score.

    score_data: the `scoreData` document: metrics, judgements, optional, enumIndexes.
    calculated: the `calculatedData` document: score rating to value, None = not rated.
    """

    score_data: dict[str, Any]
    calculated: dict[str, float | None]


def score_id(user_id: int, gpt: GPT, chart_id: str, score: ScoreData) -> str:
    """The identity of a score: user, chart and everything the GPT counts as identity.

    The score need not be valid. Raises InternalFailure if a provided metric is missing, and
    ValueError or TypeError for values that JSON does not have.
    """
    return _identity_of(gpt)(user_id, chart_id, score)


def hydrate(
    gpt: GPT,
    chart: Chart,
    score: ScoreData,
    time_achieved: float | None,
    now: float,
    *,
    as_a_whole: bool = True,
) -> Hydrated:
    """Validates a dry score, derives its metrics and rates it.

    as_a_whole: whether its parts must fit each other, which was another rule for older scores.

    Times are milliseconds since the epoch. Raises InvalidScore with everything that is wrong
    with the score, one line each: metrics in order of declaration, then the score as a whole.
    """
    if time_achieved is not None and time_achieved > now + FUTURE_TOLERANCE:
        raise InvalidScore("Invalid timestamp: score happens in the future.")
    plan = _plan_of(gpt)

    provided: dict[str, Any] = {}
    submitted = score.metrics
    for name, accept in plan.provided:
        value = accept(submitted.get(name, UNSET), chart)
        if value is REJECTED:
            raise _invalid(gpt, chart, score)
        provided[name] = value

    optional: dict[str, Any] = {}
    for name, value in score.optional.items():
        if value is not None and name in plan.optional:
            value = plan.optional[name](value, chart)
            if value is REJECTED:
                raise _invalid(gpt, chart, score)
        optional[name] = value

    dry = ScoreData(provided, score.judgements, optional)
    metrics = provided.copy()
    for name, derive, accept in plan.derived:
        value = accept(derive(dry, chart), chart)
        if value is REJECTED:
            raise _invalid(gpt, chart, score)
        metrics[name] = value

    whole = ScoreData(metrics, score.judgements, optional)
    for validate in plan.validators if as_a_whole else ():
        if validate(whole, chart) is not None:
            raise _invalid(gpt, chart, score)

    return Hydrated(stored_score_data(gpt, whole), rate(gpt, dry, chart))


def rate(gpt: GPT, score: ScoreData, chart: Chart) -> dict[str, float | None]:
    """The score ratings; None where one does not apply or cannot be computed."""
    calculated: dict[str, float | None] = {}
    for name, rating in gpt.score_ratings.items():
        try:
            value = rating.rate(score, chart)
        except CANNOT_COMPUTE:
            value = None
        calculated[name] = value if value is not None and math.isfinite(value) else None
    return calculated


def stored_score_data(gpt: GPT, score: ScoreData) -> dict[str, Any]:
    """The `scoreData` document of a score whose metrics are complete and valid."""
    plan = _plan_of(gpt)
    metrics, optional = score.metrics, score.optional
    flags = {
        name: ABSENT if optional.get(name) is None else index[optional[name]]
        for name, index in plan.optional_enums
    }
    return {
        **metrics,
        "judgements": score.judgements,
        "optional": {**optional, "enumIndexes": flags},
        "enumIndexes": {name: index[metrics[name]] for name, index in plan.enums},
    }


def score_data_of(gpt: GPT, stored: Mapping[str, Any]) -> ScoreData:
    """The score as formulas see it, of a stored `scoreData` document.

    An ENUM metric that was stored when it still was a number is the value at that index.
    """
    plan = _plan_of(gpt)
    optional = {k: v for k, v in stored["optional"].items() if k != "enumIndexes"}
    metrics = {name: stored[name] for name in plan.metric_names if name in stored}
    for name, index in plan.enums:
        if type(value := metrics.get(name)) is int:
            metrics[name] = list(index)[value]
    return ScoreData(metrics, stored["judgements"], optional)


# --- what is worked out once a GPT -------------------------------------------------------


class _Plan(msgspec.Struct, frozen=True):
    provided: tuple[tuple[str, Acceptor], ...]
    derived: tuple[tuple[str, Callable[[ScoreData, Chart], Any], Acceptor], ...]
    optional: dict[str, Acceptor]
    enums: tuple[tuple[str, Mapping[str, int]], ...]
    optional_enums: tuple[tuple[str, Mapping[str, int]], ...]
    validators: tuple[ScoreValidator, ...]
    metric_names: tuple[str, ...]


@cache
def _plan_of(gpt: GPT) -> _Plan:
    return _Plan(
        provided=tuple((name, acceptor(metric)) for name, metric in gpt.provided.items()),
        derived=tuple((name, d.derive, acceptor(d.metric)) for name, d in gpt.derived.items()),
        optional={name: acceptor(o.metric) for name, o in gpt.optional.items()},
        enums=tuple((n, m.index) for n, m in gpt.metrics.items() if isinstance(m, Enum)),
        optional_enums=tuple(
            (n, o.metric.index) for n, o in gpt.optional.items() if isinstance(o.metric, Enum)
        ),
        validators=gpt.score_validators,
        metric_names=tuple(gpt.metrics),
    )


@cache
def _identity_of(gpt: GPT) -> Callable[[int, str, ScoreData], str]:
    provided = tuple(gpt.provided)
    optional = tuple(name for name, metric in gpt.optional.items() if metric.in_score_id)
    keys = ["userID", "chartID", *provided, *(f"optional.{name}" for name in optional)]
    places = sorted(range(len(keys)), key=keys.__getitem__)
    # The canonical text of the identity with a place for each value.
    template = "{" + ",".join(f'"{keys[place]}":%s' for place in places) + "}"
    in_order = itemgetter(*places)

    def identify(user_id: int, chart_id: str, score: ScoreData) -> str:
        texts = [str(user_id), quote(chart_id)]
        try:
            for name in provided:
                texts.append(canonical_text(score.metrics[name]))
        except KeyError as missing:
            raise InternalFailure(f"A score of {gpt.id} lacks {missing}.") from None
        for name in optional:
            texts.append(canonical_text(score.optional.get(name)))
        return hashed_id("T", template % in_order(texts))

    return identify


# --- what went wrong ---------------------------------------------------------------------


def _invalid(gpt: GPT, chart: Chart, score: ScoreData) -> InvalidScore:
    lines = _all_failures(gpt, chart, score)
    errors = "error" if len(lines) == 1 else "errors"
    return InvalidScore("\n".join([f"Got {len(lines)} {errors} when validating score:", *lines]))


def _all_failures(gpt: GPT, chart: Chart, score: ScoreData) -> list[str]:
    lines: list[str] = []
    metrics = dict(score.metrics)
    for name, metric in gpt.provided.items():
        lines += failures(name, metric, score.metrics.get(name, UNSET), chart)
    for name, derived in gpt.derived.items():
        try:
            metrics[name] = derived.derive(score, chart)
        except CANNOT_COMPUTE:
            continue  # it follows from a provided metric whose failure has a line already
        lines += failures(name, derived.metric, metrics[name], chart)
    for name, declared in gpt.optional.items():
        value = score.optional.get(name)
        if value is not None:
            lines += failures(name, declared.metric, value, chart)
    whole = ScoreData(metrics, score.judgements, score.optional)
    for validate in gpt.score_validators:
        try:
            line = validate(whole, chart)
        except CANNOT_COMPUTE:
            continue
        if line is not None:
            lines.append(line)
    return lines
