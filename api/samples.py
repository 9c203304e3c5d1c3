"""Examples of answers, made of their types: what a reference shows beside a schema."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

import msgspec
from msgspec import UNSET, inspect

_TIME: Final = 1_700_000_000_000
# Of fields by their name on the wire; the others show what their type is.
_BY_NAME: Final[dict[str, Any]] = {
    "importID": "0123456789" * 4,
    "scoreID": f"T{'0123456789abcdef' * 4}",
    "sessionID": f"Q{'0123456789' * 4}",
    "chartID": "0123456789" * 4,
    "folderID": "F19d35e11a87972b5920",
    "goalID": "G0123456789abcdef",
    "questID": "Q0123456789abcdef",
    "userID": 1,
    "game": "sdvx",
    "gameID": "sdvx",
    "playtype": "Single",
    "username": "alice",
    "importType": "file/batch-manual",
    "url": "https://example.org/api/v1/imports/0123/poll-status",
}
_Object = inspect.StructType | inspect.TypedDictType | inspect.DataclassType

# Deeper than this, lists and maps are left empty.
_DEEPEST: Final = 4


def sample(kind: Any) -> Any:
    """A value of a type that msgspec knows, as JSON has it."""
    return _sample(inspect.type_info(kind), "", 0)


def _sample(info: inspect.Type, name: str, depth: int) -> Any:
    if isinstance(info, inspect.NoneType | inspect.AnyType):
        return None if isinstance(info, inspect.NoneType) else {}
    if isinstance(info, inspect.UnionType):
        return _sample(_first(info), name, depth)
    if isinstance(info, inspect.LiteralType):
        return info.values[0]
    if isinstance(info, inspect.EnumType):
        first: Enum = next(iter(info.cls))
        return first.value
    if isinstance(info, _Object):
        return _object(info, depth)
    if isinstance(info, inspect.ListType):
        return [] if depth >= _DEEPEST else [_sample(info.item_type, name, depth + 1)]
    if isinstance(info, inspect.DictType):
        return {} if depth >= _DEEPEST else {"name": _sample(info.value_type, "", depth + 1)}
    return _plain(info, name)


def _first(info: inspect.UnionType) -> inspect.Type:
    """What a union is where it is anything."""
    known = [each for each in info.types if not isinstance(each, inspect.NoneType)]
    return known[0] if known else info.types[0]


def _object(info: _Object, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in info.fields:
        name = field.encode_name
        if not field.required and getattr(field, "default", None) is UNSET:
            continue
        found[name] = _sample(field.type, name, depth + 1)
    return found


def _plain(info: inspect.Type, name: str) -> Any:
    if isinstance(info, inspect.StrType):
        return _BY_NAME.get(name, "text")
    if isinstance(info, inspect.BoolType):
        return True
    if isinstance(info, inspect.FloatType | inspect.IntType):
        return _TIME if name.startswith("time") else _BY_NAME.get(name, 1)
    raise msgspec.ValidationError(f"no example of {info}")


def sample_of_schema(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
    """A value that a JSON schema takes, as far as that can be told from what it says.

    What can only be told by a pattern has its `example`. components: the schemas that are meant
    by reference.
    """
    if "$ref" in schema:
        return sample_of_schema(components[schema["$ref"].rpartition("/")[2]], components)
    for word in ("example", "const", "default"):
        if word in schema:
            return schema[word]
    if "enum" in schema:
        return schema["enum"][0]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return sample_of_schema(schema[word][0], components)
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    return _of_kind(kinds if isinstance(kinds, str) else kinds[0], schema, components)


def _of_kind(kind: str, schema: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
    if kind == "object":
        members = schema.get("properties", {})
        return {name: sample_of_schema(each, components) for name, each in members.items()}
    if kind == "array":
        fewest = max(1, schema.get("minItems", 1))
        return [sample_of_schema(schema.get("items", {}), components)] * fewest
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "boolean":
        return True
    return "text".ljust(schema.get("minLength", 0), "t")[: schema.get("maxLength")]
