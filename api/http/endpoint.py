"""What an endpoint declares of itself: who may call it, what it takes, what it answers.

The declaration is the only place for it: the gates are asked and the parameters checked from it
before the view runs, and the OpenAPI document (`api.openapi`) is made of it.

    @blueprint.get("/users/<user>/things")
    @endpoint("The things of a user.", query=PageQuery(), answers=list[ThingDocument])
    def things(user: str, *, query: dict[str, Any]) -> Response: ...
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final, TypeVar

from flask import request
from marshmallow import Schema

from api.http import context, forms, gates, owners
from api.http.header_parameters import Header
from api.http.parameters import check
from api.http.service import service
from common.wire import Wire

View = TypeVar("View", bound=Callable[..., Any])

# The attribute of a view function that holds its declaration.
_ATTRIBUTE = "declaration"


@dataclass(frozen=True, slots=True)
class Plain:
    """An answer without an envelope, or no JSON at all. Stands for the type of a body.

    schema: of the whole, or of each event of a stream of them.
    """

    media_type: str
    example: Any = None
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


# Stands for the type of a body where the answer has none.
EMPTY: Final = object()


@dataclass(frozen=True, slots=True)
class Declaration:
    """See `endpoint`."""

    summary: str
    answers: Any
    status: int
    permissions: tuple[str, ...]
    needs_user: bool
    in_person: bool
    query: Schema | None
    body: Schema | None
    form: Schema | None
    own_body: Schema | Mapping[str, Any] | None
    own_gates: bool
    plain_forms: bool
    errors: Mapping[int, str]
    other_answers: Mapping[int, tuple[str, Any]]
    headers: Mapping[str, str]
    takes: tuple[Header, ...] = ()
    tags: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    examples: Mapping[str, Any] = field(default_factory=dict)


def declared(
    summary: str,
    *,
    answers: Any = None,
    status: int = 200,
    permissions: tuple[str, ...] = (),
    needs_user: bool = False,
    in_person: bool = False,
    query: Schema | None = None,
    body: Schema | None = None,
    form: Schema | None = None,
    own_body: Schema | Mapping[str, Any] | None = None,
    own_gates: bool = False,
    plain_forms: bool = False,
    errors: Mapping[int, str] | None = None,
    other_answers: Mapping[int, tuple[str, Any]] | None = None,
    headers: Mapping[str, str] | None = None,
    takes: Collection[Header] = (),
    tags: tuple[str, ...] = (),
    limits: Collection[str] = (),
    examples: Mapping[str, Any] | None = None,
) -> Declaration:
    """What an endpoint says of itself; `endpoint` declares it of a view.

    Parameters:
        summary: a sentence for whoever reads the reference.
        answers: the type of the envelope's `body` (a msgspec struct, or any type msgspec knows).
        status: that of the usual answer.
        permissions: what the requester's token must have; includes that there is a user.
        needs_user: whether guests are refused.
        in_person: whether only the user that the path names as `user` may call it, and not by an
            ordinary token; the view is given their number for it.
        query, body: marshmallow schemas; what they load is given to the view as the keyword
            arguments `query` and `body`.
        form: the fields of a multipart form, which the view reads itself.
        own_body: of a JSON body, which the view reads itself; a marshmallow or a JSON schema.
        own_gates: whether the view asks for `permissions` itself, where what it is about comes
            first, or a client is refused in other words.
        plain_forms: whether `body` may come as a URL-encoded form as well.
        errors: what else can go wrong, by status, beyond what the gates and schemas say; with the
            codes that stand for it, where they are not just that of the status, in backticks.
        other_answers: description and body type of further good answers, by status; where the
            body is of one of several types, a tuple of them, with EMPTY where it may be lacking.
        headers: headers of the answer, by name, with a sentence each.
        takes: headers of the request that make a difference.
        limits: names of the settings that say how often it may be asked, beside RATE_LIMIT.
        examples: of the body of the usual answer, by name.
    """
    return Declaration(
        summary,
        answers,
        status,
        permissions,
        needs_user or in_person or bool(permissions),
        in_person,
        query,
        body,
        form,
        own_body,
        own_gates,
        plain_forms,
        errors or {},
        other_answers or {},
        headers or {},
        tuple(takes),
        tags,
        tuple(limits),
        examples or {},
    )


def endpoint(summary: str, **more: Any) -> Callable[[View], View]:
    """Declares an endpoint, as `declared` describes it; goes below the route."""
    declaration = declared(summary, **more)

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(**parts: Any) -> Any:
            if declaration.in_person and not declaration.own_gates:
                parts["user"] = owners.user_of(parts["user"], service().engine)
                owners.require_self(parts["user"])
            elif declaration.needs_user and not declaration.own_gates:
                gates.require(*declaration.permissions)
            drops_unknown = not _wire_of(parts).has_v2
            if declaration.query is not None:
                parts["query"] = check(declaration.query, request.args, drops_unknown=drops_unknown)
            if declaration.body is not None:
                is_form = declaration.plain_forms and forms.is_form()
                body = forms.fields() if is_form else context.current().json_object()
                parts["body"] = check(declaration.body, body, drops_unknown=drops_unknown)
            return view(**parts)

        setattr(guarded, _ATTRIBUTE, declaration)
        return guarded  # type: ignore[return-value]

    return declare


def _wire_of(parts: Mapping[str, Any]) -> Wire:
    """Whose words an endpoint speaks: those of the path's form, or of the server's dialect."""
    at = parts.get("at")
    wire: Wire = service().settings.dialect if at is None else at.wire
    return wire


def declaration_of(view: Callable[..., Any]) -> Declaration | None:
    """What a view declares; None where it declares nothing."""
    found = getattr(view, _ATTRIBUTE, None)
    return found if isinstance(found, Declaration) else None
