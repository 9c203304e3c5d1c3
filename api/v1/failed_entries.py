"""Entries of an import that failed: how they can be sent again, and the file that does it."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec
from flask import Response, request
from marshmallow import EXCLUDE, Schema, fields

from api.http import gates, limits
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import Plain, endpoint
from api.http.service import service
from api.http.uploads import read_upload
from api.jobs.door import fetched_import_types, part_of_file, part_type
from common.errors import UserError
from common.imports import import_rows

blueprint = ApiBlueprint("failed_entries", __name__)

PATH: Final = "/imports/<import_id>/failed-entries"
BYTES: Final = "application/octet-stream"
# Bytes that a file has less than: it is read here, not in a worker. No site exports as much.
LIMIT: Final = 4 * 1024 * 1024
COUNT: Final = "X-Entries"

_NO_FILE: Final = {
    "SERVICE": "They came from another service: once they are right there, sync again.",
    "CLIENT": "They came one by one from a program, which sends them again itself.",
    "ORPHANS": "They were kept when another import brought them: send that one's file again.",
}


class SendingAgain(msgspec.Struct):
    """How entries that failed can be sent again.

    source: where they came from. `FILE`: of the file (or document) that held them, a part can be
        had, which is imported as `importType`.
    """

    source: Literal["FILE", "SERVICE", "CLIENT", "ORPHANS"]
    importType: str | None = None


class WholeFile(Schema):
    """The file that was imported."""

    class Meta:
        unknown = EXCLUDE

    scoreData = fields.Raw(required=True, metadata={"type": "string", "contentMediaType": BYTES})


class KindQuery(Schema):
    """Which of those that failed."""

    class Meta:
        unknown = EXCLUDE

    type = fields.String(metadata={"description": "only those whose error lines are of this type"})


@blueprint.get(PATH)
@endpoint(
    "How the entries of an import that failed can be sent again.",
    answers=SendingAgain,
    errors={404: "There is no such import, or it has not finished."},
)
def how(import_id: str) -> Response:
    found, again = _import(import_id)
    text = _NO_FILE.get(again.source, f"{len(found.errors)} lines tell what failed.")
    return success(text, again)


@blueprint.post(PATH)
@endpoint(
    "Of a file that was imported, the entries that failed, as a file to be imported again. Nothing"
    " is stored.",
    permissions=("submit_score",),
    query=KindQuery(),
    form=WholeFile(),
    answers=Plain(BYTES),
    headers={COUNT: "how many entries it has; those of one row stay together"},
    errors={
        400: "It cannot be read as what was imported, is 4 MiB or more, or lacks the entries; or no"
        " file brought them.",
        404: "There is no such import, or no entry of it failed so.",
    },
)
def part(import_id: str, *, query: dict[str, Any]) -> Response:
    who = limits.user(gates.require("submit_score"))
    upload = read_upload(request, "scoreData", who, LIMIT)
    found, again = _import(import_id)
    if again.source in _NO_FILE:
        raise UserError(400, _NO_FILE[again.source])
    kind = query.get("type")
    indexes = {line["index"] for line in found.errors if kind in (None, line["type"])}
    if not indexes:
        raise UserError(404, "No entry of this import failed so.")
    content, places = part_of_file(found.import_type, upload.content, indexes)
    if indexes.isdisjoint(places):
        raise UserError(400, "This is not the file that was imported: it lacks what failed.")
    answer = Response(content, mimetype=BYTES)
    answer.headers[COUNT] = str(len(places))
    return answer


def _import(import_id: str) -> tuple[Any, SendingAgain]:
    with service().engine.connect() as connection:
        found = import_rows.find(connection, import_id)
        if found is None:
            raise UserError(404, "This import does not exist.")
        if found.errors and import_rows.resolves_orphans(connection, found):
            return found, SendingAgain("ORPHANS")
    as_type = part_type(found.import_type)
    if as_type is not None:
        return found, SendingAgain("FILE", as_type)
    is_fetched = found.import_type in fetched_import_types()
    return found, SendingAgain("SERVICE" if is_fetched else "CLIENT")
