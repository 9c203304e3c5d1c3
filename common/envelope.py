"""The envelope of every HTTP answer, as bytes ready to send.

Source: specification, http-api.md section 1.
"""

from typing import Any

import msgspec
import orjson

_encode = msgspec.json.Encoder().encode


def success(description: str, body: Any) -> bytes:
    """body: JSON values, and structs of documents among them."""
    return _encode({"success": True, "description": description, "body": body})


def failure(description: str, /, **more: Any) -> bytes:
    """`more`: additional fields that help a client (`error`, `status`), never `body`."""
    return orjson.dumps({"success": False, "description": description, **more})
