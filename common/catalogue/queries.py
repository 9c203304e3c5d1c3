"""The query language of folders: stored JSON compiled to a small tree of conditions.

A query is an object whose entries must all hold. An entry is `path: condition`, or one of
the logical operators `~and`, `~or` with a list of queries. In stored keys `¬` stands for
`.` and `~` for `$`. The tree is hashable, so equal conditions of many folders are one.

Source: specification, seeds-format.md section 7.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from common.errors import ScoreImportError

Path = tuple[str, ...]
Comparison = Literal["$gte", "$gt", "$lte", "$lt"]


class QueryError(ScoreImportError):
    """The query uses something the language does not have."""


# --- the tree --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Equals:
    """Some candidate is this value (see `identity`); None also matches a missing path."""

    value: Hashable


@dataclass(frozen=True, slots=True)
class OneOf:
    """Some candidate equals one of these."""

    values: frozenset[Hashable]


@dataclass(frozen=True, slots=True)
class Compares:
    """Some candidate of the bound's own type (number or text) compares so."""

    operator: Comparison
    bound: float | str


@dataclass(frozen=True, slots=True)
class Exists:
    """The path leads somewhere, if only to null."""


@dataclass(frozen=True, slots=True)
class HasElement:
    """Some candidate is a list with an object in it that satisfies the whole query."""

    query: Query


@dataclass(frozen=True, slots=True)
class Not:
    condition: Condition


@dataclass(frozen=True, slots=True)
class Every:
    """All conditions hold, each perhaps through another candidate."""

    conditions: tuple[Condition, ...]


Condition = Equals | OneOf | Compares | Exists | HasElement | Not | Every


@dataclass(frozen=True, slots=True)
class At:
    """The condition holds for the candidates of the path."""

    path: Path
    condition: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    queries: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    queries: tuple[Query, ...]


Query = At | AllOf | AnyOf


def identity(value: Any) -> Hashable:
    """A hashable stand-in that is equal exactly for values the language calls equal.

    12 equals 12.0 but neither true nor "12"; lists agree in order, objects in order of keys.
    """
    if isinstance(value, bool):
        return (bool, value)
    if isinstance(value, list):
        return (list, *map(identity, value))
    if isinstance(value, dict):
        return (dict, *((key, identity(item)) for key, item in value.items()))
    marker: Hashable = value
    return marker


# --- compiling -------------------------------------------------------------------------


def compile_query(stored: Mapping[str, Any], *, nested: bool = False) -> Query:
    """Compiles a stored query. Raises QueryError.

    nested: a plain object as condition holds conditions on its sub-paths (queries on songs);
    otherwise it stands for an exactly equal object.
    """
    return AllOf(tuple(_entry(key, operand, (), nested) for key, operand in stored.items()))


def _entry(key: str, operand: Any, prefix: Path, nested: bool) -> Query:
    name = _decode(key)
    if name.startswith("$"):
        if prefix or name not in _LOGICAL:
            raise QueryError(f"operator {key} is not supported here")
        return _LOGICAL[name](tuple(_queries(key, operand, nested)))
    path = (*prefix, *name.split("."))
    if nested and isinstance(operand, dict) and operand and not _is_operators(operand):
        entries = (_entry(inner, value, path, nested) for inner, value in operand.items())
        return AllOf(tuple(entries))
    return At(path, _condition(operand))


def _queries(key: str, operand: Any, nested: bool) -> list[Query]:
    if not isinstance(operand, list) or not operand:
        raise QueryError(f"{key} needs a list of queries, at least one")
    if not all(isinstance(query, dict) for query in operand):
        raise QueryError(f"{key} needs a list of queries, each an object")
    return [compile_query(query, nested=nested) for query in operand]


_LOGICAL: Mapping[str, Callable[[tuple[Query, ...]], Query]] = {"$and": AllOf, "$or": AnyOf}


def _condition(operand: Any) -> Condition:
    if isinstance(operand, dict):
        if _is_operators(operand):
            return _operators(operand)
        return Equals(identity(_decode_keys(operand)))
    return Equals(identity(operand))


def _is_operators(operand: Mapping[str, Any]) -> bool:
    """True for an object of operators, False for a plain one; a mixture is an error."""
    operators = [key for key in operand if _decode(key).startswith("$")]
    if operators and len(operators) < len(operand):
        plain = next(key for key in operand if key not in operators)
        raise QueryError(f"operator {operators[0]} is mixed with the plain key {plain}")
    return bool(operators)


def _operators(operand: Mapping[str, Any]) -> Condition:
    conditions = tuple(_operator(key, value) for key, value in operand.items())
    return conditions[0] if len(conditions) == 1 else Every(conditions)


def _operator(key: str, operand: Any) -> Condition:
    match _decode(key):
        case "$eq":
            return Equals(identity(operand))
        case "$ne":
            return Not(Equals(identity(operand)))
        case "$in":
            return OneOf(_values(key, operand))
        case "$nin":
            return Not(OneOf(_values(key, operand)))
        case ("$gte" | "$gt" | "$lte" | "$lt") as comparison:
            if isinstance(operand, bool) or not isinstance(operand, int | float | str):
                raise QueryError(f"{key} needs a number or a text")
            return Compares(comparison, operand)
        case "$exists":
            if not isinstance(operand, bool):
                raise QueryError(f"{key} needs true or false")
            return Exists() if operand else Not(Exists())
        case "$not":
            if not isinstance(operand, dict) or not operand or not _is_operators(operand):
                raise QueryError(f"{key} needs an object of operators")
            return Not(_operators(operand))
        case "$elemMatch":
            if not isinstance(operand, dict):
                raise QueryError(f"{key} needs a query object")
            return HasElement(compile_query(operand))
    raise QueryError(f"operator {key} is not supported")


def _values(key: str, operand: Any) -> frozenset[Hashable]:
    if not isinstance(operand, list):
        raise QueryError(f"{key} needs a list")
    return frozenset(map(identity, operand))


def _decode(key: str) -> str:
    return key.replace("¬", ".").replace("~", "$")


def _decode_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {_decode(key): _decode_keys(item) for key, item in value.items()}
    return value
