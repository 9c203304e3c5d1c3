"""/docs: the reference of the HTTP interface, made of its OpenAPI document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from flask import Response
from markupsafe import Markup

from api.web import interface
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import page

blueprint = pages_blueprint("reference_pages", __name__)

_SCHEMAS: Final = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Row:
    """A parameter or a property. type: with links to the documents that it names."""

    name: str
    type: Markup
    required: bool
    description: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent or answered. status: of an answer."""

    media: str
    type: Markup
    rows: list[Row] = field(default_factory=list)
    status: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    anchor: str
    method: str
    path: str
    summary: str
    permissions: list[str]
    guests: bool
    parameters: list[Row]
    bodies: list[Body]
    answers: list[Body]


@blueprint.get("/docs")
def reference() -> Response:
    """By what the paths are about, and every document that they name."""
    document = interface.openapi()
    groups: dict[str, list[Operation]] = defaultdict(list)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            groups[operation["tags"][0]].append(_operation(path, method, operation))
    schemas = document["components"]["schemas"]
    return page(
        "reference.html",
        title="API reference",
        version=document["info"]["version"],
        groups=sorted(groups.items()),
        documents=[
            (name, schema.get("description", ""), list(_rows(schema)), _type(schema))
            for name, schema in sorted(schemas.items())
        ],
    )


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Operation:
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        permissions=operation.get("x-permissions", []),
        guests={} in operation["security"],
        parameters=[
            Row(
                each["name"],
                _type(each["schema"]),
                each.get("required", False),
                each.get("description") or each["schema"].get("description", ""),
                each["in"],
            )
            for each in operation["parameters"]
        ],
        bodies=[
            Body(media, _type(content["schema"]), list(_rows(content["schema"])))
            for media, content in operation.get("requestBody", {}).get("content", {}).items()
        ],
        answers=[
            Body(media, _type(_inner(content["schema"])), [], status, answer["description"])
            for status, answer in operation["responses"].items()
            for media, content in answer["content"].items()
        ],
    )


def _inner(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is in the envelope."""
    found: Mapping[str, Any] = schema.get("properties", {}).get("body", schema)
    return found


def _rows(schema: Mapping[str, Any]) -> Iterator[Row]:
    required = schema.get("required", [])
    for name, each in schema.get("properties", {}).items():
        yield Row(name, _type(each), name in required, each.get("description", ""))


def _type(schema: Mapping[str, Any]) -> Markup:
    """A schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_SCHEMAS)
        return Markup('<a href="#{0}">{0}</a>').format(name)
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return Markup(" or ").join(_type(each) for each in schema[choice])
    if "const" in schema:
        return Markup("{}").format(orjson.dumps(schema["const"]).decode())
    if "enum" in schema:
        values = ", ".join(orjson.dumps(each).decode() for each in schema["enum"])
        return Markup("one of {}").format(values)
    kind = schema.get("type", "anything")
    if kind == "array":
        return Markup("list of {}").format(_type(schema.get("items", {})))
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return Markup("object of {}").format(_type(schema["additionalProperties"]))
    text = " or ".join(kind) if isinstance(kind, list) else kind
    bounds = [
        f"{word} {schema[name]}"
        for name, word in (
            ("minimum", "from"),
            ("maximum", "to"),
            ("minLength", "from"),
            ("maxLength", "to"),
        )
        if name in schema
    ]
    return Markup("{}").format(f"{text} ({' '.join(bounds)})" if bounds else text)
