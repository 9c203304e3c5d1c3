"""Class sets: how derived classes follow from profile ratings.

Source: specification, games/README.md section 9.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping

from common.games.model import ClassSet, ClassValue

_NUMERALS = "〇一二三四五六七八九十"


def kyu(n: int) -> str:
    """`七級`, the name of a rank below the first dan; there are ten."""
    return f"{_NUMERALS[n]}級"


def dan(n: int) -> str:
    """`初段`, `二段`, the name of a rank; there are ten."""
    return "初段" if n == 1 else f"{_NUMERALS[n]}段"


def ordinal(n: int) -> str:
    """`1st`, for numbers up to 20."""
    return f"{n}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(n, 'th') }"


def provided(*values: ClassValue) -> ClassSet:
    """A set of classes that imports assert."""
    return ClassSet("PROVIDED", values)


def ladder(
    rating: str,
    *rungs: tuple[float, ClassValue],
    minimum_relevant: str | None = None,
    minimum_scores: int | None = None,
) -> ClassSet:
    """A set of classes, each reached at a value of one profile rating, lowest first.

    The bound of the first is for show: whoever has the rating has at least that class.
    """
    return ClassSet(
        "DERIVED",
        tuple(value for _, value in rungs),
        _by_bound(rating, rungs),
        minimum_relevant,
        minimum_scores,
    )


def _by_bound(
    rating: str, rungs: tuple[tuple[float, ClassValue], ...]
) -> Callable[[Mapping[str, float | None]], str | None]:
    bounds = [bound for bound, _ in rungs[1:]]
    ids = [value.id for _, value in rungs]

    def derive(ratings: Mapping[str, float | None]) -> str | None:
        value = ratings.get(rating)
        return None if value is None else ids[bisect_right(bounds, value)]

    return derive
