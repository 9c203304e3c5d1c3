"""Other services that scores are fetched from: linking an account with them, and syncing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Response, request

from api.http.service import service
from api.jobs.door import service_names
from api.web import interface
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import fields_of_own_form, leave, page
from common.errors import UserError
from common.service_settings import CG_SERVICES, KAI_SERVICES, MYT

blueprint = pages_blueprint("service_pages", __name__, for_users=True)

_MINE: Final = "/users/me/integrations"


@dataclass(frozen=True, slots=True)
class Link:
    """A service and how the viewer is linked with it.

    kind: by what: an OAuth2 `code`, a `card` with a PIN, an access code (`access`).
    card: what is shown of it. import_types: what can be fetched.
    """

    name: str
    kind: str
    is_linked: bool
    card: str
    import_types: list[str]


@blueprint.get("/services")
def services() -> Response:
    offered = service_names(service().settings)
    links = [_link(name, import_types) for name, import_types in offered.items()]
    return page("services.html", title="Other services", links=links)


def _link(name: str, import_types: list[str]) -> Link:
    path, kind = _place(name)
    found = interface.get(path).body
    if kind == "code":
        return Link(name, kind, bool(found["authStatus"]), "", import_types)
    card = "" if found is None else found.get("cardID") or found["cardAccessCode"]
    return Link(name, kind, found is not None, card, import_types)


def _place(name: str) -> tuple[str, str]:
    """Where the interface has a service's link, and its kind. Raises UserError."""
    if name in KAI_SERVICES:
        return f"{_MINE}/kai/{name.lower()}", "code"
    if name.removeprefix("cg-") in CG_SERVICES:
        return f"{_MINE}/cg/{name.removeprefix('cg-')}", "card"
    if name == MYT:
        return f"{_MINE}/myt", "access"
    raise UserError(404, "There is no such service.")


@blueprint.post("/services/<name>/link")
def link(name: str) -> Response:
    fields = fields_of_own_form()
    path, kind = _place(name)
    if kind == "code":
        code = {"code": fields.get("code", "")}
        interface.send_and_wait("POST", f"{path}/oauth2callback", code)
    else:
        names = ("cardID", "pin") if kind == "card" else ("cardAccessCode",)
        interface.send("PUT", path, {each: fields.get(each, "") for each in names})
    return leave("/services")


@blueprint.post("/services/<name>/unlink")
def unlink(name: str) -> Response:
    fields_of_own_form()
    interface.send("DELETE", _place(name)[0])
    return leave("/services")


@blueprint.get("/linked/<name>")
def linked(name: str) -> Response:
    """Where a service leads the browser back to. It asks: who made the link is not known."""
    _place(name.upper())
    return page(
        "linked.html",
        title=f"Link with {name.upper()}?",
        name=name.upper(),
        code=request.args.get("code", ""),
    )


@blueprint.post("/services/sync")
def sync() -> Response:
    fields = fields_of_own_form()
    body = {"importType": fields.get("importType", "")}
    answer = interface.send("POST", "/import/from-api", body)
    return leave(f"/imports/{answer.body['importID']}")
