"""Blueprints that say of themselves how they speak and whom they let in.

Most of the API answers in one envelope. The programs behind some hooks were written for other
servers: their blueprints bring a dialect, in which whatever goes wrong around an endpoint is said
as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, request

from api.http.answers import failure
from common.errors import UserError

Gate = Callable[[], Response | None]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a blueprint words what goes wrong.

    Parameters:
        failure: the answer to a UserError.
        words_strangers: whether the blueprint's own gates say what is wrong with a token
            (`RequestContext.stranger`); elsewhere it is refused before them.
    """

    failure: Callable[[UserError], Response]
    words_strangers: bool = False


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
    """

    def __init__(
        self,
        name: str,
        import_name: str,
        *,
        dialect: Dialect = ENVELOPE,
        gates: Sequence[Gate] = (),
        is_nobodys: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(name, import_name, **options)
        self.dialect = dialect
        self.is_nobodys = is_nobodys
        for gate in gates:
            self.before_request(gate)


def blueprint_of_request() -> ApiBlueprint | None:
    """The blueprint of the endpoint that the request is for; None where there is no endpoint."""
    found = current_app.blueprints.get(request.blueprint or "")
    return found if isinstance(found, ApiBlueprint) else None
