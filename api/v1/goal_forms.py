"""The body that describes a goal. Source: specification, http-api-targets.md section 3."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from sqlalchemy import Connection

from api.http.game_paths import GamePath
from api.http.parameters import MISSING, explain
from common.catalogue import catalogue_rows, other_ids
from common.errors import UserError
from common.games.model import GPT
from common.targets.target_documents import GoalCharts, GoalCriteria

MODES = ("single", "absolute", "proportion")
TYPES = ("single", "multi", "folder")


class GoalForm(Schema):
    """What to reach, and on which charts. That they fit each other `goal_of` checks."""

    criteria = fields.Raw(
        metadata={
            "type": "object",
            "required": ["key", "value", "mode"],
            "properties": {
                "key": {"type": "string"},
                "value": {"type": "number", "minimum": 0},
                "mode": {"type": "string", "enum": list(MODES)},
                "countNum": {"type": "number", "minimum": 0},
            },
        }
    )
    charts = fields.Raw(
        metadata={
            "type": "object",
            "required": ["type", "data"],
            "properties": {
                "type": {"type": "string", "enum": list(TYPES)},
                "data": {
                    "oneOf": [
                        {"type": "string"},
                        {
                            "type": "array",
                            "items": {"type": "string"},
                            "minItems": 2,
                            "maxItems": 10,
                        },
                    ]
                },
            },
        }
    )


def goal_of(at: GamePath, body: dict[str, Any]) -> tuple[GoalCharts, GoalCriteria]:
    """The goal that a body describes. Raises UserError with the first thing that is wrong."""
    criteria = _object(at, body, "criteria", ("key", "value", "mode", "countNum"))
    charts = _object(at, body, "charts", ("type", "data"))
    if not isinstance(criteria.get("key"), str):
        raise _wrong("criteria.key", "Expected string.", criteria.get("key", MISSING))
    value = criteria.get("value", MISSING)
    if not _is_positive(value):
        raise _wrong("criteria.value", "Expected a positive number.", value)
    mode = criteria.get("mode", MISSING)
    if mode not in MODES:
        raise _wrong("criteria.mode", f"Expected any of {', '.join(MODES)}.", mode)
    count = criteria.get("countNum", MISSING)
    if mode == "single":
        if count is not MISSING:
            message = "Invalid countNum for mode 'single'. Must not have one!"
            raise _wrong("criteria.countNum", message, count)
    elif not _is_positive(count):
        raise _wrong("criteria.countNum", "Expected a positive number.", count)
    kind, data = charts.get("type", MISSING), charts.get("data", MISSING)
    if kind not in TYPES:
        raise _wrong("charts.type", f"Expected any of {', '.join(TYPES)}.", kind)
    _check_data(kind, data)
    if criteria["key"] not in at.gpt.metrics:
        names = ", ".join(at.gpt.metrics)
        raise UserError(400, f"Invalid criteria '{criteria['key']}', expected any of {names}.")
    counted = {} if count is MISSING else {"countNum": count}
    return GoalCharts(kind, data), GoalCriteria(mode, criteria["key"], value, **counted)


def with_keys(connection: Connection, gpt: GPT, charts: GoalCharts) -> GoalCharts:
    """The charts of a goal by the ids that everything goes by; those of version 3 are taken."""
    if charts.type == "folder":
        folder = catalogue_rows.find_folder(connection, gpt, str(charts.data))
        return charts if folder is None else GoalCharts(charts.type, folder.folder_id)
    ids = charts.data if isinstance(charts.data, list) else [charts.data]
    keys = other_ids.keys_of(connection, "charts", ids, gpt.game)
    own = [keys.get(each, each) for each in ids]
    return GoalCharts(charts.type, own if isinstance(charts.data, list) else own[0])


def _object(at: GamePath, body: dict[str, Any], name: str, keys: tuple[str, ...]) -> dict[str, Any]:
    """The object of this name. What is beside the keys is refused, as version 3 does not."""
    found = body.get(name, MISSING)
    if not isinstance(found, dict):
        message = (
            "Object does not match structure of schema, expected this location to have an object."
        )
        raise _wrong(name, message, found)
    unexpected = [key for key in found if key not in keys]
    if unexpected and at.wire.has_v2:
        names = ", ".join(unexpected)
        raise _wrong(name, f"Unexpected properties inside object: {names}.", {})
    return found


def _is_positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _check_data(kind: str, data: Any) -> None:
    if kind != "multi":
        if not isinstance(data, str):
            message = f"Expected a string in charts.data due to charts.type being '{kind}'."
            raise _wrong("charts.data", message, data)
        return
    if not (
        isinstance(data, list)
        and 2 <= len(data) <= 10
        and all(isinstance(each, str) for each in data)
    ):
        message = (
            "Expected an array of 2 to 10 strings in charts.data due to charts.type being 'multi'."
        )
        raise _wrong("charts.data", message, data)


def _wrong(path: str, message: str, value: Any) -> UserError:
    return UserError(400, explain(path, message, value))
