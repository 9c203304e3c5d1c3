"""An import in parts: its document, and its scores a page at a time."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.http import pages
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.service import service
from common.errors import UserError
from common.imports import import_rows
from common.imports.import_documents import ImportDocument, find_import
from common.imports.import_scores import ImportScores
from common.imports.import_scores import import_scores as scores_body

blueprint = ApiBlueprint("import_scores", __name__)


@blueprint.get("/imports/<import_id>/document")
@endpoint(
    "The ImportDocument by itself, without scores, songs and charts.",
    answers=ImportDocument,
    errors={404: "There is no such import, or it has not finished."},
)
def import_alone(import_id: str) -> Response:
    with service().engine.connect() as connection:
        found = find_import(connection, import_id, service().settings.dialect)
    if found is None:
        raise UserError(404, "This import does not exist.")
    return success("Returned the import.", found)


@blueprint.get("/imports/<import_id>/scores")
@endpoint(
    "An import's scores in the order of the input, and what each raised.",
    query=pages.Page(),
    answers=ImportScores,
    headers=pages.LINK,
    errors={404: "There is no such import, or it has not finished."},
)
def import_scores(import_id: str, *, query: dict[str, Any]) -> Response:
    limit, after = query["limit"], pages.place(query, (int,))
    with service().engine.connect() as connection:
        found = import_rows.find(connection, import_id)
        if found is None:
            raise UserError(404, "This import does not exist.")
        start = -1 if after is None else after[0]
        rows = import_rows.scores_after(connection, found, start, limit + 1)
        rows = pages.finish(rows, limit, lambda row: (row.position,))
        body = scores_body(connection, found, rows, service().settings.dialect)
    return success(f"Returned {len(rows)} scores.", body)
