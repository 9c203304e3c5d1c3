"""Submitting imports and looking at them. Source: specification, http-api-import.md."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from marshmallow import EXCLUDE, INCLUDE, Schema, ValidationError, fields

from api.http import gates, limits
from api.http.answers import failure, streamed
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.header_parameters import IDEMPOTENCY_KEY, USER_INTENT
from api.http.parameters import check, import_form
from api.http.service import service
from api.http.uploads import read_upload
from api.jobs import job_answers, submitting
from api.jobs.door import (
    UPLOADED_TYPES,
    file_import_types,
    form_fields,
    refuse_form,
    refuse_unreadable,
)
from common.accounts import user_rows
from common.errors import UserError
from common.imports import import_rows
from common.imports.check_documents import CheckReport
from common.imports.import_documents import ImportDocument, Submitted
from common.imports.whole_import_documents import WholeImport
from common.imports.whole_imports import whole_import
from common.jobs.accepting import NewJob
from common.jobs.arguments import Check, Import, Revert
from common.text.canonical import new_job_id

blueprint = ApiBlueprint("imports", __name__)


class FileForm(Schema):
    """A file of scores. Some import types read further fields, see the page of import types."""

    class Meta:
        unknown = INCLUDE

    importType = fields.String(required=True, metadata={"enum": list(UPLOADED_TYPES)})
    scoreData = fields.Raw(
        required=True,
        metadata={"type": "string", "contentMediaType": "application/octet-stream"},
    )
    playtype = fields.String()
    assertPlaytypeCorrect = fields.String()


def _is_check(value: Any) -> bool:
    # Whoever writes `check=1` must not find the file imported.
    if value not in ("true", "false"):
        raise ValidationError("Expected any of true, false.")
    return bool(value == "true")


class FileQuery(Schema):
    """Whether the file is only checked."""

    class Meta:
        unknown = EXCLUDE

    check = fields.Function(
        deserialize=_is_check,
        load_default=False,
        metadata={
            "type": "string",
            "enum": ["true", "false"],
            "default": "false",
            "description": "true: say what the import would do, and store nothing",
        },
    )


@blueprint.post("/import/file")
@endpoint(
    "Submits a file of scores, or has it checked.",
    permissions=("submit_score",),
    query=FileQuery(),
    form=FileForm(),
    answers=Submitted,
    status=202,
    other_answers={
        200: (
            "The file was checked; or the server works without workers, and the import is done.",
            (CheckReport, ImportDocument),
        )
    },
    headers=job_answers.HEADERS,
    errors={
        400: "The form lacks something, or its file or a field cannot be one of its import type.",
        409: "Another import of the user is on, and the server works without workers.",
    },
    takes=(IDEMPOTENCY_KEY, USER_INTENT),
    limits=("IMPORT_RATE_LIMIT",),
)
def import_file(query: dict[str, Any]) -> Response:
    here = service()
    user_id = gates.require("submit_score")
    refusal = submitting.too_many(user_id)
    if refusal is not None:
        return refusal
    upload = read_upload(request, "scoreData", limits.user(user_id))
    form = check(import_form(file_import_types(here.settings)), upload.fields)
    import_type = form["importType"]
    # Nobody would read the others.
    read = {name: form[name] for name in form_fields(import_type) if name in form}
    kind = Check if query["check"] else Import
    job = NewJob(
        user_id=user_id,
        job_id=new_job_id(),
        import_type=import_type,
        user_intent=submitting.is_set("X-User-Intent"),
        arguments=kind(filename=upload.filename, fields=read),
        payload=upload.content,
    )
    if query["check"]:
        return job_answers.when_done(job)
    refuse_form(import_type, upload.filename, read)
    refuse_unreadable(here.settings, import_type, upload.content)
    return submitting.submit(job)


@blueprint.post("/imports/<import_id>/revert")
@endpoint(
    "Takes an import back, with everything that followed from it.",
    needs_user=False,
    answers=dict[str, Any],
    other_answers={202: ("It takes longer; poll the URL.", Submitted)},
    headers=job_answers.HEADERS,
    errors={
        403: "It is somebody else's, or the token lacks `delete_score`.",
        404: "There is no such import.",
        409: "An import of its owner is on.",
    },
)
def revert_import(import_id: str) -> Response:
    with service().engine.connect() as connection:
        owner = import_rows.owner(connection, import_id)
    if owner is None:
        raise UserError(404, "This import does not exist.")
    gates.require_owner(owner)
    gates.require("delete_score")
    return job_answers.when_done(NewJob(owner, new_job_id(), Revert(import_id)))


@blueprint.get("/imports/<import_id>")
@endpoint(
    "An import with its scores, their songs and charts, and the sessions it created.",
    answers=WholeImport,
    errors={404: "There is no such import, or it has not finished."},
)
def get_import(import_id: str) -> Response:
    engine, wire = service().engine, service().settings.dialect
    with engine.connect() as connection:
        found = import_rows.find(connection, import_id)
        if found is None:
            raise UserError(404, "This import does not exist.")
        user = user_rows.by_id(connection, found.user_id)
    if user is None:
        return failure(500, "An internal server error has occured.")
    return streamed("Returned info about this session.", whole_import(engine, found, user, wire))
