"""The first page, where files are dropped, and the lists of imports."""

from __future__ import annotations

from typing import Any, Final

from flask import Response
from marshmallow import fields
from werkzeug.exceptions import NotFound

from api.http import context
from api.http.service import service
from api.jobs.door import file_import_types
from api.v1.import_lists import ImportQuery
from api.web import interface
from api.web.page_parameters import PageParameters, takes
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import leave, page, viewer, wants_a_page

blueprint = pages_blueprint("home_pages", __name__)
lists = pages_blueprint("import_list_pages", __name__, for_users=True)

LATELY: Final = 10
PAGE: Final = 50


@blueprint.get("/")
def home() -> Response:
    """Files are dropped here, and what was imported lately is below."""
    if not wants_a_page():
        raise NotFound
    if context.current().identity.session is None:
        return leave("/login")
    return page(
        "home.html",
        title="Import scores",
        import_types=file_import_types(service().settings),
        may_submit="submit_score" in viewer().permissions,
        imports=interface.get("/users/me/imports/summaries", limit=LATELY).body,
        failed=interface.get("/users/me/imports/failed", limit=LATELY).body,
    )


class ImportsQuery(PageParameters, ImportQuery):
    """Which imports to list. show: `failed` for those only."""

    class Meta:
        exclude = ("limit", "userIntent")

    show = fields.String(load_default="")


@lists.get("/imports")
@takes(query=ImportsQuery())
def imports(*, query: dict[str, Any]) -> Response:
    """All imports or those that failed, of any type or of one."""
    only_failed = query.pop("show") == "failed"
    path = "/users/me/imports/failed" if only_failed else "/users/me/imports/summaries"
    found = interface.get(path, limit=PAGE + 1, **query).body
    shown = found[:PAGE]
    return page(
        "imports.html",
        title="Imports",
        imports=shown,
        only_failed=only_failed,
        import_type=query.get("importType", ""),
        import_types=interface.get("/config").body["IMPORT_TYPES"],
        older=_after(shown[-1]) if len(found) > PAGE else None,
        is_first="before" not in query,
    )


def _after(last: dict[str, Any]) -> dict[str, Any]:
    """What the page behind one is asked for by."""
    time = last["timeFinished"] if "timeFinished" in last else last["timeStarted"]
    return {"before": time, "beforeID": last["importID"]}
