"""Step 1: read the payload and parse it into entries."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from common.database.engine import autocommit
from common.games.registry import GAMES, get_game
from common.imports import timestop_rows
from common.jobs.arguments import Import
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
from worker.work import Work


@contextmanager
def feed_of(work: Work) -> Iterator[Feed | None]:
    """The feed that the job's import type reads; None where it reads none.

    Raises FatalImportError where there is nothing to be had.
    """
    origin = registry.ORIGINS.get(work.job.import_type or "")
    if origin is None:
        yield None
        return
    # Clients of other services take 30 MB, which most workers never need.
    from worker.services.opening import Access, open_feed

    runtime = work.runtime
    access = Access(runtime.settings, runtime.engine, runtime.transport)
    with open_feed(access, work.user_id, origin, work.tell_now) as feed:
        yield feed


def collect(work: Work, arguments: Import, feed: Feed | None) -> Collected:
    """Parses the job's input. Raises FatalImportError where all of it is refused.

    No database transaction is open while the parser works.
    """
    connection, job = work.connection, work.job
    import_type = registry.get(job.import_type or "")
    if feed is not None:
        with autocommit(connection):
            stop = timestop_rows.find(connection, job.user_id, import_type.name)
        parsed = import_type.parse(Upstream(*_head(work), feed, stop))
    else:
        parsed = import_type.parse(given_input(work, arguments))
    return gather(work, import_type, parsed)


def given_input(work: Work, arguments: Import) -> ImportInput:
    """The payload of the job, as its import type takes it."""
    with autocommit(work.connection):
        content = jobs.payload(work.connection, work.job)
    kind = registry.get(work.job.import_type or "").input
    return _input(work, arguments, kind, content)


def gather(work: Work, import_type: ImportType[Any], parsed: Parsed) -> Collected:
    """What was parsed, with the game and the catalogue its entries are matched against."""
    game = get_game(parsed.game)
    with autocommit(work.connection):
        catalogue = work.runtime.catalogues.get(work.connection, game.id)
    return Collected(import_type, parsed, game, catalogue)


def _input(work: Work, arguments: Import, kind: type[ImportInput], content: bytes) -> ImportInput:
    """The input as the job's import type takes it; `content` is the job's payload."""
    head, lenient = _head(work), work.runtime.settings.lenient_entries
    if kind is Upload:
        return Upload(*head, arguments.filename, content, arguments.fields, lenient)
    if kind is Body:
        # The API only takes on what it could read.
        body = json_reading.loads(content.removeprefix(codecs.BOM_UTF8))
        return Body(*head, body, arguments.options, lenient)
    raise TypeError(
        f"{work.job.import_type} wants its input as {kind.__name__}, which nobody makes"
    )


def _head(work: Work) -> tuple[int, int, tuple[str, ...]]:
    """What every input begins with."""
    return work.user_id, work.job.accepted_at, work.runtime.settings.games or tuple(GAMES)
