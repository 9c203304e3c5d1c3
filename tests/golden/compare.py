"""Comparing our outcome with a recorded one.

Rules: numbers within 1e-9 (integers and floats are not told apart), `{"$float": "NaN"}` for
values JSON lacks, keys in any order, an absent key is not null, lists in order. Texts that
only a JavaScript engine can know are not compared.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

RELATIVE_TOLERANCE = 1e-9
ABSOLUTE_TOLERANCE = 1e-9

# The engine's own words about why JSON does not parse.
_ENGINE_WORDS = re.compile(r"Invalid JSON\. \(.*\)", re.DOTALL)


class _Absent:
    def __repr__(self) -> str:
        return "(absent)"


ABSENT = _Absent()


@dataclass(frozen=True)
class Difference:
    """The first place where two values differ."""

    path: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        return f"at {self.path or 'the top'}\n  expected {self.expected!r}\n  got      {self.got!r}"


def first_difference(expected: Any, got: Any, path: str = "") -> Difference | None:
    """Where `got` departs from `expected`, or None where they agree."""
    if isinstance(expected, dict):
        if "$float" in expected:
            same = isinstance(got, float) and _same_number(float(expected["$float"]), got)
            return None if same else Difference(path, expected, got)
        if expected.get("plainError"):
            # An ordinary exception: that it fails counts, not how it is worded.
            failed = isinstance(got, dict) and ("plainError" in got or "failureType" in got)
            return None if failed else Difference(path, expected, got)
        return _objects(expected, got, path)
    if isinstance(expected, list):
        return _lists(expected, got, path)
    if _is_number(expected) and _is_number(got):
        return None if _same_number(expected, got) else Difference(path, expected, got)
    if isinstance(expected, str) and isinstance(got, str):
        same = _comparable(expected) == _comparable(got)
        return None if same else Difference(path, expected, got)
    same = type(expected) is type(got) and expected == got
    return None if same else Difference(path, expected, got)


def _objects(expected: dict[str, Any], got: Any, path: str) -> Difference | None:
    if not isinstance(got, dict):
        return Difference(path, expected, got)
    for key in [*expected, *(key for key in got if key not in expected)]:
        place = f"{path}.{key}" if path else key
        if key not in got or key not in expected:
            return Difference(place, expected.get(key, ABSENT), got.get(key, ABSENT))
        difference = first_difference(expected[key], got[key], place)
        if difference is not None:
            return difference
    return None


def _lists(expected: list[Any], got: Any, path: str) -> Difference | None:
    if not isinstance(got, list):
        return Difference(path, expected, got)
    for position, (theirs, ours) in enumerate(zip(expected, got, strict=False)):
        difference = first_difference(theirs, ours, f"{path}[{position}]")
        if difference is not None:
            return difference
    if len(expected) != len(got):
        place = f"{path}[{min(len(expected), len(got))}]"
        return Difference(place, expected[len(got) :] or ABSENT, got[len(expected) :] or ABSENT)
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same_number(expected: float, got: float) -> bool:
    if math.isnan(expected):
        return math.isnan(got)
    return math.isclose(expected, got, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)


def _comparable(text: str) -> str:
    return _ENGINE_WORDS.sub("Invalid JSON. (...)", text)
