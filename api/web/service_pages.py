"""Other services that scores are fetched from: linking an account with them, and syncing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Response
from marshmallow import fields

from api.http.service import service
from api.jobs.door import service_names
from api.web import interface
from api.web.page_parameters import NO_FIELDS, PageParameters, takes
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import leave, page
from common.errors import UserError
from common.service_settings import CG_SERVICES, KAI_SERVICES, MYT

blueprint = pages_blueprint("service_pages", __name__, for_users=True)

_MINE: Final = "/users/me/integrations"


class CodeQuery(PageParameters):
    """What a service sends a browser back with; nothing where its user did not agree."""

    code = fields.String(load_default="")


class LinkForm(CodeQuery):
    """What an account is linked by, of each kind; the interface says what is wrong with it."""

    cardID = fields.String(load_default="")
    pin = fields.String(load_default="")
    cardAccessCode = fields.String(load_default="")


class SyncForm(PageParameters):
    """What is to be fetched."""

    importType = fields.String(load_default="")


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
@takes(form=LinkForm())
def link(name: str, *, form: dict[str, Any]) -> Response:
    path, kind = _place(name)
    if kind == "code":
        interface.send_and_wait("POST", f"{path}/oauth2callback", {"code": form["code"]})
    else:
        names = ("cardID", "pin") if kind == "card" else ("cardAccessCode",)
        interface.send("PUT", path, {each: form[each] for each in names})
    return leave("/services")


@blueprint.post("/services/<name>/unlink")
@takes(form=NO_FIELDS)
def unlink(name: str) -> Response:
    interface.send("DELETE", _place(name)[0])
    return leave("/services")


@blueprint.get("/linked/<name>")
@takes(query=CodeQuery())
def linked(name: str, *, query: dict[str, Any]) -> Response:
    """Where a service leads the browser back to. It asks: who made the link is not known."""
    _place(name.upper())
    return page(
        "linked.html",
        title=f"Link with {name.upper()}?",
        name=name.upper(),
        code=query["code"],
    )


@blueprint.post("/services/sync")
@takes(form=SyncForm())
def sync(*, form: dict[str, Any]) -> Response:
    answer = interface.send("POST", "/import/from-api", form)
    return leave(f"/imports/{answer.body['importID']}")
