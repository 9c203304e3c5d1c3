"""Submitting imports and looking at them. Source: specification, http-api-import.md."""

from __future__ import annotations

from flask import Response, request
from sqlalchemy import text

from api.http import gates, limits
from api.http.answers import failure, streamed
from api.http.dialects import ApiBlueprint
from api.http.parameters import check, import_form
from api.http.service import service
from api.http.uploads import read_upload
from api.jobs import submitting, waiting
from api.jobs.door import file_import_types, form_fields
from common.errors import UserError
from common.imports import stored_documents
from common.imports.whole_imports import whole_import
from common.jobs.accepting import NewJob
from common.jobs.arguments import Import, Orphans, Revert
from common.text.canonical import new_job_id

blueprint = ApiBlueprint("imports", __name__)


@blueprint.post("/import/file")
def import_file() -> Response:
    """Accepts one file: 202 with a poll URL, or 200 with the ImportDocument."""
    here = service()
    user_id = gates.require("submit_score")
    refusal = submitting.too_many(user_id)
    if refusal is not None:
        return refusal
    upload = read_upload(request, "scoreData", limits.user(user_id))
    form = check(import_form(file_import_types(here.settings)), upload.fields)
    import_type = form["importType"]
    job = NewJob(
        user_id=user_id,
        job_id=new_job_id(),
        import_type=import_type,
        user_intent=submitting.is_set("X-User-Intent"),
        arguments=Import(
            filename=upload.filename,
            # Nobody would read the others.
            fields={name: form[name] for name in form_fields(import_type) if name in form},
        ),
        payload=upload.content,
    )
    return submitting.submit(job)


@blueprint.post("/import/orphans")
def reprocess_orphans() -> Response:
    """Tries the requester's orphaned scores again; answers how many became scores."""
    user_id = gates.require("submit_score")
    return waiting.answer(NewJob(user_id, new_job_id(), Orphans()))


@blueprint.post("/imports/<import_id>/revert")
def revert_import(import_id: str) -> Response:
    """Takes an import back, with everything that followed from it."""
    with service().engine.connect() as connection:
        owner: int | None = connection.scalar(
            text("SELECT user_id FROM imports WHERE import_id = :import_id"),
            {"import_id": import_id},
        )
    if owner is None:
        raise UserError(404, "This import does not exist.")
    gates.require_owner(owner)
    gates.require("delete_score")
    return waiting.answer(NewJob(owner, new_job_id(), Revert(import_id)))


@blueprint.get("/imports/<import_id>")
def get_import(import_id: str) -> Response:
    """An import with its scores, their songs and charts, and the sessions it created."""
    engine = service().engine
    with engine.connect() as connection:
        found = stored_documents.find_import_row(connection, import_id)
        if found is None:
            raise UserError(404, "This import does not exist.")
        user = connection.execute(
            text("SELECT * FROM users WHERE id = :user_id"), {"user_id": found.user_id}
        ).one_or_none()
    if user is None:
        return failure(500, "An internal server error has occured.")
    return streamed("Returned info about this session.", whole_import(engine, found, user))
