"""Step 1: read the payload and parse it into entries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from common.database.engine import autocommit
from common.games.registry import GAMES, get_game
from common.text import json_reading
from worker import jobs
from worker.import_types import registry
from worker.import_types.base import Body, ImportInput, ImportType, Parsed, Upload
from worker.imports.flow import Collected
from worker.jobs import ClaimedJob
from worker.runtime import Runtime


def collect(runtime: Runtime, connection: Connection, job: ClaimedJob) -> Collected:
    """Parses the job's input. Raises FatalImportError where all of it is refused.

    No database transaction is open while the parser works.
    """
    import_type = registry.get(job.import_type or "")
    with autocommit(connection):
        content = jobs.payload(connection, job)
    parsed = import_type.parse(_input(runtime, job, import_type.input, content))
    return gather(runtime, connection, import_type, parsed)


def gather(
    runtime: Runtime, connection: Connection, import_type: ImportType[Any], parsed: Parsed
) -> Collected:
    """What was parsed, with the game and the catalogue its entries are matched against."""
    game = get_game(parsed.game)
    with autocommit(connection):
        catalogue = runtime.catalogues.get(connection, game.id)
    return Collected(import_type, parsed, game, catalogue)


def _input(
    runtime: Runtime, job: ClaimedJob, kind: type[ImportInput], content: bytes
) -> ImportInput:
    """The input as the job's import type takes it; `content` is the job's payload."""
    head = job.user_id, job.accepted_at, runtime.settings.games or tuple(GAMES)
    arguments = job.arguments
    if kind is Upload:
        return Upload(*head, arguments.get("filename", ""), content, arguments.get("fields", {}))
    if kind is Body:
        # The API only takes on what it could read.
        return Body(*head, json_reading.loads(content), arguments.get("options", {}))
    raise TypeError(f"{job.import_type} wants its input as {kind.__name__}, which nobody makes")
