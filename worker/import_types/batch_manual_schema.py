"""The exact rules of a BATCH-MANUAL document, and what a document that breaks them is told.

Source: specification, import-types/batch-manual.md sections 1, 2 and 7.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import UNSET

from common.errors import FatalImportError
from common.games.model import GPT, Decimal, Enum, Graph, Integer, Metric, Range
from common.games.registry import GAMES
from common.validation import (
    Violation,
    explain,
    first_violation,
    is_integer,
    is_number,
    text_of,
    type_of,
)
from common.validation.rules import (
    INTEGER,
    NUMBER,
    STRING,
    Check,
    ListOf,
    Record,
    Rule,
    all_of,
    length_between,
    nullable,
    number_within,
    one_of,
    optional,
)
from common.validation.values import MAX_SAFE_INTEGER
from worker.import_types.batch_manual_structs import (
    COMMENT_LENGTH,
    EARLIEST_TIME,
    SERVICE_LENGTH,
    ManualDocument,
    document_type,
)
from worker.import_types.matching import MATCH_TYPES


def read(document: Any, games: Iterable[str]) -> tuple[GPT, ManualDocument]:
    """The GPT a decoded document is for, and the document as structs.

    games: the enabled ones. Raises FatalImportError (400) with the first thing that is wrong.
    """
    gpt = _gpt_of(document, games)
    violation = first_violation(rules(gpt), document)
    if violation is not None:
        raise FatalImportError(400, explain(violation, "Invalid BATCH-MANUAL"))
    return gpt, msgspec.convert(tidy(document), document_type(gpt))


def _gpt_of(document: Any, games: Iterable[str]) -> GPT:
    if not isinstance(document, dict | list):
        raise FatalImportError(
            400, f"Invalid BATCH-MANUAL (Not an object, received {_kind(document)}.)"
        )
    game, playtype = _member(document, "meta", "game"), _member(document, "meta", "playtype")
    for key, value in (("game", game), ("playtype", playtype)):
        if value is UNSET:
            raise FatalImportError(
                400, f"Could not retrieve meta.{key} - is this valid BATCH-MANUAL?"
            )
    if not isinstance(game, str) or game not in games:
        raise FatalImportError(400, _invalid("game", game, games))
    playtypes = GAMES[game].playtypes
    if not isinstance(playtype, str) or playtype not in playtypes:
        raise FatalImportError(400, _invalid("playtype", playtype, playtypes))
    return playtypes[playtype]


def _kind(document: Any) -> str:
    return type_of(document)


def _member(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key, UNSET) if isinstance(value, dict) else UNSET
    return value


def _invalid(what: str, value: Any, expected: Iterable[str]) -> str:
    return f"Invalid {what} '{text_of(value)}' - expected any of {', '.join(expected)}."


def tidy(value: Any) -> Any:
    """The same JSON in the spelling that the structs accept.

    Whole numbers become `int`, those too large for a double to hold exactly `float`, and
    the empty list that may stand for an object of optional members becomes one.
    """
    if isinstance(value, dict):
        return {
            key: {} if key in _MAY_BE_EMPTY_LISTS and item == [] else tidy(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [tidy(item) for item in value]
    if is_number(value):
        return int(value) if is_integer(value) else float(value)
    return value


_MAY_BE_EMPTY_LISTS = frozenset({"optional", "hitMeta", "classes"})


# --- the document ----------------------------------------------------------------------


@cache
def rules(gpt: GPT) -> Record:
    """Keys in the order in which they are checked; no object may have others."""
    return Record(
        {
            "meta": Record(
                {
                    "service": length_between(*SERVICE_LENGTH),
                    "game": one_of(gpt.game),
                    "playtype": one_of(gpt.playtype),
                    "version": optional(nullable(STRING)),
                }
            ),
            "scores": ListOf(score_rules(gpt)),
            "classes": _may_be_null(
                Record(
                    {
                        name: _may_be_null(one_of(*classes.ids))
                        for name, classes in gpt.classes.items()
                        if classes.kind == "PROVIDED"
                    }
                )
            ),
        }
    )


def score_rules(gpt: GPT) -> Record:
    optional_metrics = _may_be_null(
        Record(
            {name: _may_be_null(metric_rule(it.metric)) for name, it in gpt.optional.items()}
        )
    )
    return Record(
        {
            **{name: metric_rule(metric) for name, metric in gpt.provided.items()},
            "matchType": one_of(*MATCH_TYPES),
            "identifier": STRING,
            "comment": _may_be_null(length_between(*COMMENT_LENGTH)),
            "difficulty": _may_be_null(STRING),
            "artist": _may_be_null(STRING),
            "timeAchieved": _may_be_null(_TIME),
            "judgements": _may_be_null(Judgements(gpt.judgements)),
            "optional": optional_metrics,
            "hitMeta": optional_metrics,
            "scoreMeta": _may_be_null(ScoreMeta(gpt.score_meta)),
        }
    )


def _may_be_null(rule: Rule) -> Rule:
    return optional(nullable(rule))


_TIME = Check(
    lambda value: is_number(value) and (value > EARLIEST_TIME or value == 0),
    "Expected a number greater than 1 Trillion"
    " - did you pass unix seconds instead of milliseconds?",
)


def metric_rule(metric: Metric) -> Rule:
    """Bounds that depend on the chart are left for later."""
    match metric:
        case Integer(bounds):
            return INTEGER if bounds is None else all_of(INTEGER, _within(bounds))
        case Decimal(bounds):
            return NUMBER if bounds is None else all_of(NUMBER, _within(bounds))
        case Enum(values):
            return one_of(*values)
        case Graph(bounds, may_be_null):
            if may_be_null:
                return all_of(ListOf(nullable(NUMBER)), ListOf(nullable(_within(bounds))))
            return all_of(ListOf(NUMBER), ListOf(_within(bounds)))


def _within(bounds: Range) -> Check:
    check = number_within(bounds.low, bounds.high, bounds.text)
    if not bounds.whole:
        return check
    return Check(lambda value: is_integer(value) and check.accepts(value), bounds.text)


@dataclass(frozen=True, slots=True)
class Judgements:
    """Counts by judgement; a count may be null."""

    names: tuple[str, ...]

    def violation(self, value: Any) -> Violation | None:
        if not isinstance(value, dict):
            return Violation((), "Not a valid object.", value)
        for key, count in value.items():
            if key not in self.names:
                expected = ", ".join(self.names)
                return Violation((), f"Invalid Key {key}. Expected any of {expected}", value)
            if count is not None and not (is_integer(count) and count >= 0):
                return Violation((), _invalid_member(key, count), value)
        return None


@dataclass(frozen=True, slots=True)
class ScoreMeta:
    """What the GPT's own struct accepts."""

    struct: type[msgspec.Struct]

    def violation(self, value: Any) -> Violation | None:
        value = tidy(value)
        try:
            msgspec.convert(value, self.struct)
        except msgspec.ValidationError:
            return Violation((), self._message(value), value)
        return None

    def _message(self, value: Any) -> str:
        if not isinstance(value, dict):
            return "Not a valid object."
        kinds = {field.encode_name: field.type for field in msgspec.structs.fields(self.struct)}
        for key, member in value.items():
            if key not in kinds:
                expected = f"Expected any of {', '.join(kinds)}" if kinds else "Expected none"
                return f"Invalid Key {key}. {expected}"
            try:
                msgspec.convert({key: member}, self.struct)
            except msgspec.ValidationError:
                return f"{_invalid_member(key, member)}. Expected {_description(kinds[key])}"
        return "Not a valid object."


def _invalid_member(key: str, value: Any) -> str:
    return f"Key {key} had an invalid value of {text_of(value)} [type: {type_of(value)}]"


def _description(kind: Any) -> str:
    """A type of the scoreMeta structs in words."""
    arguments = get_args(kind)
    if get_origin(kind) is Literal:
        return f"any of {', '.join(arguments)}"
    if get_origin(kind) is tuple:
        return f"a list of {len(arguments)}, each {_description(arguments[0])}"
    if members := [it for it in arguments if it is not msgspec.UnsetType]:
        return " or ".join(_description(it) for it in members)
    return {bool: "a boolean", type(None): "null", str: "a text"}.get(kind, "a number")
