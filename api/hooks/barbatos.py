"""Barbatos, the hook of SOUND VOLTEX. Source: specification, http-api-ir.md section 4."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.hooks import score_hooks
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.header_parameters import IDEMPOTENCY_KEY
from api.jobs import job_answers
from api.jobs.door import body_schema


def admit() -> None:
    """Who may use the hook, besides what its endpoint says."""
    score_hooks.requester()
    score_hooks.check_kamaitachi("/ir/barbatos")


blueprint = ApiBlueprint("barbatos", __name__, gates=(admit,), errors=score_hooks.ELSEWHERE)


@blueprint.post("/score/submit")
@endpoint(
    "Imports one score of Barbatos, and waits for it.",
    own_body=body_schema("ir/barbatos"),
    permissions=("submit_score",),
    takes=(IDEMPOTENCY_KEY,),
    headers=job_answers.HEADERS,
    answers=dict[str, Any],
    other_answers={202: ("It takes longer.", dict[str, str])},
)
def submit_score() -> Response:
    return score_hooks.imported(score_hooks.run(score_hooks.requester(), "ir/barbatos"))
