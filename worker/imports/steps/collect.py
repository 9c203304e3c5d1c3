"""Step 1: read the payload and parse it into entries."""

from __future__ import annotations

from sqlalchemy import Connection

from common.database.engine import autocommit
from common.games.registry import GAMES, get_game
from common.text import json_reading
from worker import jobs
from worker.import_types import registry
from worker.import_types.base import ImportInput, ImportType, Parsed, UploadedFile
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
    parsed = import_type.parse(_input(runtime, job, content))
    return gather(runtime, connection, import_type, parsed)


def gather(
    runtime: Runtime, connection: Connection, import_type: ImportType, parsed: Parsed
) -> Collected:
    """What was parsed, with the game and the catalogue its entries are matched against."""
    game = get_game(parsed.game)
    with autocommit(connection):
        catalogue = runtime.catalogues.get(connection, game.id)
    return Collected(import_type, parsed, game, catalogue)


def _input(runtime: Runtime, job: ClaimedJob, content: bytes) -> ImportInput:
    """The payload is the uploaded file of a `file/` import, and the JSON body of any other."""
    file, body = None, None
    if job.import_type is not None and job.import_type.startswith("file/"):
        file = UploadedFile(job.arguments.get("filename", ""), content)
    else:
        # The API only takes on what it could read.
        body = json_reading.loads(content)
    return ImportInput(
        user_id=job.user_id,
        received=job.accepted_at,
        games=runtime.settings.games or tuple(GAMES),
        file=file,
        fields=job.arguments.get("fields", {}),
        body=body,
        options=job.arguments.get("options", {}),
    )
