"""The OpenAPI document, made of what the endpoints declare of themselves.

Parameters and forms come from their marshmallow schemas (apispec), answers from the types of
their documents (msgspec): what is checked and what is written down is one thing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from http import HTTPStatus
from typing import Any, Final

import msgspec
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from marshmallow import Schema
from werkzeug.routing import Rule

from api.http.dialects import ENVELOPE, ApiBlueprint, Dialect
from api.http.endpoint import EMPTY, Declaration, Plain, declaration_of
from api.http.header_parameters import Header
from api.http.identity import cookie_name
from api.http.service import EXTENSION
from api.jobs import beside_flask
from api.samples import sample, sample_of_schema
from common.errors import code_of_status

OPENAPI: Final = "3.1.0"
_REF: Final = "#/components/schemas/{name}"

# What an endpoint may be told before its view is asked.
_OF_EVERY_ENDPOINT: Final = {
    400: "The request cannot be understood.",
    401: "The token is no good.",
    403: "The user is banned.",
    408: "The request took too long to arrive.",
    414: "The path and its query are too long.",
    431: "The head of the request is too long.",
    429: "Too many requests; `Retry-After` says when to come back.",
    500: "The fault is ours; `error.reference` leads to it in the logs.",
    503: "The database does not answer; try again.",
}
_OF_A_BODY: Final = {
    413: "The body is larger than it may be.",
    415: "The body is not of a type that is read here.",
}
# Codes that failures may have besides that of their status, whatever the endpoint.
_CODES_OF_EVERY_ENDPOINT: Final[dict[int, tuple[str, ...]]] = {
    403: ("BANNED", "CROSS_SITE_REQUEST"),
    503: ("DATABASE_UNAVAILABLE",),
}
# How descriptions of failures name codes.
_CODE: Final = re.compile(r"`([A-Z]+(?:_[A-Z]+)*)`")
# What a part of a path may lead to, wherever it stands in one.
_OF_PARTS: Final[dict[str, dict[int, str]]] = {
    "user": {404: "There is no such user, or they have not played this game."},
    "game": {400: "There is no such game here, or the request cannot be understood."},
}

_FAILURE: Final = {
    "type": "object",
    "required": ["success", "description", "error"],
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


# What the parts of paths are, each with one that there might be.
PARTS: Final = {
    "user": ("the number or the name of a user; `me` is the requester", "me"),
    "user_id": ("the number of a user", "1"),
    "game": ("a game (`iidx`) with a playtype, or a game of version 3 (`iidx-sp`) without", "sdvx"),
    "playtype": ("a playtype of the game", "Single"),
    "chart_id": ("a chart, by the id of either version", "C19d35e11a87972b5920"),
    "song_id": ("a song, by the id of either version", "1"),
    "folder_id": ("a folder, by its id or its slug", "F19d35e11a87972b5920"),
    "table_id": ("a table of folders", "sdvx-levels"),
    "goal_id": ("a goal", "G0123456789abcdef"),
    "quest_id": ("a quest", "Q0123456789abcdef"),
    "questline_id": ("a questline", "beginners"),
    "score_id": ("a score", f"T{'0123456789abcdef' * 4}"),
    "session_id": ("a session", f"Q{'0123456789' * 4}"),
    "import_id": ("an import", "0123456789" * 4),
    "job": ("a job, by its id", "0123456789" * 4),
    "orphan_id": ("an orphan", "0123456789" * 4),
    "token": ("a token, or the id that the list shows", "0123456789" * 4),
    "login": ("a login, as the list shows it", "1"),
    "client_id": ("an API client", f"CI{'0123456789' * 4}"),
    "chart_hash": ("the hash of a chart's file", "0123456789abcdef" * 4),
    "checksum": ("the MD5 or SHA256 of a chart's file", "0123456789abcdef" * 2),
    "kai_type": ("`flo`, `eag` or `min`", "flo"),
    "cg_type": ("`dev`, `gan` or `nag`", "dev"),
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
    blueprints = _blueprints(app)
    dialects = [each.dialect for each in blueprints.values()]
    failures = [dialect.failures for dialect in dialects if dialect.failures is not None]
    for name, schema in {each.name: dict(each.schema) for each in failures}.items():
        spec.components.schema(name, schema)
    endpoints = list(_declared(app))
    _add_documents(spec, [declaration for _, declaration in endpoints])
    for rule, declaration in endpoints:
        operations = {
            method.lower(): _operation(
                method, rule, declaration, blueprints.get(rule.endpoint.partition(".")[0])
            )
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        }
        spec.path(path=_path(rule), operations=operations)
    made = dict(spec.to_dict())
    _show_bodies(made)
    return made


def _show_bodies(made: dict[str, Any]) -> None:
    """Gives each body of a request an example; forms stand among the shared schemas by now."""
    components = made["components"]["schemas"]
    for operations in made["paths"].values():
        for operation in operations.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                content["example"] = sample_of_schema(content["schema"], components)


def _blueprints(app: Flask) -> dict[str, ApiBlueprint]:
    """By name."""
    return {
        name: blueprint
        for name, blueprint in app.blueprints.items()
        if isinstance(blueprint, ApiBlueprint)
    }


def _declared(app: Flask) -> Iterator[tuple[Rule, Declaration]]:
    rules = [*app.url_map.iter_rules(), *beside_flask.RULES.iter_rules()]
    for rule in sorted(rules, key=lambda rule: rule.rule):
        view = app.view_functions.get(rule.endpoint)
        declaration = (
            beside_flask.DECLARATIONS.get(rule.endpoint) if view is None else declaration_of(view)
        )
        if declaration is not None:
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


def _operation(
    method: str, rule: Rule, declaration: Declaration, blueprint: ApiBlueprint | None
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"{method.lower()}_{rule.endpoint.replace('.', '_')}",
        "summary": declaration.summary,
        "tags": list(declaration.tags or (rule.endpoint.partition(".")[0],)),
        "parameters": _parameters(rule, declaration, blueprint),
        "responses": _responses(rule, declaration, blueprint),
        # A guest may ask wherever a user need not be known.
        "security": [
            {"token": ["manage_account"] if declaration.in_person else [*declaration.permissions]},
            {"session": []},
        ]
        + ([] if declaration.needs_user else [{}]),
    }
    if declaration.permissions:
        operation["x-permissions"] = list(declaration.permissions)
    # The settings that say how often it may be asked.
    operation["x-limits"] = ["RATE_LIMIT", *declaration.limits]
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


def _parameters(
    rule: Rule, declaration: Declaration, blueprint: ApiBlueprint | None
) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": PARTS[name][0],
            "example": PARTS[name][1],
            # An empty part would make another path.
            "schema": {"type": "string", "minLength": 1},
        }
        for name in sorted(rule.arguments)
    ]
    if isinstance(declaration.query, Schema):
        parameters.append({"in": "query", "schema": declaration.query})
    return parameters + [header.parameter() for header in _headers(declaration, blueprint)]


def _headers(declaration: Declaration, blueprint: ApiBlueprint | None) -> list[Header]:
    """The headers that requests may bring."""
    return [*declaration.takes, *(() if blueprint is None else blueprint.takes)]


def _responses(
    rule: Rule, declaration: Declaration, blueprint: ApiBlueprint | None
) -> dict[str, Any]:
    dialect = ENVELOPE if blueprint is None else blueprint.dialect
    good = {declaration.status: ("", declaration.answers), **declaration.other_answers}
    responses: dict[str, Any] = {}
    for status, (description, kind) in good.items():
        responses[str(status)] = {
            "description": description or HTTPStatus(status).phrase,
            "headers": {
                name: {"description": text, "schema": {"type": "string"}}
                for name, text in declaration.headers.items()
            },
            "content": _content(kind, declaration, dialect),
        }
    bad = dict(_OF_EVERY_ENDPOINT)
    if declaration.body or declaration.form or declaration.own_body:
        bad |= _OF_A_BODY
    for name in sorted(rule.arguments & _OF_PARTS.keys()):
        bad |= _OF_PARTS[name]
    bad |= {} if blueprint is None else blueprint.errors
    bad |= declaration.errors
    codes = dict(_CODES_OF_EVERY_ENDPOINT)
    if 202 in good:
        # What it asks for is a job.
        codes[503] = (*codes[503], "QUEUE_PAUSED")
    if isinstance(declaration.query, Schema) and "after" in declaration.query.fields:
        codes[400] = ("INVALID_CURSOR",)
    for header in _headers(declaration, blueprint):
        codes[400] = (*codes.get(400, ()), *header.codes)
    for status, description in bad.items():
        answer = _failure(status, description, codes.get(status, ()), dialect)
        responses.setdefault(str(status), answer)
    return responses


def _content(kind: Any, declaration: Declaration, dialect: Dialect) -> dict[str, Any]:
    if isinstance(kind, Plain):
        content: dict[str, Any] = {"schema": dict(kind.schema)}
        if kind.example is not None:
            content["example"] = kind.example
        return {kind.media_type: content}
    if kind is EMPTY:
        return {}
    kinds = _alternatives(kind)
    may_lack = isinstance(kind, tuple) and EMPTY in kind
    schemas, _ = msgspec.json.schema_components(kinds, ref_template=_REF)
    body = {"anyOf": list(schemas)} if len(schemas) > 1 else next(iter(schemas), None)
    # Where there are several, the first is the usual one.
    example = declaration.examples.get("body", sample(kinds[0]) if kinds else {})
    return {
        "application/json": {
            "schema": dialect.envelope.schema(body, may_lack=may_lack),
            "example": dialect.envelope.example(example),
        }
    }


def _failure(
    status: int, description: str, others: Collection[str], dialect: Dialect
) -> dict[str, Any]:
    """others: codes that the endpoint may fail with besides those that the description names."""
    own = _CODE.findall(description)
    codes = list(dict.fromkeys([*own, code_of_status(status), *others]))
    schema: dict[str, Any] = {"$ref": _REF.format(name="Failure")}
    if dialect.failures is not None:
        schema = {"anyOf": [schema, {"$ref": _REF.format(name=dialect.failures.name)}]}
    example = {"success": False, "description": description, "error": {"code": codes[0]}}
    rest = ", ".join(f"`{code}`" for code in codes if code not in own)
    return {
        "description": f"{description} ({rest})" if rest else description,
        "x-codes": codes,
        "content": {"application/json": {"schema": schema, "example": example}},
    }


def _alternatives(kind: Any) -> tuple[Any, ...]:
    """The types that the body of an answer may be of; none where it is no JSON, or any."""
    if kind in (None, EMPTY) or isinstance(kind, Plain):
        return ()
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return tuple(each for each in kinds if each is not EMPTY)
