"""Scores of a BATCH-MANUAL document one by one: a bad one refuses itself, not its neighbours.

What a score has too much (a key that nobody knows) is passed over and told of, and so is an empty
text where none is wanted: it is no value. What is wrong with the rest makes an error line of it,
in the words that refuse a whole document elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any, Final

import msgspec

from common.errors import FatalImportError
from common.games.model import GPT, Integer
from common.validation import Violation, explain, text_of
from worker.import_types.base import RefusedEntry
from worker.import_types.manual.batch_manual_json import FOREWORD
from worker.import_types.manual.batch_manual_schema import score_rules, struct_fields
from worker.import_types.manual.batch_manual_structs import (
    ManualScore,
    is_within_limits,
    score_type,
    tidy,
)

DOCUMENT_KEYS: Final = ("meta", "scores", "classes")

# Of one document; more than that is no list of scores with a few mistakes in it.
MAX_REFUSED: Final = 10_000
MAX_WARNINGS: Final = 100
_NO_VALUE: Final = "empty, taken as absent"
_ALIKE: Final = 0.75  # of 1: how much a key has of the one that may be meant
MAX_KEY_LENGTH: Final = 100  # characters of a key that a warning shows


@lru_cache(maxsize=1000)
def _unknown(key: str, known: tuple[str, ...]) -> str:
    meant = get_close_matches(key[:MAX_KEY_LENGTH], known, 1, _ALIKE)
    hint = f" (did you mean {meant[0]}?)" if meant else ""
    return f"unknown key{hint}, passed over"


class PassedOver:
    """What nobody knows of a document, and how often."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], list[Any]] = {}  # count, first place

    def add(self, path: str, what: str, place: str = "") -> None:
        """path: of the key, without the score's number. place: the score it was first seen in."""
        if (path, what) in self._found or len(self._found) < MAX_WARNINGS:
            self._found.setdefault((path, what), [0, place])[0] += 1

    def without_unknown(
        self, fields: dict[str, Any], known: Collection[str], path: str, place: str = ""
    ) -> dict[str, Any]:
        """A copy of the object with only the known keys."""
        kept = {}
        for key, value in fields.items():
            if key in known:
                kept[key] = value
            else:
                self.add(f"{path}{key[:MAX_KEY_LENGTH]}", _unknown(key, tuple(known)), place)
        return kept

    def warnings(self) -> list[str]:
        """A sentence each, in the order in which they were found."""
        return [
            f"{place}{path}: {what}"
            + (f" ({count} times; this is the first)." if count > 1 else ".")
            for (path, what), (count, place) in self._found.items()
        ]


class LenientScores:
    """Reads the scores of one document."""

    def __init__(self, gpt: GPT, passed_over: PassedOver) -> None:
        self._type = score_type(gpt)
        self._rules = score_rules(gpt)
        self._known = tuple(self._rules.fields)
        self._members = _members(gpt)
        self._absent = {
            name: metric.when_absent
            for name, metric in gpt.provided.items()
            if isinstance(metric, Integer) and metric.when_absent is not None
        }
        self._passed_over = passed_over
        self._refused = 0

    def read(self, scores: Iterable[Any]) -> list[Any]:
        """`ManualScore` or, in its place, `RefusedEntry`. Raises FatalImportError (400)."""
        return [self._read(number, score) for number, score in enumerate(scores)]

    def _read(self, number: int, score: Any) -> ManualScore | RefusedEntry:
        try:
            struct = msgspec.convert(score, self._type)
        except msgspec.ValidationError:
            return self._closely(number, score)
        return struct if is_within_limits(struct) else self._closely(number, score)

    def _closely(self, number: int, score: Any) -> ManualScore | RefusedEntry:
        known = self._without_unknown(number, score) if isinstance(score, dict) else score
        violation = self._rules.violation(known)
        if violation is None:
            return msgspec.convert(tidy(known), self._type)
        path = ("scores", number, *violation.path)
        told = explain(Violation(path, violation.message, violation.value), FOREWORD)
        self._refused += 1
        if self._refused > MAX_REFUSED:
            raise FatalImportError(400, told)
        fields = score if isinstance(score, dict) else {}
        difficulty = fields.get("difficulty")
        return RefusedEntry(
            told,
            text_of(fields.get("identifier", "")),
            None if difficulty is None else text_of(difficulty),
        )

    def _without_unknown(self, number: int, score: dict[str, Any]) -> dict[str, Any]:
        place = f"scores[{number}]."
        known: dict[str, Any] = self._passed_over.without_unknown(score, self._known, "", place)
        for name, value in self._absent.items():
            if name not in known:
                known[name] = value
                self._passed_over.add(name, f"absent, taken as {value}", place)
        for name, members in self._members.items():
            if isinstance(known.get(name), dict):
                known[name] = self._passed_over.without_unknown(
                    known[name], members, f"{name}.", place
                )
        self._drop_empty(known, place)
        return known

    def _drop_empty(self, known: dict[str, Any], place: str) -> None:
        """Takes out empty texts of what may be absent, and empty lists in place of objects."""
        for name in ("comment", "timeAchieved"):
            if known.get(name) == "":
                del known[name]
                self._passed_over.add(name, _NO_VALUE, place)
        for name in ("judgements", *self._members):
            # What languages that have one kind of collection make of an empty one.
            if known.get(name) in ("", []):
                del known[name]
            elif isinstance(members := known.get(name), dict) and "" in members.values():
                known[name] = {key: value for key, value in members.items() if value != ""}
                for key in members.keys() - known[name].keys():
                    self._passed_over.add(f"{name}.{key[:MAX_KEY_LENGTH]}", _NO_VALUE, place)


@cache
def _members(gpt: GPT) -> dict[str, tuple[str, ...]]:
    """What there may be in the objects of a score whose members may all be absent."""
    optional = tuple(gpt.optional)
    return {
        "optional": optional,
        "hitMeta": optional,
        "scoreMeta": tuple(struct_fields(gpt.score_meta)),
    }
