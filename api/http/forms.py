"""Forms as browsers and OAuth2 send them: small, and without files."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl

from flask import request

from api.http import bodies, limits
from api.http.service import service
from common.errors import UserError

FORM: Final = "application/x-www-form-urlencoded"
_FIELDS: Final = 100


def is_form() -> bool:
    return request.mimetype == FORM


def fields() -> dict[str, str]:
    """The fields of the request's form; {} where it holds none. Raises UserError.

    Asks for the body: nothing may have been changed before.
    """
    if not is_form():
        return {}
    who = limits.client_address(request, service().settings.trusted_proxies)
    try:
        content = bodies.take(request, bodies.SMALL, f"address:{who}")
        pairs = parse_qsl(
            content.decode(), keep_blank_values=True, max_num_fields=_FIELDS, errors="strict"
        )
    except bodies.TooLarge as problem:
        raise UserError(413, "Your request body was too large.") from problem
    except (bodies.Broken, ValueError) as problem:
        raise UserError(400, "Invalid request: the form cannot be read.") from problem
    return dict(pairs)
