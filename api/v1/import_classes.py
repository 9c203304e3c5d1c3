"""Setting classes by hand. Source: specification, v3/http-api.md section 5.3."""

from __future__ import annotations

from typing import Any, Final

import orjson
from flask import Response
from marshmallow import EXCLUDE, Schema, ValidationError, fields

from api.http import gates
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import enabled_gpts
from api.http.header_parameters import IDEMPOTENCY_KEY, USER_INTENT
from api.http.parameters import one_of
from api.http.service import service
from api.jobs import job_answers, submitting
from api.jobs.door import enabled_import_types, refuse_unreadable
from common.accounts import user_rows
from common.errors import UserError
from common.games.version3 import gpts_by_version3_id, version3_id
from common.imports.import_documents import ImportDocument, Submitted
from common.jobs.accepting import NewJob
from common.jobs.arguments import Import
from common.profiles import profile_rows
from common.text.canonical import new_job_id

blueprint = ApiBlueprint("import_classes", __name__)

IMPORT_TYPE: Final = "file/import-class"
LONGEST: Final = 100  # characters of a class set or a class

_EXPECTED: Final = "Expected an object of class ids or null by class set."


def _judge(classes: Any) -> None:
    if not isinstance(classes, dict):
        raise ValidationError(_EXPECTED)
    texts = [*classes, *(value for value in classes.values() if value is not None)]
    if not all(isinstance(each, str) and len(each) <= LONGEST for each in texts):
        raise ValidationError(_EXPECTED)


class ClassesBody(Schema):
    """The classes to set. What is not named stays as it is."""

    class Meta:
        unknown = EXCLUDE

    game = one_of(list(gpts_by_version3_id()))
    classes = fields.Raw(
        required=True,
        error_messages={"required": _EXPECTED, "null": _EXPECTED},
        validate=_judge,
        metadata={
            "description": "Class id by class set; null takes a class away.",
            "type": "object",
            "additionalProperties": {"type": ["string", "null"]},
            "example": {"dan": "DAN_7"},
        },
    )


@blueprint.post("/import/class")
@endpoint(
    "Sets classes by hand, or takes them away.",
    permissions=("submit_score",),
    body=ClassesBody(),
    answers=Submitted,
    status=202,
    other_answers={200: ("The server works without workers: the import is done.", ImportDocument)},
    headers=job_answers.HEADERS,
    errors={
        400: "There is no such game here, or these are no classes of it that are set by hand.",
        403: "The token lacks `submit_score`, or the user may not set classes.",
        404: "The user has not played the game.",
        409: "Another import of the user is on, and the server works without workers.",
    },
    takes=(IDEMPOTENCY_KEY, USER_INTENT),
)
def import_class(body: dict[str, Any]) -> Response:
    here, user_id = service(), gates.require("submit_score")
    if IMPORT_TYPE not in enabled_import_types(here.settings):
        raise UserError(400, "Manual class imports are not enabled on this instance.")
    _check_player(user_id, body["game"])
    refuse_unreadable(here.settings, IMPORT_TYPE, body)
    job = NewJob(
        user_id=user_id,
        job_id=new_job_id(),
        import_type=IMPORT_TYPE,
        user_intent=submitting.is_set("X-User-Intent"),
        arguments=Import(),
        payload=orjson.dumps(body),
    )
    return submitting.submit(job)


def _check_player(user_id: int, game: str) -> None:
    """Raises UserError where the user cannot set classes of the game."""
    enabled = {version3_id(gpt): gpt for gpt in enabled_gpts()}
    if game not in enabled:
        raise UserError(400, f"Invalid game {game}. Expected any of {', '.join(enabled)}.")
    with service().engine.connect() as connection:
        user = user_rows.by_id(connection, user_id)
        stats = profile_rows.find_stats(connection, user_id, enabled[game])
    if user is None or not user.can_import_provided_class:
        raise UserError(403, "You are banned from manually importing classes.")
    if stats is None:
        raise UserError(404, f"The user {user.username} has not played {game}")
