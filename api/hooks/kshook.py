"""KsHook, the hook of SOUND VOLTEX on PCs ("Konaste").

Source: specification, http-api-ir.md section 3.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request

from api.hooks import error_key, score_hooks
from api.http import context, gates
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.header_parameters import IDEMPOTENCY_KEY, SOFTWARE_MODEL
from api.http.service import service
from api.jobs import job_answers, keys
from api.jobs.door import body_schema
from common.errors import UserError
from common.hooks import hook_rows, software_ids
from common.hooks.hook_rows import KSHOOK

NOT_ASKED_FOR: Final = "Static importing is disabled. Ignoring static import request."


def admit() -> None:
    """Who may use the hook at all."""
    score_hooks.check_kamaitachi("/ir/kshook")
    # Unlike elsewhere the token is looked at only after that.
    if stranger := context.current().stranger:
        raise stranger
    score_hooks.requester()
    gates.require("submit_score")


def check_client() -> None:
    """Raises UserError for other clients, and for other games than this one."""
    agent = request.headers.get("User-Agent", "")
    if not agent:
        raise UserError(400, "Invalid User-Agent.")
    if not agent.startswith("kshook/"):
        raise UserError(400, f"Invalid User-Agent {agent} - expected KsHook client.")
    model = request.headers.get("X-Software-Model", "")
    software = software_ids.parse(model)
    if software is None:
        raise UserError(400, "Invalid X-Software-Model.")
    if software.model != software_ids.KONASTE_SDVX:
        raise UserError(400, f"Invalid softID {model}.")


blueprint = ApiBlueprint(
    "kshook",
    __name__,
    dialect=error_key.dialect((400, 401, 403), words_strangers=True),
    gates=(admit, check_client),
    errors=score_hooks.ELSEWHERE,
)
blueprint.takes = (SOFTWARE_MODEL,)


@blueprint.post("/sv6c/score/save")
@endpoint(
    "Imports one score of KsHook, and waits for it.",
    own_body=body_schema("ir/kshook-sv6c"),
    permissions=("submit_score",),
    takes=(IDEMPOTENCY_KEY,),
    headers=job_answers.HEADERS,
    answers=dict[str, Any],
    other_answers={202: ("It takes longer.", dict[str, str])},
)
def save_score() -> Response:
    result = score_hooks.run(score_hooks.requester(), "ir/kshook-sv6c")
    return score_hooks.imported(result, error_key.error)


@blueprint.post("/sv6c/score/export")
@endpoint(
    "Imports the best scores of KsHook, where the user asked for that.",
    own_body=body_schema("ir/kshook-sv6c-static"),
    permissions=("submit_score",),
    takes=(IDEMPOTENCY_KEY,),
    headers=job_answers.HEADERS,
    answers=dict[str, Any],
    other_answers={202: ("It takes longer.", dict[str, str])},
)
def export_scores() -> Response:
    user_id = score_hooks.requester()
    with service().engine.connect() as connection:
        settings = hook_rows.find(connection, user_id, KSHOOK)
        # An export spends what the user asked for: the same one again is answered as it was.
        wanted = settings is not None and settings.forced
        wanted = wanted or keys.is_known(connection, user_id)
    if not wanted:
        return success(NOT_ASKED_FOR, {})
    result = score_hooks.run(user_id, "ir/kshook-sv6c-static", spends=KSHOOK)
    return score_hooks.imported(result, error_key.error)
