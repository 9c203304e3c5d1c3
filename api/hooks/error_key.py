"""The dialect of clients that look for what went wrong under the key `error`.

Source: specification, http-api-ir.md section 0.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import orjson
from flask import Response

from api.http.answers import JSON, failure
from api.http.dialects import Dialect, Failures
from common.errors import UserError

_FAILURES: Final = Failures(
    "FailureUnderError",
    {
        "type": "object",
        "required": ["success", "error"],
        "properties": {"success": {"const": False}, "error": {"type": "string"}},
    },
)


def error(status: int, message: str) -> Response:
    return Response(orjson.dumps({"success": False, "error": message}), status, mimetype=JSON)


def dialect(statuses: Collection[int], *, words_strangers: bool = False) -> Dialect:
    """statuses: of the failures that are worded so; a ban never is."""

    def worded(problem: UserError) -> Response:
        if problem.status in statuses and problem.code != "BANNED":
            return error(problem.status, problem.message)
        return failure(problem.status, problem.message, code=problem.code)

    return Dialect(worded, words_strangers=words_strangers, failures=_FAILURES)
