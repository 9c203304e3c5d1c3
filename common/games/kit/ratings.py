"""Session and profile ratings: averages and sums of the best n.

Sums run from the highest value to the lowest, one addition after the other: `sum()`
compensates rounding errors from Python 3.12 on and would give other last digits.

Source: specification, games/README.md section 9.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from common.games.model import GPT, ProfileRating, RatedPB, SessionRating
from common.text.numbers import js_round

SESSION_SCORES = 10  # scores that a session's rating is the average of, in most games


def session_ratings(
    gpt: GPT, calculated: Sequence[Mapping[str, float | None]]
) -> dict[str, float | None]:
    """The calculatedData of a session, of the calculatedData of all its scores."""
    return {name: rating.rate(calculated) for name, rating in gpt.session_ratings.items()}


def profile_ratings(gpt: GPT, pbs: Sequence[RatedPB]) -> dict[str, float | None]:
    """The ratings of a profile, of all personal bests of the user on the GPT."""
    return {name: rating.rate(pbs) for name, rating in gpt.profile_ratings.items()}


def derived_classes(gpt: GPT, ratings: Mapping[str, float | None]) -> dict[str, str | None]:
    """The DERIVED classes that follow from profile ratings; None = no class."""
    return {
        name: class_set.derive(ratings)
        for name, class_set in gpt.classes.items()
        if class_set.derive is not None
    }


def total(values: Iterable[float]) -> float:
    """The values added up in the order given, in doubles."""
    result: float = 0
    for value in values:
        result += value
    return result


def best(values: Iterable[float], count: int) -> list[float]:
    """The highest values, highest first."""
    return sorted(values, reverse=True)[:count]


def numeric(key: str, calculated: Iterable[Mapping[str, float | None]]) -> list[float]:
    """The values of a rating where there is one; zero is a value."""
    return [value for data in calculated if (value := data.get(key)) is not None]


def session_average(
    key: str, description: str, *, count: int = SESSION_SCORES, times: float = 1
) -> SessionRating:
    """The average of a session's `count` best values of the score rating `key`, times `times`.

    None with fewer values.
    """

    def rate(calculated: Sequence[Mapping[str, float | None]]) -> float | None:
        values = numeric(key, calculated)
        if len(values) < count:
            return None
        return total(best(values, count)) / count * times

    return SessionRating(description, rate)


def primary_values(key: str, pbs: Iterable[RatedPB]) -> list[float]:
    """The values of the score rating `key` on charts that were not superseded."""
    return numeric(key, (pb.calculatedData for pb in pbs if pb.isPrimary))


def profile_best(
    key: str,
    description: str,
    *,
    count: int,
    average: bool = False,
    needs_all: bool = False,
    multiplier: int = 1,
) -> ProfileRating:
    """The sum (or average) of a profile's `count` best values of the score rating `key`."""
    rate = best_n(key, count=count, average=average, needs_all=needs_all, multiplier=multiplier)
    return ProfileRating(description, rate)


def best_n(
    key: str,
    *,
    count: int,
    average: bool = False,
    needs_all: bool = False,
    multiplier: int = 1,
) -> Callable[[Sequence[RatedPB]], float | None]:
    """How to rate personal bests by their `count` best values of the score rating `key`.

    average: divide by `count`, however many values there are.
    needs_all: None with fewer than `count` values; otherwise only without any.
    multiplier: values are rounded to 1/multiplier before, averages are cut to it after.
    """

    def rate(pbs: Sequence[RatedPB]) -> float | None:
        values = best(primary_values(key, pbs), count)
        if not values or (needs_all and len(values) < count):
            return None
        if multiplier == 1:
            return total(values) / count if average else total(values)
        whole = total(js_round(value * multiplier) for value in values)
        return (math.floor(whole / count) if average else whole) / multiplier

    return rate
