"""GET /status for clients; /healthz, /.deploy/up and /readyz for whoever runs the service."""

from __future__ import annotations

import logging
from importlib.metadata import version
from typing import Any

import msgspec
import orjson
from flask import Response, current_app, request
from marshmallow import INCLUDE, Schema, fields
from msgspec import UNSET, UnsetType
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from api.http import context, identity
from api.http.answers import JSON, failure, success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import Plain, endpoint
from api.http.service import service
from api.jobs.door import service_names
from api.openapi import OPENAPI, document
from common.clock import now_ms
from common.database import failures
from common.database.schema_guard import look_anew, misfit_in
from common.jobs.accepting import check_storage

log = logging.getLogger(__name__)

blueprint = ApiBlueprint("status", __name__)
health = ApiBlueprint("health", __name__, is_nobodys=True)

VERSION = f"v{version('score-import')}"


class Echo(Schema):
    """What to send back."""

    class Meta:
        unknown = INCLUDE

    echo = fields.Raw(metadata={"description": "a text that the answer holds as well"})


class StatusDocument(msgspec.Struct):
    """How the server is, and who asks.

    serverTime, startTime: milliseconds since the epoch. whoami: null = a guest. services: what
    can be fetched, by the name of the service. echo: what was sent to be sent back.
    """

    serverTime: int
    startTime: int
    version: str
    whoami: int | None
    permissions: list[str]
    services: dict[str, list[str]]
    echo: str | UnsetType = UNSET


class Health(msgspec.Struct):
    """redis: whether it answers; only said where it was asked."""

    redis: bool | UnsetType = UNSET


@blueprint.route("/status", methods=["GET", "POST"])
@endpoint(
    "Who the requester is to the server, and what the time is there.",
    query=Echo(),
    own_body=Echo(),
    answers=StatusDocument,
)
def status(*, query: dict[str, Any]) -> Response:
    parameters = query if request.method == "GET" else context.current().json_object()
    whoami = context.current().identity
    body: dict[str, Any] = {
        "serverTime": now_ms(),
        "startTime": service().start_time,
        "version": VERSION,
        "whoami": whoami.user_id,
        "permissions": [name for name in identity.PERMISSIONS if name in whoami.permissions],
    }
    body["services"] = service_names(service().settings)
    echo = parameters.get("echo")
    if isinstance(echo, str):
        body["echo"] = echo
    return success("Status check successful.", body)


@health.get("/healthz")
@endpoint("The process answers.", answers=Health)
def healthz() -> Response:
    return success("Alive.", {})


@health.get("/.deploy/up")
@endpoint("The process answers, in version 3's words.", answers=Plain("text/plain", "OK"))
def deployed() -> Response:
    return Response("OK", mimetype="text/plain")


@health.get("/readyz")
@endpoint("Imports can be accepted. They can without Redis too: that is only told.", answers=Health)
def readyz() -> Response:
    here = service()
    look_anew(here.engine)
    try:
        with here.engine.connect() as connection:
            check_storage(connection)
    except SQLAlchemyError as problem:
        misfit = misfit_in(problem)
        if misfit is not None:
            return failure(503, f"PostgreSQL: {misfit}.")
        if failures.is_passing(problem):
            log.error("not ready: PostgreSQL: %s", failures.in_a_line(problem))
        else:
            log.exception("not ready: PostgreSQL")
        return failure(503, "PostgreSQL is not reachable, or its schema is not migrated.")
    try:
        here.redis.ping()
    except RedisError:
        return success("Ready, but Redis is not reachable.", {"redis": False})
    return success("Ready.", {"redis": True})


@blueprint.get("/openapi.json")
@endpoint(
    "This document.",
    answers=Plain(JSON, example={"openapi": OPENAPI}, schema={"type": "object"}),
)
def openapi() -> Response:
    """Everything the API offers, for programs that read it."""
    here = service()
    if here.openapi is None:
        here.openapi = orjson.dumps(document(current_app, VERSION))
    return Response(here.openapi, mimetype=JSON)
