"""Schemas of documents, for editors and programs: as they are, without an envelope."""

from __future__ import annotations

from typing import Final

import orjson
from flask import Response

from api.http.dialects import ApiBlueprint
from api.http.endpoint import Plain, endpoint
from api.http.service import service
from api.jobs.door import manual_schema
from common.errors import UserError
from common.games.registry import GAMES

blueprint = ApiBlueprint("schemas", __name__)

SCHEMA_JSON: Final = "application/schema+json"
# Seconds for which a copy is good: they change with a release only.
FRESH: Final = 3600


@blueprint.get("/schemas/batch-manual/<game>")
@endpoint(
    "The JSON Schema of batch-manual for a game.",
    answers=Plain(SCHEMA_JSON, example={"type": "object"}, schema={"type": "object"}),
    errors={404: "There is no such game here."},
)
def batch_manual(game: str) -> Response:
    here = service()
    if game not in (here.settings.games or GAMES):
        raise UserError(404, f"There is no game {game} here.")
    schema = manual_schema(game)
    schema["$id"] = f"{here.settings.our_url}/api/v1/schemas/batch-manual/{game}"
    response = Response(orjson.dumps(schema), mimetype=SCHEMA_JSON)
    response.cache_control.public = True
    response.cache_control.max_age = FRESH
    return response
