"""Jobs as administrators see them: looked at, cancelled, run again, removed.

The requester is an administrator in person. `score-import jobs` does the same on a terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from flask import Response
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from api.http import gates, owners, pages
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.pages import Page
from api.http.parameters import flag, words
from api.http.service import service
from common.errors import UserError
from common.jobs import job_documents, listing_rows, managing, managing_rows
from common.jobs.job_documents import (
    JobDocument,
    JobsChanged,
    JobsRemoved,
    LockDocument,
    StateCount,
    WholeJob,
)
from common.jobs.listing_rows import NEWEST, SORTS
from common.jobs.managing import REASON_LIMIT, Manager
from common.jobs.managing_rows import STATES, Wanted
from common.text.numbers import MAX_EXACT_INTEGER

blueprint = ApiBlueprint("admin_jobs", __name__, gates=[gates.require_admin])

NO_JOB: Final = {404: "There is no such job."}
NO_USER: Final = {404: "There is no such user."}
NOTHING_MEANT: Final = "Say which jobs are meant, by at least one filter in the query."
# Jobs changed by one request.
MOST: Final = 500


def _states(value: Any) -> list[str]:
    found = str(value).split(",")
    if not set(found) <= set(STATES):
        raise ValidationError(f"Expected some of {', '.join(STATES)}.")
    return found


def _milliseconds(value: Any) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and int(text[:17]) <= MAX_EXACT_INTEGER):
        raise ValidationError("Expected a number of milliseconds.")
    return int(text)


def _age(meaning: str) -> fields.Function:
    return fields.Function(
        deserialize=_milliseconds, metadata={"type": "integer", "description": meaning}
    )


class JobFilters(Schema):
    """Which jobs are meant: those that fit all of these."""

    class Meta(Page.Meta):
        unknown = EXCLUDE

    state = fields.Function(
        deserialize=_states,
        metadata={"type": "string", "description": f"some of {', '.join(STATES)}, by commas"},
    )
    user = fields.String(metadata={"description": "whose: a number or a name"})
    type = fields.Function(
        deserialize=lambda value: str(value).split(","),
        metadata={"type": "string", "description": "import types or kinds of job, by commas"},
    )
    olderThan = _age("milliseconds since acceptance, at least")
    newerThan = _age("milliseconds since acceptance, at most")
    jobs = fields.Function(
        deserialize=lambda value: str(value).split(","),
        metadata={"type": "string", "description": "their IDs, by commas"},
    )
    error = fields.String(
        metadata={"description": "the reference, status or code, or a part of message or cause"}
    )


class JobOrder(Schema):
    """In which order jobs are listed."""

    sort = fields.String(
        load_default=NEWEST,
        validate=validate.OneOf([*SORTS]),
        metadata={
            "description": "which come first: the `newest` or the `oldest` by acceptance; of those "
            "that run, the ones that do for `longest`; of those that wait or run, the ones with "
            "the most `attempts`"
        },
    )


class JobPage(JobFilters, JobOrder, Page):
    """A page of the jobs that are meant."""


Cancellation = Schema.from_dict({"reason": words(0, REASON_LIMIT)}, name="Cancellation")
Purge = Schema.from_dict({"payloadsOnly": flag()}, name="Purge")


@blueprint.get("/admin/jobs")
@endpoint(
    "Jobs, those first that were accepted last, or as `sort` says.",
    needs_user=True,
    query=JobPage(),
    answers=list[JobDocument],
    headers=pages.LINK,
    errors={**NO_USER, 400: "The query is not understood."},
)
def list_jobs(*, query: dict[str, Any]) -> Response:
    wanted, sort, limit = _wanted(query), SORTS[query["sort"]], query["limit"]
    place = pages.place(query, (int, str))
    after = None if place is None else (place[0], place[1])
    with service().engine.connect() as connection:
        rows = listing_rows.page(connection, wanted, limit + 1, sort, after)
    page = pages.finish(rows, limit, sort.place)
    return success(f"Returned {len(page)} jobs.", [*map(job_documents.in_list, page)])


@blueprint.get("/admin/jobs/counts")
@endpoint(
    "How many of the jobs that are meant are in each state, whichever `state` names. Counted to "
    "some ten thousand, and of those that completed among the newest ten thousand that ended.",
    needs_user=True,
    query=JobFilters(),
    answers=list[StateCount],
    errors={**NO_USER, 400: "The query is not understood."},
)
def count_jobs(*, query: dict[str, Any]) -> Response:
    with service().engine.connect() as connection:
        found = listing_rows.counts(connection, _wanted(query))
    return success("Counted the jobs.", found)


@blueprint.get("/admin/jobs/locks")
@endpoint(
    "The locks of PostgreSQL that this service has: who is being worked for, and by whom.",
    needs_user=True,
    answers=list[LockDocument],
)
def list_locks() -> Response:
    with service().engine.connect() as connection:
        found = managing.held_locks(connection)
    return success(f"Returned {len(found)} locks.", found)


@blueprint.get("/admin/jobs/<job>")
@endpoint(
    "A job with all its attempts, named by its ID or by the reference of its error.",
    needs_user=True,
    answers=WholeJob,
    errors=NO_JOB,
)
def show_job(job: str) -> Response:
    return success("Returned the job.", _found(job))


@blueprint.post("/admin/jobs/<job>/retry")
@endpoint(
    "Has a job run again that failed through no fault of its user, in its place among theirs.",
    needs_user=True,
    answers=WholeJob,
    errors={**NO_JOB, 409: "It cannot be run again; the description says why."},
)
def retry_job(job: str) -> Response:
    return _changed(job, "It runs again.", _manager().retry)


@blueprint.post("/admin/jobs/<job>/cancel")
@endpoint(
    "Ends a job that waits or runs, for good. Nothing of it is stored, and polls say why.",
    needs_user=True,
    body=Cancellation(),
    answers=WholeJob,
    errors={**NO_JOB, 409: "It has ended already."},
)
def cancel_job(job: str, *, body: dict[str, Any]) -> Response:
    reason = body.get("reason", "")
    return _changed(job, "It is cancelled.", lambda ids: _manager().cancel(ids, reason))


@blueprint.post("/admin/jobs/retry")
@endpoint(
    f"Has jobs run again that failed through no fault of their users: {MOST} at a time.",
    needs_user=True,
    query=JobFilters(),
    answers=JobsChanged,
    errors={**NO_USER, 400: "The query is not understood, or names no jobs."},
)
def retry_jobs(*, query: dict[str, Any]) -> Response:
    return _all_changed(query, ("failed",), _manager().retry)


@blueprint.post("/admin/jobs/cancel")
@endpoint(
    f"Ends jobs that wait or run, for good, the newest first: {MOST} at a time.",
    needs_user=True,
    query=JobFilters(),
    body=Cancellation(),
    answers=JobsChanged,
    errors={**NO_USER, 400: "The query is not understood, or names no jobs."},
)
def cancel_jobs(*, query: dict[str, Any], body: dict[str, Any]) -> Response:
    reason = body.get("reason", "")
    return _all_changed(query, ("queued", "running"), lambda ids: _manager().cancel(ids, reason))


@blueprint.post("/admin/jobs/purge")
@endpoint(
    "Removes jobs that ended, as happens to all some day, or the uploads kept of failed ones. "
    "Polls say of them what they said before.",
    needs_user=True,
    query=JobFilters(),
    body=Purge(),
    answers=JobsRemoved,
    errors={**NO_USER, 400: "The query is not understood, or names no jobs."},
)
def purge_jobs(*, query: dict[str, Any], body: dict[str, Any]) -> Response:
    payloads_only = body.get("payloadsOnly", False)
    removed = managing.purge(service().engine, _meant(query), payloads_only=payloads_only)
    return success(f"Removed {removed}.", JobsRemoved(removed))


def _manager() -> Manager:
    here = service()
    return Manager(here.engine, here.redis, here.processor.resume)


def _found(job: str) -> WholeJob:
    with service().engine.connect() as connection:
        found = managing.show(connection, job)
    if found is None:
        raise UserError(404, NO_JOB[404])
    return found


def _changed(
    job: str, description: str, change: Callable[[Sequence[str]], JobsChanged]
) -> Response:
    job_id = _found(job).jobID
    for refused in change([job_id]).refused:
        raise UserError(409, f"This job was left as it is: {refused.reason}.", refused.code)
    return success(description, _found(job_id))


def _all_changed(
    query: dict[str, Any], usual: tuple[str, ...], change: Callable[[Sequence[str]], JobsChanged]
) -> Response:
    wanted = _meant(query)
    if not wanted.states:
        wanted = replace(wanted, states=usual)
    with service().engine.connect() as connection:
        ids = managing_rows.ids(connection, wanted, MOST + 1, newest_first="queued" in usual)
    done = change(ids[:MOST])
    done.areMore = len(ids) > MOST
    return success(f"Changed {len(done.changed)} jobs, left {len(done.refused)}.", done)


def _meant(query: dict[str, Any]) -> Wanted:
    """The jobs that a change is about. Raises UserError where nothing but all are named."""
    wanted = _wanted(query)
    if wanted == Wanted():
        raise UserError(400, NOTHING_MEANT)
    return wanted


def _wanted(query: dict[str, Any]) -> Wanted:
    user = query.get("user")
    return Wanted(
        query.get("state", ()),
        None if user is None else owners.user_of(user, service().engine),
        query.get("type", ()),
        query.get("olderThan"),
        query.get("newerThan"),
        query.get("error"),
        query.get("jobs", ()),
    )
