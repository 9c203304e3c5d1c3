"""The exact rules of a BATCH-MANUAL document, and what a document that breaks them is told.

Source: specification, import-types/batch-manual.md sections 2 and 7.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import msgspec
from msgspec import inspect

from common.games.model import GPT, Decimal, Enum, Graph, Integer, Metric, Range
from common.validation import Violation, is_integer, is_number, text_of, type_of
from common.validation.rules import (
    ANYTHING,
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
from worker.import_types.manual.batch_manual_structs import (
    COMMENT_LENGTH,
    EARLIEST_TIME,
    SERVICE_LENGTH,
    tidy,
)
from worker.import_types.reading.matching import MATCH_TYPES


@cache
def rules(gpt: GPT) -> Record:
    """Keys in the order in which they are checked; no object may have others."""
    return _document(gpt, score_rules(gpt))


@cache
def rules_around(gpt: GPT) -> Record:
    """The same, whatever the scores are."""
    return _document(gpt, ANYTHING)


def _document(gpt: GPT, score: Rule) -> Record:
    return Record(
        {
            "meta": Record(
                {
                    "service": length_between(*SERVICE_LENGTH),
                    "game": one_of(gpt.game, gpt.v3_id),
                    "playtype": optional(nullable(one_of(gpt.playtype))),
                    "version": optional(nullable(STRING)),
                }
            ),
            "scores": ListOf(score),
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


@cache
def score_rules(gpt: GPT) -> Record:
    optional_metrics = _may_be_null(
        Record({name: _may_be_null(metric_rule(it.metric)) for name, it in gpt.optional.items()})
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
        fields = struct_fields(self.struct)
        for key, member in value.items():
            if key not in fields:
                expected = f"any of {', '.join(fields)}" if fields else "none"
                return f"Invalid Key {key}. Expected {expected}"
            try:
                msgspec.convert({key: member}, self.struct)
            except msgspec.ValidationError:
                return f"{_invalid_member(key, member)}. Expected {_description(fields[key])}"
        return "Not a valid object."


def _invalid_member(key: str, value: Any) -> str:
    return f"Key {key} had an invalid value of {text_of(value)} [type: {type_of(value)}]"


def struct_fields(struct: type[msgspec.Struct]) -> dict[str, inspect.Type]:
    kind = cast("inspect.StructType", inspect.type_info(struct))
    return {field.encode_name: field.type for field in kind.fields}


def _description(kind: inspect.Type) -> str:
    """The types that scoreMeta structs are made of, in words."""
    match kind:
        case inspect.LiteralType(values):
            return f"any of {', '.join(map(text_of, values))}"
        case inspect.UnionType(kinds):
            return " or ".join(map(_description, kinds))
        case inspect.ListType(item, min_length=length) if length:
            return f"a list of {length}, each {_description(item)}"
        case inspect.TupleType(items):
            return f"a list of {len(items)}, each {_description(items[0])}"
        case inspect.NoneType():
            return "null"
        case inspect.BoolType():
            return "a boolean"
        case inspect.IntType() | inspect.FloatType():
            return "a number"
        case _:
            return "another type"
