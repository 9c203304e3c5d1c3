"""LR2Hook, for Lunatic Rave 2 (BMS): scores and courses.

Its clients take an answer other than 200 for a refusal. Source: specification, http-api-ir.md
section 5.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Response

from api.hooks import courses, score_hooks
from api.http import context
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.header_parameters import IDEMPOTENCY_KEY
from api.jobs import job_answers
from api.jobs.door import body_schema
from common.errors import UserError
from common.hooks.lr2hook_schema import SCORE
from common.imports.import_documents import Submitted
from common.validation import first_violation

ACCEPTED: Final = 202

NOT_CLEARED: Final = "Class not updated. You failed to clear this course."


def admit() -> None:
    """Who may use the hook, besides what its endpoints say."""
    score_hooks.requester()
    score_hooks.check_bokutachi(courses.route("/ir/lr2hook"))


blueprint = ApiBlueprint("lr2hook", __name__, gates=(admit,), errors=score_hooks.ELSEWHERE)


@blueprint.after_request
def with_their_only_success(answer: Response) -> Response:
    """What takes longer is accepted all the same: with 202 players would read that it was not."""
    if answer.status_code == ACCEPTED:
        answer.status_code = 200
    return answer


@blueprint.post("/import")
@endpoint(
    "Imports one score of LR2, and waits for it.",
    own_body=body_schema("ir/lr2hook"),
    permissions=("submit_score",),
    takes=(IDEMPOTENCY_KEY,),
    headers=job_answers.HEADERS,
    answers=dict[str, Any],
)
def import_score() -> Response:
    return score_hooks.imported(score_hooks.run(score_hooks.requester(), "ir/lr2hook"))


@blueprint.post("/import/course")
@endpoint(
    "Raises the class of a course that was cleared.",
    own_body=body_schema("ir/lr2hook"),
    permissions=("submit_score",),
    takes=(IDEMPOTENCY_KEY,),
    headers=job_answers.HEADERS,
    # Of a course that was not cleared: how far it went. Where it takes longer: where to ask.
    answers=(courses.Raised, dict[str, int], Submitted),
    errors={404: "There is no such course."},
)
def import_course() -> Response:
    course = context.current().json_object()
    if found := first_violation(SCORE, course):
        raise UserError(400, courses.violation_text(found))
    score = course["scoreData"]
    counts = {name: score[name] for name in ("notesPlayed", "notesTotal")}
    if counts["notesPlayed"] != counts["notesTotal"]:
        return success(NOT_CLEARED, counts)
    md5 = course["md5"]
    return courses.cleared(md5, f"Couldn't find a course with this MD5 ({md5}).")
