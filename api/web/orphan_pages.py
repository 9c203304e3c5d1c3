"""Entries whose charts are not known here: why, and trying them again."""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from api.http import queries
from api.v1.orphans import OrphanQuery
from api.web import interface
from api.web.import_pages import follow
from api.web.page_parameters import NO_FIELDS, PageParameters, takes
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import leave, page

blueprint = pages_blueprint("orphan_pages", __name__, for_users=True)

PAGE: Final = 50
_TRIED: Final = "/orphans?tried=yes"


class OrphansQuery(PageParameters, OrphanQuery):
    """Which page of the list."""

    class Meta:
        exclude = ("limit",)

    tried = queries.flag("says that they were tried again")


@blueprint.get("/orphans")
@takes(query=OrphansQuery())
def orphans(*, query: dict[str, Any]) -> Response:
    found = interface.get("/import/orphans", limit=PAGE, after=query.get("after")).body
    return page(
        "orphans.html",
        title="Orphans",
        orphans=found["orphans"],
        after=found["orphans"][-1]["rowID"] if found["hasMore"] else None,
        is_first="after" not in query,
        tried="tried" in query,
    )


@blueprint.post("/orphans")
@takes(form=NO_FIELDS)
def try_again() -> Response:
    answer = interface.send("POST", "/import/orphans")
    if answer.status == 202:
        return follow(answer.body["importID"], _TRIED)
    return leave(_TRIED)


@blueprint.post("/orphans/<orphan_id>/delete")
@takes(form=NO_FIELDS)
def delete(orphan_id: str) -> Response:
    interface.send("DELETE", f"/import/orphans/{orphan_id}")
    return leave("/orphans")
