"""What a message must be for a worker to take it: checked before anything is made of it.

Redis is shared, and anybody who reaches it can write there. Celery trusts the frame of a
message; so the whole of ours is looked at first. A message is a dict as kombu stores it:
`body` (base64 of JSON), `content-type`, `content-encoding`, `headers`, `properties`.
"""

from __future__ import annotations

import base64
from typing import Any

import orjson

# Characters of a dropped message that the log shows.
QUOTED = 200
# Of a body; ours have some 150 bytes, a command of `celery control` a few hundred.
LONGEST_BODY = 1_000_000

# What is taken over of a task's headers, all text. The rest is what tasks of ours always have:
# above all no time by another host's clock.
_TEXTS = ("lang", "task", "id", "root_id", "parent_id", "argsrepr", "kwargsrepr", "origin")
_OTHERS = {
    "eta": None,
    "expires": None,
    "retries": 0,
    "timelimit": [None, None],
    "group": None,
    "ignore_result": True,
}


def problem_of(message: Any, *, of_task: bool) -> str | None:
    """What is wrong with it, None if nothing is. A task's headers are reduced to what counts.

    of_task: it comes from a queue of tasks, not from a channel of `celery control`.
    """
    if not isinstance(message, dict):
        return "it is no object"
    properties, headers = message.get("properties"), message.get("headers")
    if not isinstance(properties, dict) or not isinstance(headers, dict):
        return "it has no properties or headers"
    if not isinstance(properties.get("delivery_tag"), str):
        return "it has no delivery tag"
    delivery = properties.get("delivery_info")
    if not isinstance(delivery, dict) or not {"exchange", "routing_key"} <= delivery.keys():
        return "it does not say where it was sent"
    if message.get("content-type") != "application/json":
        return "its content type is not JSON"
    if message.get("content-encoding") not in ("utf-8", "us-ascii"):
        return "its content encoding is not UTF-8"
    try:
        body = _body(message.get("body"), properties)
    except (ValueError, TypeError) as error:
        return f"its body cannot be read ({error})"
    return _problem_of_task(headers, body) if of_task else None


def _problem_of_task(headers: dict[str, Any], body: Any) -> str | None:
    if not isinstance(headers.get("id"), str) or not isinstance(headers.get("task"), str):
        return "its headers name no task"
    match body:
        case [list(), dict(), dict() as embedded] if not any(embedded.values()):
            pass
        case _:
            return "its body holds no arguments"
    texts = {name: headers.get(name) for name in _TEXTS}
    headers.clear()
    headers.update({name: text for name, text in texts.items() if isinstance(text, str)})
    headers.update(_OTHERS)
    return None


def _body(body: Any, properties: dict[str, Any]) -> Any:
    if not isinstance(body, str | bytes):
        raise TypeError("no text")
    if len(body) > LONGEST_BODY:
        raise ValueError("too long")
    if properties.get("body_encoding") == "base64":
        body = base64.b64decode(body, validate=True)
    return orjson.loads(body)


def quote(message: Any) -> str:
    """The beginning of a message for the log, without control characters."""
    return ascii(message)[:QUOTED]
