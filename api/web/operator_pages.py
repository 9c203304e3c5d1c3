"""What those who run the service see and do in a browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response
from marshmallow import fields, pre_load

from api.http import gates
from api.http.parameters import one_of, words
from api.v1 import admin_overview
from api.v1.admin_jobs import JobFilters, JobOrder
from api.v1.admin_overview import RedeliverQuery, Since
from api.web import interface, plots
from api.web.page_parameters import (
    NO_FIELDS,
    PageParameters,
    takes,
    trimmed,
    whole_number,
)
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import leave, page
from common.accounts.user_rows import BANNED, USER
from common.errors import UserError
from common.jobs.listing_rows import NEWEST, SORTS
from common.jobs.managing import REASON_LIMIT
from common.jobs.pause_rows import Lane

blueprint = pages_blueprint("operator_pages", __name__, for_users=True)
blueprint.before_request(gates.require_admin)

JOBS: Final = 50
HOURS: Final = (1, 24, 24 * 7, 24 * 30)
STATES: Final = ("queued", "running", "completed", "failed", "cancelled")
# What the orders of jobs are called.
ORDERS: Final = {
    "newest": "newest first",
    "oldest": "oldest first",
    "longest": "longest running first",
    "attempts": "most attempts first",
}
# What a bulk action is called, and the path of it.
BULK: Final = ("retry", "cancel", "purge")
# What the box of a job is called, before its ID.
TICKED: Final = "job-"
_AGES: Final = ("olderThan", "newerThan")
_HOUR: Final = 60 * 60 * 1000  # milliseconds
_LONGEST: Final = 24 * 366 * 100  # hours


def _hours() -> fields.Function:
    return whole_number(_LONGEST, "An age is a number of hours.")


class FilterQuery(PageParameters, JobFilters):
    """Which jobs are meant, as the interface is told but for ages, which are hours."""

    olderThan = _hours()
    newerThan = _hours()


class JobsQuery(FilterQuery, JobOrder):
    """A page of the jobs that are meant. done: what was done to some of them."""

    after = fields.String()
    done = fields.String()


class ReasonForm(PageParameters):
    """Why something is done."""

    reason = words(0, REASON_LIMIT)


class BulkForm(FilterQuery, JobOrder, ReasonForm):
    """What is to be done to all jobs that are meant; of a form with `chosen`, to those ticked."""

    chosen = fields.List(fields.String())

    @pre_load
    def what_counts(self, sent: Mapping[str, str], **_: Any) -> dict[str, Any]:
        counts: dict[str, Any] = super().what_counts(sent)
        if "chosen" in sent:
            ticked = [name for name in sent if name.startswith(TICKED)]
            counts["chosen"] = [name.removeprefix(TICKED) for name in ticked]
        return counts


class ResumeForm(PageParameters):
    """Which jobs go on."""

    lane = one_of([lane.value for lane in Lane])


class PauseForm(ResumeForm, ReasonForm):
    """Which jobs are paused, and why."""


class FailuresQuery(PageParameters, Since):
    """How far back."""


class DoneQuery(PageParameters):
    """What was done."""

    done = fields.String()


class RedeliverForm(PageParameters, RedeliverQuery):
    """Which deliveries."""


class UsersQuery(PageParameters):
    """Whose name holds this."""

    search = trimmed()


@blueprint.get("/operator")
def overview() -> Response:
    """The queue, the workers, what is done; it follows along by itself."""
    found = interface.get("/admin/overview").body
    busiest = max(found["lastHour"])
    told = f"Jobs that ended in the last hour, minute by minute: at most {busiest}"
    plot = plots.bars(told, found["lastHour"]) if busiest else ""
    return page("operator.html", title="Operator", overview=found, plot=plot)


@blueprint.post("/operator/pause")
@takes(form=PauseForm())
def pause(*, form: dict[str, Any]) -> Response:
    """Has no more jobs begun."""
    interface.send("POST", "/admin/jobs/pause", {"lane": form["lane"], **_reason(form)})
    return leave("/operator")


@blueprint.post("/operator/resume")
@takes(form=ResumeForm())
def resume(*, form: dict[str, Any]) -> Response:
    interface.send("POST", "/admin/jobs/resume", {"lane": form["lane"]})
    return leave("/operator")


# --- jobs ---------------------------------------------------------------------------------


def _typed(asked: Mapping[str, Any]) -> dict[str, str]:
    """The filters as they stand in the form; empty where there is none."""
    return {name: _text(asked.get(name, "")) for name in FilterQuery().fields}


def _text(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value).strip()


def _filters(asked: Mapping[str, Any]) -> dict[str, str]:
    """The filters as the interface takes them."""
    in_milliseconds = {name: asked[name] * _HOUR for name in _AGES if name in asked}
    return {name: text for name, text in _typed({**asked, **in_milliseconds}).items() if text}


@blueprint.get("/operator/jobs")
@takes(query=JobsQuery())
def jobs(*, query: dict[str, Any]) -> Response:
    after, sort = query.get("after"), query["sort"]
    found = interface.get("/admin/jobs", **_filters(query), sort=sort, limit=JOBS, after=after)
    counted = interface.get("/admin/jobs/counts", **_filters(query)).body
    kept = _typed(query)
    return page(
        "operator_jobs.html",
        title="Jobs",
        jobs=found.body,
        kept=kept,
        states=STATES,
        counts=[_state_link(each, kept, sort) for each in ({"state": "any"}, *counted)],
        sort=sort,
        sorts=ORDERS,
        is_filtered=any(kept.values()),
        following=None if found.after is None else _address(kept, sort, after=found.after),
        first=_address(kept, sort),
        is_first=after is None,
        done=query.get("done"),
    )


def _address(kept: Mapping[str, str], sort: str, **more: str) -> str:
    """The query of the list with these filters, in this order."""
    order = {} if sort == NEWEST else {"sort": sort}
    filters = {name: value for name, value in kept.items() if value}
    return urlencode({**filters, **order, **more})


def _state_link(counted: Mapping[str, Any], kept: Mapping[str, str], sort: str) -> dict[str, Any]:
    """A state with its number of jobs, and the query that shows those; any: whatever they are in.

    Where they cannot be sorted as they are now, the newest come first.
    """
    state = "" if counted["state"] == "any" else counted["state"]
    sortable = not state or not SORTS[sort].states or state in SORTS[sort].states
    query = _address({**kept, "state": state}, sort if sortable else NEWEST)
    return {"count": None, **counted, "query": query, "is_current": kept["state"] == state}


@blueprint.post("/operator/jobs/<action>")
@takes(form=BulkForm())
def bulk(action: str, *, form: dict[str, Any]) -> Response:
    """Does something to all jobs that fit filters, or to those that were chosen."""
    if action not in BULK:
        raise UserError(404, "There is nothing like that to be done.")
    chosen = form.get("chosen")
    if chosen == []:
        raise UserError(400, "Choose some jobs first.")
    meant = _filters(form) if chosen is None else {"jobs": ",".join(chosen)}
    answer = interface.send("POST", f"/admin/jobs/{action}", _reason(form), **meant)
    return leave(f"/operator/jobs?{_address(_typed(form), form['sort'], done=answer.description)}")


def _reason(form: Mapping[str, Any]) -> dict[str, str]:
    return {"reason": form["reason"]} if "reason" in form else {}


@blueprint.get("/operator/jobs/<job_id>")
def job(job_id: str) -> Response:
    found = interface.get(f"/admin/jobs/{job_id}").body
    return page("operator_job.html", title="Job", job=found)


@blueprint.get("/operator/jobs/<job_id>/payload")
def payload(job_id: str) -> Response:
    return admin_overview.payload(job=job_id)


@blueprint.post("/operator/jobs/<job_id>/<action>")
@takes(form=ReasonForm())
def change(job_id: str, action: str, *, form: dict[str, Any]) -> Response:
    if action not in ("retry", "cancel"):
        raise UserError(404, "There is nothing like that to be done.")
    interface.send("POST", f"/admin/jobs/{job_id}/{action}", _reason(form))
    return leave(f"/operator/jobs/{job_id}")


@blueprint.get("/operator/failures")
@takes(query=FailuresQuery())
def failures(*, query: dict[str, Any]) -> Response:
    """What failed lately, by what is alike of it."""
    hours = query["hours"]
    return page(
        "operator_failures.html",
        title="Failures by kind",
        failures=interface.get("/admin/failures", hours=hours).body,
        hours=hours,
        choices=HOURS,
    )


# --- the rest -----------------------------------------------------------------------------


@blueprint.get("/operator/webhooks")
@takes(query=DoneQuery())
def webhooks(*, query: dict[str, Any]) -> Response:
    return page(
        "operator_webhooks.html",
        title="Webhook deliveries",
        deliveries=interface.get("/admin/webhooks").body,
        done=query.get("done"),
    )


@blueprint.post("/operator/webhooks")
@takes(form=RedeliverForm())
def redeliver(*, form: dict[str, Any]) -> Response:
    answer = interface.send("POST", "/admin/webhooks/redeliver", None, **form)
    return leave(f"/operator/webhooks?{urlencode({'done': answer.description})}")


@blueprint.get("/operator/users")
@takes(query=UsersQuery())
def users(*, query: dict[str, Any]) -> Response:
    search = query.get("search", "")
    return page(
        "operator_users.html",
        title="Users",
        users=interface.get("/users", search=search or None).body,
        search=search,
        levels=("banned", "user", "moderator", "administrator"),
    )


@blueprint.post("/operator/users/<int:user_id>/<action>")
@takes(form=NO_FIELDS)
def ban(user_id: int, action: str) -> Response:
    """Bans a user, who is refused everywhere from then on, or lets them in again."""
    if action not in ("ban", "unban"):
        raise UserError(404, "There is nothing like that to be done.")
    level = BANNED if action == "ban" else USER
    interface.send("POST", f"/admin/users/{user_id}/auth-level", {"authLevel": level})
    return leave("/operator/users")
