"""Grades: tables of lower bounds, and the tables that several games share.

In every game the order of the table is the order of the grade metric's values.

Source: specification, games/README.md section 5.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from common.text.numbers import plain


@dataclass(frozen=True, slots=True)
class GradeTable:
    """Grades, worst first, each with the least value that earns it."""

    names: tuple[str, ...]
    bounds: tuple[float, ...]

    @classmethod
    def of(cls, *rows: tuple[str, float]) -> GradeTable:
        return cls(tuple(name for name, _ in rows), tuple(bound for _, bound in rows))

    def grade(self, value: float) -> str:
        """The grade of a value. Raises ValueError below all bounds and for NaN."""
        position = bisect_right(self.bounds, value)
        # NaN is "not less than" every bound and would come out as the best grade.
        if position == 0 or value != value:
            raise ValueError(f"Could not resolve grade for score {plain(value)}.")
        return self.names[position - 1]

    def bound(self, name: str) -> float:
        """The least value that earns a grade. Raises ValueError for an unknown grade."""
        return self.bounds[self.position(name)]

    def at(self, position: int) -> str:
        """The grade at a position, the worst one where there is none."""
        return self.names[position if position in range(len(self.names)) else 0]

    def position(self, name: str) -> int:
        try:
            return self.names.index(name)
        except ValueError:
            raise ValueError(
                f"Passed a scoreGrade of {name} but no such boundary exists in "
                f"{', '.join(self.names)}"
            ) from None


# On percent. The bounds are ninths, multiplied first: the doubles differ otherwise.
IIDX_LIKE = GradeTable.of(
    ("F", 0),
    ("E", 100 * 2 / 9),
    ("D", 100 * 3 / 9),
    ("C", 100 * 4 / 9),
    ("B", 100 * 5 / 9),
    ("A", 100 * 6 / 9),
    ("AA", 100 * 7 / 9),
    ("AAA", 100 * 8 / 9),
    ("MAX-", 100 * 17 / 18),
    ("MAX", 100),
)

# On score.
SDVX_LIKE = GradeTable.of(
    ("D", 0),
    ("C", 7_000_000),
    ("B", 8_000_000),
    ("A", 8_700_000),
    ("A+", 9_000_000),
    ("AA", 9_300_000),
    ("AA+", 9_500_000),
    ("AAA", 9_700_000),
    ("AAA+", 9_800_000),
    ("S", 9_900_000),
    ("PUC", 10_000_000),
)
