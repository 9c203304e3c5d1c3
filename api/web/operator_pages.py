"""What those who run the service see and do in a browser."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from flask import Response, request

from api.http import gates
from api.v1 import admin_overview
from api.web import interface
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import fields_of_own_form, leave, page
from common.accounts.user_rows import BANNED, USER
from common.errors import UserError

blueprint = pages_blueprint("operator_pages", __name__, for_users=True)
blueprint.before_request(gates.require_admin)

JOBS: Final = 50
HOURS: Final = (1, 24, 24 * 7, 24 * 30)
STATES: Final = ("queued", "running", "completed", "failed", "cancelled")
# What a bulk action is called, and the path of it.
BULK: Final = ("retry", "cancel", "purge")
# The filters of lists of jobs; of ages the form has hours.
_FILTERS: Final = ("state", "user", "type", "error")
_AGES: Final = ("olderThan", "newerThan")
_HOUR: Final = 60 * 60 * 1000  # milliseconds


@blueprint.get("/operator")
def overview() -> Response:
    """The queue, the workers, what is done; it follows along by itself."""
    found = interface.get("/admin/overview").body
    return page("operator.html", title="Operator", overview=found)


# --- jobs ---------------------------------------------------------------------------------


def _filters(given: Mapping[str, str]) -> dict[str, str]:
    """The filters of a form, as the interface takes them."""
    wanted = {name: given[name].strip() for name in _FILTERS if given.get(name, "").strip()}
    for name in _AGES:
        hours = given.get(name, "").strip()
        if hours:
            if not (hours.isascii() and hours.isdigit()):
                raise UserError(400, "An age is a number of hours.")
            wanted[name] = str(int(hours[:6]) * _HOUR)
    return wanted


@blueprint.get("/operator/jobs")
def jobs() -> Response:
    given = request.args.to_dict()
    after = given.pop("after", None)
    found = interface.get("/admin/jobs", **_filters(given), limit=JOBS, after=after)
    kept = {name: given.get(name, "") for name in (*_FILTERS, *_AGES)}
    return page(
        "operator_jobs.html",
        title="Jobs",
        jobs=found.body,
        kept=kept,
        states=STATES,
        is_filtered=any(kept.values()),
        older=None if found.after is None else urlencode({**kept, "after": found.after}),
        is_first=after is None,
        done=given.get("done"),
    )


@blueprint.post("/operator/jobs/<action>")
def bulk(action: str) -> Response:
    """Does something to all jobs that fit filters."""
    fields = fields_of_own_form()
    if action not in BULK:
        raise UserError(404, "There is nothing like that to be done.")
    answer = interface.send("POST", f"/admin/jobs/{action}", _reason(fields), **_filters(fields))
    kept = {name: fields.get(name, "") for name in (*_FILTERS, *_AGES)}
    return leave(f"/operator/jobs?{urlencode({**kept, 'done': answer.description})}")


def _reason(fields: Mapping[str, str]) -> dict[str, str]:
    return {"reason": fields["reason"]} if fields.get("reason") else {}


@blueprint.get("/operator/jobs/<job_id>")
def job(job_id: str) -> Response:
    found = interface.get(f"/admin/jobs/{job_id}").body
    return page("operator_job.html", title="Job", job=found)


@blueprint.get("/operator/jobs/<job_id>/payload")
def payload(job_id: str) -> Response:
    return admin_overview.payload(job=job_id)


@blueprint.post("/operator/jobs/<job_id>/<action>")
def change(job_id: str, action: str) -> Response:
    fields = fields_of_own_form()
    if action not in ("retry", "cancel"):
        raise UserError(404, "There is nothing like that to be done.")
    interface.send("POST", f"/admin/jobs/{job_id}/{action}", _reason(fields))
    return leave(f"/operator/jobs/{job_id}")


@blueprint.get("/operator/failures")
def failures() -> Response:
    """What failed lately, by what is alike of it."""
    hours = request.args.get("hours", "24")
    return page(
        "operator_failures.html",
        title="Failures by kind",
        failures=interface.get("/admin/failures", hours=hours).body,
        hours=hours,
        choices=HOURS,
    )


# --- the rest -----------------------------------------------------------------------------


@blueprint.get("/operator/webhooks")
def webhooks() -> Response:
    return page(
        "operator_webhooks.html",
        title="Webhook deliveries",
        deliveries=interface.get("/admin/webhooks").body,
        done=request.args.get("done"),
    )


@blueprint.post("/operator/webhooks")
def redeliver() -> Response:
    form = fields_of_own_form()
    of = {name: form.get(name) for name in ("receiver", "event")}
    answer = interface.send("POST", "/admin/webhooks/redeliver", None, **of)
    return leave(f"/operator/webhooks?{urlencode({'done': answer.description})}")


@blueprint.get("/operator/users")
def users() -> Response:
    search = request.args.get("search", "").strip()
    return page(
        "operator_users.html",
        title="Users",
        users=interface.get("/users", search=search or None).body,
        search=search,
        levels=("banned", "user", "moderator", "administrator"),
    )


@blueprint.post("/operator/users/<int:user_id>/<action>")
def ban(user_id: int, action: str) -> Response:
    """Bans a user, who is refused everywhere from then on, or lets them in again."""
    fields_of_own_form()
    if action not in ("ban", "unban"):
        raise UserError(404, "There is nothing like that to be done.")
    level = BANNED if action == "ban" else USER
    interface.send("POST", f"/admin/users/{user_id}/auth-level", {"authLevel": level})
    return leave("/operator/users")
