"""Pausing the queue: administrators have no jobs begun for a while.

The requester is an administrator in person. `score-import jobs pause` does the same on a terminal.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Response
from marshmallow import Schema

from api.http import context, gates
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.parameters import one_of, words
from api.http.service import service
from common.accounts import user_rows
from common.jobs import pause_rows
from common.jobs.managing import REASON_LIMIT
from common.jobs.pause_rows import Lane, Pause

log = logging.getLogger(__name__)

blueprint = ApiBlueprint("admin_pauses", __name__, gates=[gates.require_admin])


def _lane() -> Any:
    return one_of(
        [lane.value for lane in Lane],
        required=False,
        meaning="`all` jobs, or those in the `background`",
    )


NewPause = Schema.from_dict({"lane": _lane(), "reason": words(0, REASON_LIMIT)}, name="NewPause")
PauseOver = Schema.from_dict({"lane": _lane()}, name="PauseOver")


@blueprint.post("/admin/jobs/pause")
@endpoint(
    "Has no more jobs begun until they are resumed: all, or those that the service gave itself. "
    "They are accepted and wait; what runs is seen through. Says what is paused.",
    needs_user=True,
    body=NewPause(),
    answers=list[Pause],
)
def pause(*, body: dict[str, Any]) -> Response:
    lane, reason = Lane(body.get("lane", Lane.ALL)), body.get("reason", "")
    user_id = context.current().identity.user_id
    assert user_id is not None, "an administrator in person"
    with service().engine.begin() as connection:
        by = user_rows.name_of(connection, user_id)
        pause_rows.pause(connection, lane, by, reason)
        paused = pause_rows.pauses(connection)
    log.warning("the queue is paused (%s) by %s: %s", lane, by, reason)
    return success("Paused.", paused)


@blueprint.post("/admin/jobs/resume")
@endpoint(
    "Has jobs begun again, in their order. Says what is still paused.",
    needs_user=True,
    body=PauseOver(),
    answers=list[Pause],
)
def resume(*, body: dict[str, Any]) -> Response:
    lane = Lane(body.get("lane", Lane.ALL))
    with service().engine.begin() as connection:
        was_paused = pause_rows.resume(connection, lane)
        paused = pause_rows.pauses(connection)
    if was_paused:
        log.warning("the queue goes on (%s)", lane)
    return success("Jobs go on." if was_paused else "Nothing was paused.", paused)
