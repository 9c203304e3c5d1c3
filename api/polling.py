"""GET /imports/:importID/poll-status: what every client asks once a second.

The hot path is one round trip to Redis, which also counts the request; no schema, no ORM. A
final answer comes as bytes, ready to send. PostgreSQL answers where Redis has nothing or is
down. Source: specification, http-api-import.md section 8.
"""

from __future__ import annotations

import logging

from flask import Blueprint, Response, g, request
from redis.exceptions import RedisError

from api import limits
from api.identity import RecentTokens
from api.responses import failure, ready_made, success
from api.service import Service, service
from common import progress
from common.outcomes import answer_from_record
from common.progress import FinalAnswer

log = logging.getLogger(__name__)

blueprint = Blueprint("polling", __name__)
_recent_tokens = RecentTokens()

NO_WORKER = (
    "{name} does not use an external score import worker. Polling imports is not possible."
    " This import may be ongoing, or it may have never occured."
)


@blueprint.get("/imports/<import_id>/poll-status")
def poll_status(import_id: str) -> Response:
    here = service()
    g.identity = _recent_tokens.resolve(request, here.engine, here.settings.name)
    if not here.processor.polled:
        return failure(501, NO_WORKER.format(name=here.settings.name))
    counted, answer = _ask_redis(here, import_id)
    refusal = limits.refusal(counted)
    if refusal is not None:
        return refusal
    if answer is None:
        answer = _ask_record(here, import_id)
    if answer is None:
        return failure(404, "There is no ongoing import here.")
    if isinstance(answer, FinalAnswer):
        return ready_made(answer)
    body = {"importStatus": "ongoing", "progress": {"description": answer}}
    return success("Import is ongoing.", body)


def _ask_redis(
    here: Service, import_id: str
) -> tuple[limits.Count | None, FinalAnswer | str | None]:
    """Counts the request and reads the answer in one round trip."""
    limit = limits.Limit("normal", here.settings.rate_limit)
    try:
        if not limit.most:
            return None, progress.read(here.redis, import_id)
        with here.redis.pipeline(transaction=False) as pipeline:
            limits.ask(pipeline, limit, limits.requester(request, g.identity))
            progress.ask(pipeline, import_id)
            *counting, found = pipeline.execute()
        return limits.read(limit, counting), progress.understand(found)
    except RedisError as problem:
        log.warning("poll-status without Redis: %s", problem)
        return None, None


def _ask_record(here: Service, import_id: str) -> FinalAnswer | str | None:
    """Asks PostgreSQL, and keeps a final answer for the next poll."""
    with here.engine.connect() as connection:
        answer = answer_from_record(connection, import_id)
    if isinstance(answer, FinalAnswer):
        try:
            progress.write_final(here.redis, import_id, answer)
        except RedisError:
            log.debug("final answer of %s not kept", import_id)
    return answer
