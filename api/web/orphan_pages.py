"""Entries whose charts are not known here: why, and trying them again."""

from __future__ import annotations

from typing import Final

from flask import Response, request

from api.web import interface
from api.web.import_pages import follow
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import fields_of_own_form, leave, page

blueprint = pages_blueprint("orphan_pages", __name__, for_users=True)

PAGE: Final = 50
_TRIED: Final = "/orphans?tried=yes"


@blueprint.get("/orphans")
def orphans() -> Response:
    found = interface.get("/import/orphans", limit=PAGE, after=request.args.get("after")).body
    return page(
        "orphans.html",
        title="Orphans",
        orphans=found["orphans"],
        after=found["orphans"][-1]["rowID"] if found["hasMore"] else None,
        is_first="after" not in request.args,
        tried="tried" in request.args,
    )


@blueprint.post("/orphans")
def try_again() -> Response:
    fields_of_own_form()
    answer = interface.send("POST", "/import/orphans")
    if answer.status == 202:
        return follow(answer.body["importID"], _TRIED)
    return leave(_TRIED)


@blueprint.post("/orphans/<orphan_id>/delete")
def delete(orphan_id: str) -> Response:
    fields_of_own_form()
    interface.send("DELETE", f"/import/orphans/{orphan_id}")
    return leave("/orphans")
