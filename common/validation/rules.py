"""The rules schemas are made of.

A rule looks at one value and gives the first violation in it, or None. Rules that look into
lists and objects go depth first, in the order declared; keys that an object should not have
come last.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from msgspec import UNSET

from common.validation.values import is_integer, is_number, text_of, type_of, utf16_length
from common.validation.violation import Violation


class Rule(Protocol):
    def violation(self, value: Any) -> Violation | None:
        """The first violation in `value`, with its path seen from there."""


def first_violation(schema: Rule, value: Any) -> Violation | None:
    """What is wrong first with `value`, or None if the schema accepts it."""
    if isinstance(schema, Record) and _members(value) is None:
        return Violation((), "Non-object provided for validation.", value)
    return schema.violation(value)


def all_violations(rule: Rule, value: Any) -> Iterator[Violation]:
    """Everything wrong with `value`, in the order in which the schema looks at it.

    Of several rules on one value, those that come after one that is broken are not asked.
    """
    match rule:
        case Unless():
            if not rule.accepts(value):
                yield from all_violations(rule.rule, value)
        case AllOf():
            broken = next((each for each in rule.rules if each.violation(value)), None)
            if broken is not None:
                yield from all_violations(broken, value)
        case ListOf() if isinstance(value, list):
            for index, element in enumerate(value):
                for found in all_violations(rule.element, element):
                    yield found.under(index)
        case Record() if (members := _members(value)) is not None:
            for key, member_rule in rule.fields.items():
                for found in all_violations(member_rule, members.get(key, UNSET)):
                    yield found.under(key)
            if (others := rule.unexpected(members, value)) is not None:
                yield others
        case _:
            if (found_here := rule.violation(value)) is not None:
                yield found_here


# --- one value -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Check:
    """A condition on one value; `says` gives the same condition another text.

    Parameters:
        schema: what JSON Schema can say of it.
    """

    accepts: Callable[[Any], bool]
    message: str
    schema: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def violation(self, value: Any) -> Violation | None:
        return None if self.accepts(value) else Violation((), self.message, value)

    def says(self, message: str) -> Check:
        return replace(self, message=message)


@dataclass(frozen=True, slots=True)
class Type:
    """A value of one type; that it may be absent or null shows in the text."""

    name: str
    absent: bool = False
    null: bool = False

    def violation(self, value: Any) -> Violation | None:
        if type_of(value) == self.name:
            return None
        if (value is UNSET and self.absent) or (value is None and self.null):
            return None
        return Violation((), f"Expected {self._expectation()}.", value)

    def _expectation(self) -> str:
        if self.absent and self.null:
            return f"*?{self.name}, null or no value"
        if self.absent:
            return f"*{self.name} or no value"
        return f"?{self.name} or null" if self.null else self.name


STRING = Type("string")
NUMBER = Type("number")
BOOLEAN = Type("boolean")
ANYTHING = Check(lambda _: True, "")

# As STRING, but it can be told in other words.
TEXT = Check(lambda value: isinstance(value, str), "Expected string.", {"type": "string"})

INTEGER = Check(is_integer, "Expected an integer.", {"type": "integer"})
# "Positive" includes zero throughout.
POSITIVE_NUMBER = Check(
    lambda value: is_number(value) and value >= 0,
    "Expected a positive number.",
    {"type": "number", "minimum": 0},
)
POSITIVE_INTEGER = Check(
    lambda value: is_integer(value) and value >= 0,
    "Expected a positive integer.",
    {"type": "integer", "minimum": 0},
)


def number_within(low: float | None, high: float | None, message: str) -> Check:
    """Inclusive bounds; None = unbounded on that side."""

    def accepts(value: Any) -> bool:
        return (
            is_number(value) and (low is None or value >= low) and (high is None or value <= high)
        )

    bounds = {"minimum": low, "maximum": high}
    known = {name: value for name, value in bounds.items() if value is not None}
    return Check(accepts, message, {"type": "number", **known})


def number_between(low: float, high: float) -> Check:
    message = f"Expected a number between {text_of(low)} and {text_of(high)}."
    return number_within(low, high, message)


def integer_between(low: int, high: int) -> Check:
    return Check(
        lambda value: is_integer(value) and low <= value <= high,
        f"Expected an integer between {low} and {high}.",
        {"type": "integer", "minimum": low, "maximum": high},
    )


def one_of(*values: str | int) -> Check:
    """One of a few texts or numbers."""
    # With its type, since to Python True is 1.
    allowed = frozenset((type_of(value), value) for value in values)

    def accepts(value: Any) -> bool:
        kind = type_of(value)
        return kind != "object" and (kind, value) in allowed

    names = ", ".join(map(text_of, values))
    return Check(accepts, f"Expected any of {names}.", {"enum": list(values)})


def exactly(constant: str | float) -> Check:
    return Check(
        lambda value: type_of(value) == type_of(constant) and value == constant,
        "Invalid Input, but no error message is available.",
        {"const": constant},
    )


def length_between(low: int, high: int) -> Check:
    """A string of `low` to `high` UTF-16 code units."""
    return Check(
        lambda value: isinstance(value, str) and low <= utf16_length(value) <= high,
        f"Expected a string with length between {low} and {high}.",
        {"type": "string", "minLength": low, "maxLength": high},
    )


def matching(pattern: str, *, example: str = "") -> Check:
    """A string in which an (ASCII) pattern is found; `$` in it is the very end."""
    known = {"example": example} if example else {}
    # Python's own `$` also matches before a line break that comes last.
    found = re.compile(pattern.replace("$", r"\Z"), re.ASCII).search
    return Check(
        lambda value: isinstance(value, str) and found(value) is not None,
        f"Expected string to match /{pattern}/u",
        {"type": "string", "pattern": pattern, **known},
    )


# --- several rules ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unless:
    """`rule`, unless the value is absent or null where that is allowed."""

    rule: Rule
    absent: bool = False
    null: bool = False

    def accepts(self, value: Any) -> bool:
        """Whether the value is absent or null, and may be: the rule is not asked then."""
        return (value is UNSET and self.absent) or (value is None and self.null)

    def violation(self, value: Any) -> Violation | None:
        return None if self.accepts(value) else self.rule.violation(value)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Several rules on one value, in order."""

    rules: tuple[Rule, ...]

    def violation(self, value: Any) -> Violation | None:
        return next(filter(None, (rule.violation(value) for rule in self.rules)), None)


