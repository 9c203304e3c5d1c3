"""Step 1: read the payload and parse it into entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from common.database.engine import autocommit
from common.games.registry import GAMES, get_game
from common.text import json_reading
from worker import jobs
from worker.import_types import registry
from worker.import_types.base import (
    Body,
    Feed,
    ImportInput,
    ImportType,
    Parsed,
    Upload,
    Upstream,
)
from worker.imports.flow import Collected
from worker.jobs import ClaimedJob
from worker.runtime import Runtime
from worker.services.opening import Access, open_feed


@contextmanager
def feed_of(
    runtime: Runtime, job: ClaimedJob, tell: Callable[[str], None]
) -> Iterator[Feed | None]:
    """The feed that the job's import type reads; None where it reads none.

    Raises FatalImportError where there is nothing to be had.
    """
    origin = registry.ORIGINS.get(job.import_type or "")
    if origin is None:
        yield None
        return
    access = Access(runtime.settings, runtime.engine, runtime.transport)
    with open_feed(access, job.user_id, origin, tell) as feed:
        yield feed


def collect(
    runtime: Runtime, connection: Connection, job: ClaimedJob, feed: Feed | None
) -> Collected:
    """Parses the job's input. Raises FatalImportError where all of it is refused.

    No database transaction is open while the parser works.
    """
    import_type = registry.get(job.import_type or "")
    with autocommit(connection):
        content = jobs.payload(connection, job)
    parsed = import_type.parse(_input(runtime, job, import_type.input, content, feed))
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
    runtime: Runtime,
    job: ClaimedJob,
    kind: type[ImportInput],
    content: bytes,
    feed: Feed | None,
) -> ImportInput:
    """The input as the job's import type takes it; `content` is the job's payload."""
    head = job.user_id, job.accepted_at, runtime.settings.games or tuple(GAMES)
    arguments = job.arguments
    if kind is Upload:
        return Upload(*head, arguments.get("filename", ""), content, arguments.get("fields", {}))
    if kind is Body:
        # The API only takes on what it could read.
        return Body(*head, json_reading.loads(content), arguments.get("options", {}))
    if kind is Upstream and feed is not None:
        return Upstream(*head, feed)
    raise TypeError(f"{job.import_type} wants its input as {kind.__name__}, which nobody makes")
