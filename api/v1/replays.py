"""Replays of scores, given back as they came."""

from __future__ import annotations

from typing import Final

from flask import Response

from api.http.dialects import ApiBlueprint
from api.http.endpoint import Plain, endpoint
from api.http.service import service
from common.errors import UserError
from common.hooks import usc_rows

blueprint = ApiBlueprint("replays", __name__)

BYTES: Final = "application/octet-stream"


@blueprint.get("/scores/<score_id>/replay")
@endpoint(
    "The replay of a score, as its player's game sent it: bytes, not JSON.",
    answers=Plain(BYTES),
    errors={404: "There is no replay of such a score."},
)
def replay(score_id: str) -> Response:
    with service().engine.connect() as connection:
        content = None if "\0" in score_id else usc_rows.find_replay(connection, score_id)
    if content is None:
        raise UserError(404, "There is no replay of this score.")
    answer = Response(content, 200, mimetype=BYTES)
    answer.headers["Content-Disposition"] = f'attachment; filename="{score_id}.urf"'
    return answer
