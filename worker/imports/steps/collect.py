"""Step 1: read the payload and parse it into entries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from common.database.engine import autocommit
from common.games.registry import GAMES, get_game
from common.imports import timestop_rows
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
    if feed is not None:
        with autocommit(connection):
            stop = timestop_rows.find(connection, job.user_id, import_type.name)
        parsed = import_type.parse(Upstream(*_head(runtime, job), feed, stop))
    else:
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
    head = _head(runtime, job)
    arguments = job.arguments
    if kind is Upload:
        return Upload(*head, arguments.get("filename", ""), content, arguments.get("fields", {}))
    if kind is Body:
        # The API only takes on what it could read.
        return Body(*head, json_reading.loads(content), arguments.get("options", {}))
    raise TypeError(f"{job.import_type} wants its input as {kind.__name__}, which nobody makes")


def _head(runtime: Runtime, job: ClaimedJob) -> tuple[int, int, tuple[str, ...]]:
    """What every input begins with."""
    return job.user_id, job.accepted_at, runtime.settings.games or tuple(GAMES)
