"""The requester's orphans: entries of imports whose charts the catalogue lacks.

Source: specification, http-api-import.md section 3, v3/http-api.md section 5.4.
"""

from __future__ import annotations

import re
from typing import Any, Final

from flask import Response
from marshmallow import EXCLUDE, Schema, fields

from api.http import context, pages
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.header_parameters import IDEMPOTENCY_KEY
from api.http.service import service
from api.jobs import job_answers
from common.errors import UserError
from common.imports.import_documents import OrphansTriedAgain, Submitted
from common.jobs.accepting import NewJob
from common.jobs.arguments import Orphans
from common.orphans import kept_orphan_rows, orphan_documents
from common.orphans.orphan_documents import OrphanDocument, OrphanList
from common.text.canonical import new_job_id

blueprint = ApiBlueprint("orphans", __name__)

PATH: Final = "/import/orphans"
USUAL: Final = 50
_PLACE: Final = re.compile(r"([0-9]{1,15})\.(.{1,200})", re.ASCII)
_MISSING: Final = "No such orphan score for this user."


class OrphanQuery(Schema):
    """Which page of the list."""

    class Meta:
        unknown = EXCLUDE

    limit = pages.limit_field(USUAL)
    after = fields.String(metadata={"description": "the `rowID` of the last one of a page"})


@blueprint.post(PATH)
@endpoint(
    "Tries the requester's orphaned scores again; says how many became scores.",
    permissions=("submit_score",),
    answers=OrphansTriedAgain,
    other_answers={202: ("It takes longer; poll the URL.", Submitted)},
    headers=job_answers.HEADERS,
    errors={409: "An import of the same user is on."},
    takes=(IDEMPOTENCY_KEY,),
)
def try_again() -> Response:
    return job_answers.when_done(NewJob(_whoami(), new_job_id(), Orphans()))


@blueprint.get(PATH)
@endpoint(
    "The requester's orphans with why they are orphans, the newest first.",
    permissions=("submit_score",),
    query=OrphanQuery(),
    answers=OrphanList,
    errors={400: "The query is not understood, or `after` is no `rowID`."},
)
def orphans(query: dict[str, Any]) -> Response:
    limit, after = query["limit"], query.get("after")
    place = None if after is None else _PLACE.fullmatch(after)
    if after is not None and place is None:
        raise UserError(400, "Invalid pagination cursor.", "INVALID_CURSOR")
    with service().engine.connect() as connection:
        rows = kept_orphan_rows.page(
            connection, _whoami(), limit + 1, None if place is None else (int(place[1]), place[2])
        )
    found = [orphan_documents.in_list(row) for row in rows[:limit]]
    return success(f"Returned {len(found)} orphan scores.", OrphanList(found, len(rows) > limit))


@blueprint.get(f"{PATH}/<orphan_id>")
@endpoint(
    "One of the requester's orphans, with what was sent.",
    permissions=("submit_score",),
    answers=OrphanDocument,
    errors={404: "The requester has no such orphan."},
)
def orphan(orphan_id: str) -> Response:
    with service().engine.connect() as connection:
        row = kept_orphan_rows.find(connection, _whoami(), orphan_id)
    if row is None:
        raise UserError(404, _MISSING)
    return success("Returned orphan score.", orphan_documents.whole(row))


@blueprint.delete(f"{PATH}/<orphan_id>")
@endpoint(
    "Deletes an orphan: it is not tried again.",
    permissions=("submit_score",),
    answers=dict[str, Any],
    errors={404: "The requester has no such orphan."},
)
def delete_orphan(orphan_id: str) -> Response:
    with service().engine.begin() as connection:
        if not kept_orphan_rows.delete(connection, _whoami(), orphan_id):
            raise UserError(404, _MISSING)
    return success("Deleted orphan score.", {})


def _whoami() -> int:
    user_id = context.current().identity.user_id
    assert user_id is not None  # the gates saw to it
    return user_id
