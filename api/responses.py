"""Answers in the envelope of the wire."""

from __future__ import annotations

from typing import Any

from flask import Response

from common import envelope
from common.progress import FinalAnswer

JSON = "application/json"


def success(description: str, body: Any, status: int = 200) -> Response:
    return Response(envelope.success(description, body), status, mimetype=JSON)


def failure(status: int, description: str, /, **more: Any) -> Response:
    return Response(envelope.failure(description, **more), status, mimetype=JSON)


def ready_made(answer: FinalAnswer) -> Response:
    return Response(answer.body, answer.status, mimetype=JSON)
