"""Answers in the envelope of the wire."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import orjson
from flask import Response

from common import envelope
from common.errors import code_of_status
from common.jobs.progress import FinalAnswer

JSON = "application/json"
# Bytes of an answer above which it is sent in pieces.
STREAMED = 64 * 1024

DATABASE_AWAY = (
    "The database does not answer at the moment. Please try again in a little while; whatever is"
    " sent twice counts once."
)
SCHEMA_MISFIT = (
    "This service is being upgraded: its database and this server do not fit each other at the"
    " moment. Please try again in a little while; whatever is sent twice counts once."
)
# Seconds after which to come back.
AWAY_SECONDS = 5

UNEXPECTED = "A fatal internal server error has occured."

# Of every answer, besides those of `api.http.cors`.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=15552000; includeSubDomains",
    "Cache-Control": "no-store",
}


def success(description: str, body: Any, status: int = 200) -> Response:
    return Response(envelope.success(description, body), status, mimetype=JSON)


def without_body(description: str) -> Response:
    """A success that has nothing but its description."""
    answer = {"success": True, "description": description}
    return Response(orjson.dumps(answer), 200, mimetype=JSON)


def streamed(description: str, body: Iterator[bytes]) -> Response:
    """A success whose body is JSON in pieces: sent as they are made, once there are many.

    What fails after that breaks the connection, so that no client takes a part for the whole.
    """
    opening, closing = envelope.success(description, None).split(b"null")
    pieces = itertools.chain([opening], body, [closing])
    beginning = bytearray()
    for piece in pieces:
        beginning += piece
        if len(beginning) >= STREAMED:
            return Response(itertools.chain([bytes(beginning)], pieces), 200, mimetype=JSON)
    return Response(bytes(beginning), 200, mimetype=JSON)


def failure(
    status: int, description: str, /, *, code: str | None = None, **details: Any
) -> Response:
    """A failure; `error` of its body holds the code, for programs, and the details."""
    error = {"code": code or code_of_status(status), **details}
    return Response(envelope.failure(description, error=error), status, mimetype=JSON)


def ready_made(answer: FinalAnswer) -> Response:
    return Response(answer.body, answer.status, mimetype=JSON)