def optional(rule: Rule) -> Rule:
    """The key may be absent."""
    if isinstance(rule, Type | Unless):
        return replace(rule, absent=True)
    return Unless(rule, absent=True)


def nullable(rule: Rule) -> Rule:
    if isinstance(rule, Type | Unless):
        return replace(rule, null=True)
    return Unless(rule, null=True)


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of several rules."""

    rules: tuple[Rule, ...]

    def violation(self, value: Any) -> Violation | None:
        if any(rule.violation(value) is None for rule in self.rules):
            return None
        return Violation((), "The input was invalid, but no error message is available.", value)


def either(*rules: Rule) -> Either:
    return Either(rules)


def all_of(*rules: Rule) -> AllOf:
    return AllOf(rules)


# --- lists and objects -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListOf:
    element: Rule

    def violation(self, value: Any) -> Violation | None:
        if not isinstance(value, list):
            return Violation((), "Value was not an array.", value)
        for index, element in enumerate(value):
            if found := self.element.violation(element):
                return found.under(index)
        return None


@dataclass(frozen=True, slots=True)
class Record:
    """An object: its keys in the order they are checked, and whether it may have others."""

    fields: Mapping[str, Rule]
    others: bool = field(default=False, kw_only=True)

    def violation(self, value: Any) -> Violation | None:
        members = _members(value)
        if members is None:
            return Violation((), _NOT_AN_OBJECT, value)
        for key, rule in self.fields.items():
            if found := rule.violation(members.get(key, UNSET)):
                return found.under(key)
        return self.unexpected(members, value)

    def unexpected(self, members: Mapping[str, Any], value: Any) -> Violation | None:
        """What is wrong with an object that has keys it should not have."""
        others = [] if self.others else [key for key in members if key not in self.fields]
        if not others:
            return None
        return Violation((), f"Unexpected properties inside object: {', '.join(others)}.", value)


_NOT_AN_OBJECT = (
    "Object does not match structure of schema, expected this location to have an object."
)


def _members(value: Any) -> Mapping[str, Any] | None:
    """The members of an object. A list counts as one whose keys are its indexes."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {str(index): element for index, element in enumerate(value)}
    return None
