"""Blueprints that say of themselves how they speak and whom they let in.

Most of the API answers in one envelope. The programs behind some hooks were written for other
servers: their blueprints bring a dialect, in which whatever goes wrong around an endpoint is said
as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, current_app, request

from api.http.answers import failure
from api.http.header_parameters import Header
from common.errors import UserError

Gate = Callable[[], Response | None]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around the body of an answer.

    Parameters:
        always: the fields that every good answer has, with an example of each.
    """

    always: Mapping[str, Any]

    def schema(self, body: dict[str, Any] | None, *, may_lack: bool = False) -> dict[str, Any]:
        """The JSON schema of an answer.

        body: of its body; None: any. may_lack: whether there may be none at all.
        """
        kinds = {bool: "boolean", int: "integer", str: "string"}
        fields = {name: {"type": kinds[type(value)]} for name, value in self.always.items()}
        return {
            "type": "object",
            "required": [*self.always, *(() if body is None or may_lack else ("body",))],
            "properties": {**fields, "body": body or {}},
        }

    def example(self, body: Any) -> dict[str, Any]:
        return {**self.always, "body": body}


@dataclass(frozen=True, slots=True)
class Failures:
    """How a dialect words failures: the name and the JSON schema of their bodies."""

    name: str
    schema: Mapping[str, Any]


USUAL: Final = Envelope({"success": True, "description": "Done."})


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a blueprint words its answers.

    Parameters:
        failure: the answer to a UserError.
        words_strangers: whether the blueprint's own gates say what is wrong with a token
            (`RequestContext.stranger`); elsewhere it is refused before them.
        envelope: of good answers.
        failures: of bad ones, where they are not always as everywhere else.
    """

    failure: Callable[[UserError], Response]
    words_strangers: bool = False
    envelope: Envelope = USUAL
    failures: Failures | None = None


def _in_the_envelope(error: UserError) -> Response:
    return failure(error.status, error.message, code=error.code)


ENVELOPE = Dialect(_in_the_envelope)


class ApiBlueprint(Blueprint):
    """A blueprint that declares its dialect and its gates.

    Parameters:
        dialect: how it words failures.
        gates: asked in this order before each endpoint of the blueprint; they raise UserError or
            answer themselves.
        is_nobodys: its requests are neither counted nor identified (health checks).
        errors: what its gates may say, by status.
    """

    # Headers that all its requests bring.
    takes: Sequence[Header] = ()

    def __init__(
        self,
        name: str,
        import_name: str,
        *,
        dialect: Dialect = ENVELOPE,
        gates: Sequence[Gate] = (),
        is_nobodys: bool = False,
        errors: Mapping[int, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, import_name, **options)
        self.dialect = dialect
        self.is_nobodys = is_nobodys
        self.errors = errors or {}
        for gate in gates:
            self.before_request(gate)


def blueprint_of_request() -> ApiBlueprint | None:
    """The blueprint of the endpoint that the request is for; None where there is no endpoint."""
    found = current_app.blueprints.get(request.blueprint or "")
    return found if isinstance(found, ApiBlueprint) else None
