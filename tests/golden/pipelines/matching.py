"""Placeholders for values that are random, and collections without an order.

A placeholder stands for one value throughout a case, and different ones for different values.
What it stands for is found out by unification: documents that agree apart from unknown
placeholders are the same, and tell what those are.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.golden.compare import first_difference

_PLACEHOLDER = re.compile(r"<(SESSION|CHART|SCORE):\d+>")
_NOW = re.compile(r"<NOW:(\d+)>")
# Random, and said to be so wherever it occurs: any text will do.
ANY_TEXT = "<SESSION_NAME>"

# What tells the documents of a collection apart.
Key = Callable[[Any], Any]


def at_recorded_times(value: Any, times: list[int]) -> Any:
    """The value with each `<NOW:n>` replaced by the clock of step n."""
    if isinstance(value, str):
        found = _NOW.fullmatch(value)
        return times[int(found[1])] if found else value
    if isinstance(value, dict):
        return {key: at_recorded_times(item, times) for key, item in value.items()}
    if isinstance(value, list):
        return [at_recorded_times(item, times) for item in value]
    return value


class Bindings:
    """What the placeholders of a case are known to stand for."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}

    def resolve(self, value: Any) -> Any:
        """The value with known placeholders replaced."""
        if isinstance(value, str):
            return self._values.get(value, value)
        if isinstance(value, dict):
            return {key: self.resolve(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        return value

    def unify(self, expected: Any, got: Any) -> bool:
        """Whether there are values for unknown placeholders that make both equal.

        If so, they are known from now on; otherwise nothing changes.
        """
        found: dict[str, str] = {}
        if not self._agree(expected, got, found):
            return False
        self._values |= found
        return True

    def learn(self, expected: Any, got: Any) -> None:
        """Finds out what it can from two documents that are the same, but may differ."""
        if isinstance(expected, str):
            self.unify(expected, got)
        elif isinstance(expected, dict) and isinstance(got, dict):
            for key in expected.keys() & got.keys():
                self.learn(expected[key], got[key])
        elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
            for theirs, ours in zip(expected, got, strict=True):
                self.learn(theirs, ours)

    def _agree(self, expected: Any, got: Any, found: dict[str, str]) -> bool:
        if isinstance(expected, str) and _PLACEHOLDER.fullmatch(expected):
            known = self._values.get(expected) or found.get(expected)
            if known is not None:
                return bool(known == got)
            if not isinstance(got, str) or got in (*self._values.values(), *found.values()):
                return False
            found[expected] = got
            return True
        if expected == ANY_TEXT:
            return isinstance(got, str) and got != ""
        if isinstance(expected, dict):
            return (
                isinstance(got, dict)
                and expected.keys() == got.keys()
                and all(self._agree(expected[key], got[key], found) for key in expected)
            )
        if isinstance(expected, list):
            return (
                isinstance(got, list)
                and len(expected) == len(got)
                and all(
                    self._agree(theirs, ours, found)
                    for theirs, ours in zip(expected, got, strict=True)
                )
            )
        return first_difference(expected, got) is None


def align(
    bindings: Bindings, key: Key, expected: list[Any], got: list[Any]
) -> tuple[list[Any], list[Any]]:
    """Both collections in an order in which documents that are the same stand side by side.

    Documents are the same if they have the same key or else, where that holds placeholders
    nobody knows yet, if they can be unified. Placeholders that become known are replaced.
    """
    by_key: dict[str, list[int]] = defaultdict(list)
    for place, document in enumerate(got):
        by_key[_text(key(document))].append(place)
    pairs: list[tuple[Any, int]] = []
    unpaired = []
    for document in expected:
        places = by_key.get(_text(bindings.resolve(key(document))))
        if places:
            pairs.append((document, places.pop(0)))
        else:
            unpaired.append(document)
    for document, place in pairs:
        bindings.learn(document, got[place])
    left = sorted(place for places in by_key.values() for place in places)
    alone = []
    for document in unpaired:
        place = next((place for place in left if bindings.unify(document, got[place])), None)
        if place is None:
            alone.append(document)
        else:
            left.remove(place)
            pairs.append((document, place))
    in_order = [document for document, _ in pairs] + alone
    return (
        [_named(bindings.resolve(document)) for document in in_order],
        [_named(got[place]) for place in [*(place for _, place in pairs), *left]],
    )


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _named(document: Any) -> Any:
    """The document without the name of a session, if it has one at all."""
    if isinstance(document, dict) and "sessionID" in document and document.get("name"):
        return document | {"name": ANY_TEXT}
    return document
