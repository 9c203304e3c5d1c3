"""The envelope of every HTTP answer, as bytes ready to send.

Source: specification, http-api.md section 1.
"""

from typing import Any

import orjson


def success(description: str, body: Any) -> bytes:
    return orjson.dumps({"success": True, "description": description, "body": body})


def failure(description: str, /, **more: Any) -> bytes:
    """`more`: additional fields that help a client (`error`, `status`), never `body`."""
    return orjson.dumps({"success": False, "description": description, **more})
