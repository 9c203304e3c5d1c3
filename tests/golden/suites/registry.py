"""The table of suites and of the departures from what was recorded.

A suite is a function from a case to our outcome. To add one, write a module in this package:

    @suite("some-family/*.jsonl")
    def run(case: Case) -> Any:
        return what_ours_makes_of(case.given)

A suite that compares only a part of what was recorded returns `Compared`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tests.golden.compare import first_difference


class NotBuilt(Exception):
    """The case is about something that we do not have (yet): a game, an import type."""


@dataclass(frozen=True)
class Case:
    """One recorded case. path: of its file, below the folder of all of them."""

    path: str
    id: str
    given: Any
    expected: Any


@dataclass(frozen=True)
class Compared:
    """Our outcome, and the part of the recorded one that it is held against.

    departures: names of those that the suite has seen to itself.
    """

    got: Any
    expected: Any
    departures: tuple[str, ...] = ()


# The recorded outcome as decided: what comes of the case, what was recorded (and perhaps put
# as other decisions have it already), and ours. Ours is only for what nobody could know
# beforehand; what is compared must not come from it. Unchanged where the decision says nothing.
Adapt = Callable[[Case, Any, Any], Any]


@dataclass(frozen=True)
class Departure:
    """A decision because of which ours departs from what was recorded, and to what."""

    pattern: str
    name: str
    reason: str
    adapt: Adapt


SuiteFunction = Callable[[Case], Any]

_suites: dict[str, SuiteFunction] = {}
_departures: list[Departure] = []


def suite(*patterns: str) -> Callable[[SuiteFunction], SuiteFunction]:
    """Makes a function the suite of the files whose path matches one of the patterns."""

    def register(function: SuiteFunction) -> SuiteFunction:
        for pattern in patterns:
            _suites[pattern] = function
        return function

    return register


def departs(pattern: str, name: str, reason: str) -> Callable[[Adapt], Adapt]:
    """Makes a function the rule of a departure in the files that match the pattern.

    It is asked about each case, also where both agree: so a decision holds wherever it applies.
    """

    def register(adapt: Adapt) -> Adapt:
        _departures.append(Departure(pattern, name, reason, adapt))
        return adapt

    return register


def exempt(
    pattern: str, name: str, reason: str
) -> Callable[[Callable[[Case, Any], bool]], Callable[[Case, Any], bool]]:
    """Makes a predicate the rule of a departure that has judged ours by itself, and whole.

    It is asked where both differ. Where what ours has to be can be told, use `departs`.
    """

    def register(applies: Callable[[Case, Any], bool]) -> Callable[[Case, Any], bool]:
        def adapt(case: Case, expected: Any, got: Any) -> Any:
            differs = first_difference(expected, got) is not None
            return got if differs and applies(case, got) else expected

        _departures.append(Departure(pattern, name, reason, adapt))
        return applies

    return register


def load_suites() -> None:
    """Imports every module of this package."""
    package = importlib.import_module(__package__)
    for module in pkgutil.iter_modules(package.__path__, f"{__package__}."):
        importlib.import_module(module.name)


def suite_for(path: str) -> SuiteFunction | None:
    """The suite of a file; the longest pattern that matches is the most specific one."""
    matching = [pattern for pattern in _suites if fnmatchcase(path, pattern)]
    return _suites[max(matching, key=len)] if matching else None


def as_decided(case: Case, expected: Any, got: Any) -> tuple[Any, list[Departure]]:
    """What was recorded as our decisions would have it, and the departures that changed it."""
    applied = []
    for departure in _departures:
        if fnmatchcase(case.path, departure.pattern):
            decided = departure.adapt(case, expected, got)
            if decided is not expected and decided != expected:
                applied.append(departure)
                expected = decided
    return expected, applied


def departures() -> list[Departure]:
    return list(_departures)
