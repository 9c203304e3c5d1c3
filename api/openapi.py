"""The OpenAPI document, made of what the endpoints declare of themselves.

Parameters and forms come from their marshmallow schemas (apispec), answers from the types of
their documents (msgspec): what is checked and what is written down is one thing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

import msgspec
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import Schema
from werkzeug.routing import Rule

from api.http.endpoint import Declaration, declaration_of
from api.http.identity import cookie_name
from api.http.service import EXTENSION
from common.errors import code_of_status

OPENAPI: Final = "3.1.0"
_REF: Final = "#/components/schemas/{name}"

# What an endpoint may be told before its view is asked.
_OF_EVERY_ENDPOINT: Final = {
    400: "The request cannot be understood.",
    401: "The token is no good.",
    403: "The user is banned.",
    429: "Too many requests; `Retry-After` says when to come back.",
    500: "The fault is ours; `error.reference` leads to it in the logs.",
    503: "The database does not answer; try again.",
}
_OF_A_BODY: Final = {
    413: "The body is larger than it may be.",
    415: "The body is not of a type that is read here.",
}

_FAILURE: Final = {
    "type": "object",
    "required": ["success", "description"],
    "properties": {
        "success": {"const": False},
        "description": {"type": "string", "description": "For a person to read."},
        "error": {
            "type": "object",
            "required": ["code"],
            "properties": {
                "code": {"type": "string", "description": "For programs to branch on."},
                "reference": {"type": ["string", "null"]},
            },
        },
    },
}


def document(app: Flask, version: str) -> dict[str, Any]:
    """The document of all declared endpoints of an application."""
    spec = APISpec(
        title="score-import",
        version=version,
        openapi_version=OPENAPI,
        plugins=[MarshmallowPlugin()],
        info={
            "description": "Scores of rhythm games, imported and looked at.",
            "license": {"name": "MIT"},
        },
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme(
        "session",
        {
            "type": "apiKey",
            "in": "cookie",
            "name": cookie_name(app.extensions[EXTENSION].settings.name),
        },
    )
    spec.components.schema("Failure", _FAILURE)
    endpoints = list(_declared(app))
    _add_documents(spec, [declaration for _, declaration in endpoints])
    for rule, declaration in endpoints:
        operations = {
            method.lower(): _operation(method, rule, declaration)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        }
        spec.path(path=_path(rule), operations=operations)
    return dict(spec.to_dict())


def _declared(app: Flask) -> Iterator[tuple[Rule, Declaration]]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        declaration = declaration_of(app.view_functions[rule.endpoint])
        if declaration is not None and not declaration.hidden:
            yield rule, declaration


def _add_documents(spec: APISpec, declarations: list[Declaration]) -> None:
    """The schemas of all types that answers are made of."""
    types = [d.answers for d in declarations]
    types += [kind for d in declarations for _, kind in d.other_answers.values()]
    _, components = msgspec.json.schema_components(
        [each for kind in types for each in _alternatives(kind)], ref_template=_REF
    )
    for name, schema in components.items():
        spec.components.schema(name, schema)


def _path(rule: Rule) -> str:
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)


def _operation(method: str, rule: Rule, declaration: Declaration) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{method.lower()}_{rule.endpoint.replace('.', '_')}",
        "summary": declaration.summary,
        "tags": list(declaration.tags or (rule.endpoint.partition(".")[0],)),
        "parameters": _parameters(rule, declaration),
        "responses": _responses(declaration),
        # A guest may ask wherever a user need not be known.
        "security": [
            {"token": ["manage_account"] if declaration.in_person else [*declaration.permissions]},
            {"session": []},
        ]
        + ([] if declaration.needs_user else [{}]),
    }
    if declaration.permissions:
        operation["x-permissions"] = list(declaration.permissions)
    if method != "GET":
        content: dict[str, Any] = {}
        if declaration.own_body is not None:
            content["application/json"] = {"schema": declaration.own_body}
        if declaration.body is not None:
            content["application/json"] = {"schema": declaration.body}
            if declaration.plain_forms:
                content["application/x-www-form-urlencoded"] = {"schema": declaration.body}
        if declaration.form is not None:
            content["multipart/form-data"] = {"schema": declaration.form}
        if content:
            operation["requestBody"] = {"content": content}
    return operation


def _parameters(rule: Rule, declaration: Declaration) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in sorted(rule.arguments)
    ]
    if isinstance(declaration.query, Schema):
        parameters.append({"in": "query", "schema": declaration.query})
    return parameters


def _responses(declaration: Declaration) -> dict[str, Any]:
    good = {declaration.status: ("", declaration.answers), **declaration.other_answers}
    responses: dict[str, Any] = {}
    for status, (description, kind) in good.items():
        responses[str(status)] = {
            "description": description or HTTPStatus(status).phrase,
            "headers": {
                name: {"description": text, "schema": {"type": "string"}}
                for name, text in declaration.headers.items()
            },
            "content": {"application/json": {"schema": _envelope(kind)}},
        }
    bad = dict(_OF_EVERY_ENDPOINT)
    if declaration.body or declaration.form or declaration.own_body:
        bad |= _OF_A_BODY
    bad |= declaration.errors
    for status, description in bad.items():
        responses.setdefault(
            str(status),
            {
                "description": f"{description} (`{code_of_status(status)}`)",
                "content": {"application/json": {"schema": {"$ref": _REF.format(name="Failure")}}},
            },
        )
    return responses


def _alternatives(kind: Any) -> tuple[Any, ...]:
    """The types that an answer may be of."""
    if kind is None:
        return ()
    return kind if isinstance(kind, tuple) else (kind,)


def _envelope(kind: Any) -> dict[str, Any]:
    schemas, _ = msgspec.json.schema_components(_alternatives(kind), ref_template=_REF)
    schema = {"anyOf": list(schemas)} if len(schemas) > 1 else next(iter(schemas), {})
    return {
        "type": "object",
        "required": ["success", "description", "body"],
        "properties": {
            "success": {"const": True},
            "description": {"type": "string"},
            "body": schema,
        },
    }
