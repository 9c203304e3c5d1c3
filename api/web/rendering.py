"""Pages: what they all have in common.

They are made on the server, and forms work without a script. What a page shows and does is what
the HTTP interface answers (`api.web.interface`); each form of a user who is logged in carries a
text that only pages of their own session can know.
"""

from __future__ import annotations

import hmac
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from flask import Response, make_response, render_template, request

from api.http import context, cross_site, forms
from api.http.dialects import ApiBlueprint, Dialect
from api.http.identity import Identity
from api.http.service import service
from api.web import static_files, wording
from common.accounts.proofs import proof_hash
from common.errors import UserError

# The field of a form that shows from whose page it comes.
TOKEN: Final = "form_token"  # noqa: S105 (a field's name)
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


def page(template: str, status: int = 200, *, leads_to: str = "", **values: Any) -> Response:
    """A page. leads_to: what else than this service its forms may lead to, as CSP has it."""
    headers = context.current().headers
    headers["Content-Security-Policy"] = f"{_POLICY} {leads_to}".rstrip()
    # With `no-referrer` browsers would send forms with `Origin: null`: they could be anybody's.
    headers["Referrer-Policy"] = "same-origin"
    whoami = context.current().identity
    return make_response(
        render_template(
            template,
            service=service().settings.name,
            form_token=form_token(),
            whoami=whoami,
            is_logged_in=whoami.session is not None,
            here=request.path,
            words=wording,
            assets=static_files.version(),
            **values,
        ),
        status,
    )


def failed(error: UserError) -> Response:
    """The page that says what did not work; the way to log in, where that would help."""
    whoami = context.current().identity
    if error.status == 401 and whoami.session is None and request.method == "GET":
        return page("login.html", 401, title="Log in", problem=None, **asking_login())
    return page(
        "message.html",
        error.status,
        title="This page does not exist" if error.status == 404 else "That did not work",
        text=error.message,
        reference=context.request_id() if error.status >= 500 else None,
    )


PAGES: Final = Dialect(failed)


def wants_a_page() -> bool:
    """Whether the request is a browser's, on its way to a page."""
    return "text/html" in request.headers.get("Accept", "") and not request.path.startswith(
        ("/api/", "/ir/")
    )


def blueprint(name: str, import_name: str, *, for_users: bool = False) -> ApiBlueprint:
    """A blueprint of pages. for_users: who is not logged in is asked to."""
    gates = [_own_pages_only, _users_only] if for_users else [_own_pages_only]
    return ApiBlueprint(name, import_name, dialect=PAGES, gates=gates)


def _own_pages_only() -> None:
    if request.method != "GET":
        cross_site.require_own_page(request, service().settings)


def _users_only() -> Response | None:
    if context.current().identity.session is not None:
        return None
    # A form that was sent too late: its page is shown anew once its user is back.
    came_from = urlsplit(request.headers.get("Referer", "")).path
    here = request.full_path.rstrip("?") if request.method == "GET" else came_from or "/"
    return leave(f"/login?{urlencode({'next': here})}")


def viewer() -> Identity:
    """Who looks at a page that is for users only."""
    return context.current().identity


def form_token() -> str:
    """What forms of the present session carry; empty without a session."""
    session = context.current().identity.session
    return "" if session is None else proof_hash(f"form of {session}")


def fields_of_own_form() -> dict[str, str]:
    """The fields of a form that a page of this session sent. Raises UserError."""
    fields = forms.fields()
    sent, right = fields.get(TOKEN, ""), form_token()
    if not right or not hmac.compare_digest(sent.encode(), right.encode()):
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
    """A path of this service; that of the first page for what is none."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return "/"
    parts = urlsplit(path)
    return "/" if parts.scheme or parts.netloc or not path.isprintable() else path


def leave(url: str) -> Response:
    """Sends the browser elsewhere, with a GET."""
    return Response(status=303, headers={"Location": url})
