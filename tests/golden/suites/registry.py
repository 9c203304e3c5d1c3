"""The table of suites and of the exceptions from agreeing.

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
    """Our outcome, and the part of the recorded one that it is held against."""

    got: Any
    expected: Any


@dataclass(frozen=True)
class Exemption:
    """A decision because of which ours departs from what was recorded.

    applies: whether it explains the difference of a case from our outcome. It is asked only
    about cases that differ.
    """

    pattern: str
    name: str
    reason: str
    applies: Callable[[Case, Any], bool]


SuiteFunction = Callable[[Case], Any]

_suites: dict[str, SuiteFunction] = {}
_exemptions: list[Exemption] = []


def suite(*patterns: str) -> Callable[[SuiteFunction], SuiteFunction]:
    """Makes a function the suite of the files whose path matches one of the patterns."""

    def register(function: SuiteFunction) -> SuiteFunction:
        for pattern in patterns:
            _suites[pattern] = function
        return function

    return register


def exempt(
    pattern: str, name: str, reason: str
) -> Callable[[Callable[[Case, Any], bool]], Callable[[Case, Any], bool]]:
    """Makes a predicate the rule of an exemption for the files that match the pattern."""

    def register(applies: Callable[[Case, Any], bool]) -> Callable[[Case, Any], bool]:
        _exemptions.append(Exemption(pattern, name, reason, applies))
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


def exemption_for(case: Case, got: Any) -> Exemption | None:
    """The first exemption that explains why a case differs."""
    for exemption in _exemptions:
        if fnmatchcase(case.path, exemption.pattern) and exemption.applies(case, got):
            return exemption
    return None


def exemptions() -> list[Exemption]:
    return list(_exemptions)
