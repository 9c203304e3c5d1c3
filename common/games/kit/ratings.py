"""Session and profile ratings: averages and sums of the best n.

Sums run from the highest value to the lowest, one addition after the other: `sum()`
compensates rounding errors from Python 3.12 on and would give other last digits.

Source: specification, games/README.md section 9.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from common.games.model import GPT, BestOf, ProfileRating, RatedPB, SessionRating
from common.text.numbers import js_round

SESSION_SCORES = 10  # scores that a session's rating is the average of, in most games


# By score rating, the highest values of it in a session: what the session's ratings follow from.
BestValues = Mapping[str, Sequence[float]]


def best_values(
    gpt: GPT, calculated: Sequence[Mapping[str, float | None]], before: BestValues | None = None
) -> dict[str, list[float]]:
    """The highest values of the score ratings that count for a session, highest first.

    calculated: the calculatedData of its scores; or of those that came to it, where the highest
    values were those of `before`.
    """
    known = before or {}
    return {
        key: best([*known.get(key, ()), *numeric(key, calculated)], most)
        for key, most in _session_keys(gpt).items()
    }


@cache
def _session_keys(gpt: GPT) -> dict[str, int]:
    """The score ratings that count for a session, and how many values of each do at most."""
    keys: dict[str, int] = {}
    for rating in gpt.session_ratings.values():
        keys[rating.key] = max(keys.get(rating.key, 0), rating.count)
    return keys


def rated_by(gpt: GPT, values: BestValues) -> dict[str, float | None]:
    """The calculatedData of a session, of the `best_values` of its scores."""
    return {
        name: rating.rate(values[rating.key][: rating.count])
        for name, rating in gpt.session_ratings.items()
    }


def session_ratings(
    gpt: GPT, calculated: Sequence[Mapping[str, float | None]]
) -> dict[str, float | None]:
    """The calculatedData of a session, of the calculatedData of all its scores."""
    return rated_by(gpt, best_values(gpt, calculated))


def profile_ratings(gpt: GPT, pbs: Sequence[RatedPB]) -> dict[str, float | None]:
    """The ratings of a profile, of all personal bests of the user on the GPT."""
    return {name: rating.rate(pbs) for name, rating in gpt.profile_ratings.items()}


# A score rating that personal bests are ordered by, and whether those on superseded charts are.
Order = tuple[str, bool]


@cache
def profile_orders(gpt: GPT) -> dict[Order, int]:
    """The orders whose first personal bests count for the profile, and how many do at most."""
    orders: dict[Order, int] = {}
    for rating in gpt.profile_ratings.values():
        for best_of in rating.best_of:
            order = best_of.key, best_of.superseded
            orders[order] = max(orders.get(order, 0), best_of.count)
    return orders


def among_first(
    gpt: GPT, rating: ProfileRating, first: Mapping[Order, Sequence[RatedPB]]
) -> list[RatedPB] | None:
    """Personal bests of which the rating is what it is of all; None where only all will do.

    first: the first personal bests in each of the orders, as many as `profile_orders` says or
    all there are.
    """
    among: dict[str, RatedPB] = {}
    all_there_are = True
    for best_of in rating.best_of:
        order = best_of.key, best_of.superseded
        among |= {pb.chartID: pb for pb in first[order]}
        all_there_are &= len(first[order]) < profile_orders(gpt)[order]
    pbs = list(among.values())
    if rating.decided is None or all_there_are or rating.decided(pbs):
        return pbs
    return None


def profile_values(
    gpt: GPT, is_primary: bool, calculated: Mapping[str, float | None]
) -> list[float | None]:
    """Where a personal best stands in each of the `profile_orders`; None = it does not."""
    return [
        calculated.get(key) if is_primary or superseded else None
        for key, superseded in profile_orders(gpt)
    ]


def highest_values(gpt: GPT, pbs: Iterable[RatedPB]) -> list[float | None]:
    """The highest `profile_values` of personal bests, in each of the orders; None = there is none.

    pbs: all of a profile's, or such as have the first in each order among them.
    """
    highest: list[float | None] = [None] * len(profile_orders(gpt))
    for pb in pbs:
        for place, value in enumerate(profile_values(gpt, pb.isPrimary, pb.calculatedData)):
            known = highest[place]
            if value is not None and (known is None or value > known):
                highest[place] = value
    return highest


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

    def rate(values: Sequence[float]) -> float | None:
        return total(values) / count * times if len(values) == count else None

    return SessionRating(description, key, count, rate)


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
    return ProfileRating(description, rate, (BestOf(key, count),))


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
