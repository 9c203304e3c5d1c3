"""What rules ask for, in the words of JSON Schema: for whoever reads what an endpoint takes.

It is not what is checked: a rule may ask for more than JSON Schema can say.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET

from common.validation.rules import AllOf, Check, Either, ListOf, Record, Rule, Type, Unless


def json_schema(rule: Rule) -> dict[str, Any]:
    """Takes all that the rule takes, and as little more as it can say."""
    match rule:
        case Type():
            return {"type": [rule.name, "null"] if rule.null else rule.name}
        case Check():
            return dict(rule.schema)
        case Unless():
            inner = json_schema(rule.rule)
            return {"anyOf": [inner, {"type": "null"}]} if rule.null else inner
        case Either():
            return {"anyOf": [json_schema(each) for each in rule.rules]}
        case AllOf():
            return _merged([json_schema(each) for each in rule.rules])
        case ListOf():
            return {"type": "array", "items": json_schema(rule.element)}
        case Record():
            return _of_record(rule)
    return {}


def _merged(schemas: list[dict[str, Any]]) -> dict[str, Any]:
    known = [schema for schema in schemas if schema]
    return known[0] if len(known) == 1 else {"allOf": known} if known else {}


def _of_record(rule: Record) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: json_schema(each) for name, each in rule.fields.items()},
    }
    if needed := [name for name, each in rule.fields.items() if each.violation(UNSET)]:
        schema["required"] = needed
    if not rule.others:
        schema["additionalProperties"] = False
    return schema


def object_of(**members: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of an object that has these members, and may have others."""
    return {"type": "object", "properties": members, "required": [*members]}
