"""Pages: what they all have in common.

They are made on the server and need no script. What a form does is done by the same code as the
endpoint of the same purpose; each form of a user who is logged in carries a text that only pages of
their own session can know.
"""

from __future__ import annotations

import hmac
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request

from api.http import context, cross_site, forms
from api.http.dialects import ApiBlueprint, Dialect
from api.http.service import service
from common.accounts.proofs import proof_hash
from common.errors import UserError

# The field of a form that shows from whose page it comes.
TOKEN: Final = "form_token"  # noqa: S105 (a field's name)
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)


def page(template: str, status: int = 200, *, leads_to: str = "", **values: Any) -> Response:
    """A page. leads_to: what else than this service its forms may lead to, as CSP has it."""
    context.current().headers["Content-Security-Policy"] = f"{_POLICY} {leads_to}".rstrip()
    whoami = context.current().identity
    return make_response(
        render_template(
            template,
            service=service().settings.name,
            form_token=form_token(),
            is_logged_in=whoami.session is not None,
            **values,
        ),
        status,
    )


def _failed(error: UserError) -> Response:
    return page("message.html", error.status, title="That did not work", text=error.message)


PAGES: Final = Dialect(_failed)


def blueprint(name: str, import_name: str) -> ApiBlueprint:
    """A blueprint of pages."""
    return ApiBlueprint(name, import_name, dialect=PAGES, gates=[_own_pages_only])


def _own_pages_only() -> None:
    if request.method != "GET":
        cross_site.require_own_page(request, service().settings)


def form_token() -> str:
    """What forms of the present session carry; empty without a session."""
    session = context.current().identity.session
    return "" if session is None else proof_hash(f"form of {session}")


def fields_of_own_form() -> dict[str, str]:
    """The fields of a form that a page of this session sent. Raises UserError."""
    fields = forms.fields()
    given, right = fields.get(TOKEN, ""), form_token()
    if not right or not hmac.compare_digest(given.encode(), right.encode()):
        raise UserError(403, "This form is too old. Go back, load the page again, and send it.")
    return fields


def asking_login() -> dict[str, Any]:
    """What a page needs that shows a guest the login, which leads back to it."""
    here = request.full_path if request.query_string else request.path
    return {
        "asks_login": True,
        "next": here,
        "username": "",
        "registration": service().settings.registration,
    }


def local(path: str | None) -> str:
    """A path of this service; `/login` for what is none."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return "/login"
    parts = urlsplit(path)
    return "/login" if parts.scheme or parts.netloc or not path.isprintable() else path


def leave(url: str) -> Response:
    """Sends the browser elsewhere, with a GET."""
    return Response(status=303, headers={"Location": url})
