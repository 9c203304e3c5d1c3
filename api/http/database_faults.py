"""What a request is told that the database could not answer."""

from __future__ import annotations

import logging

from sqlalchemy import Engine

from api.http.answers import DATABASE_AWAY, SCHEMA_MISFIT
from common.database import failures
from common.database.schema_guard import misfit_behind, misfit_in

log = logging.getLogger(__name__)


def told_of_database(engine: Engine, problem: Exception, request_id: str | None) -> str | None:
    """The text for the client, with a line in the log; None where something else is at fault."""
    problem = misfit_behind(engine, problem) or problem
    if not failures.is_passing(problem):
        return None
    log.error("request %s: %s", request_id, failures.in_a_line(problem))
    return DATABASE_AWAY if misfit_in(problem) is None else SCHEMA_MISFIT
