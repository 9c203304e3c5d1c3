"""An import, from its payload to its ImportDocument: nine steps, one call each.

Steps 4 to 9 are one transaction: nothing of an import is visible before all of it is, and a
worker that dies leaves nothing behind. Progress goes to Redis, outside of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from common.database.engine import autocommit
from common.hooks import hook_rows
from common.imports import timestop_rows
from common.imports.import_documents import of_wire
from common.jobs.arguments import Import as ImportArguments
from common.metrics.measures import STEP_SECONDS
from worker.catalogue import chart_queue
from worker.catalogue.memory import CatalogueChanged, keep_unchanged, until_unchanged
from worker.import_types.base import Feed
from worker.imports.flow import Collected, Converted, Import, ImportHead, NewScore, Timings
from worker.imports.steps import write_document
from worker.imports.steps.collect import collect, feed_of
from worker.imports.steps.compose_bests import update_personal_bests
from worker.imports.steps.convert import convert
from worker.imports.steps.hydrate import drop_known, hydrate, identify
from worker.imports.steps.join_sessions import update_sessions
from worker.imports.steps.rate_profiles import update_profile
from worker.imports.steps.reach_targets import update_goals, update_quests
from worker.imports.steps.store import highlight_scores, store_orphans, store_scores
from worker.work import Imported, Work

log = logging.getLogger(__name__)


def run_import(work: Work, arguments: ImportArguments) -> Imported:
    """Applies an import under its user's lock, in the transaction that the runner commits.

    Raises FatalImportError where the input is refused; nothing is stored then.
    """
    # Where scores have to be matched again, they need not be fetched again.
    with feed_of(work) as feed:
        return until_unchanged(work.connection, lambda: _run(work, arguments, feed))


def _run(work: Work, arguments: ImportArguments, feed: Feed | None) -> Imported:
    timings = Timings()
    started = work.now()

    work.tell_now("Parsing score data.")
    with timings.step("collect"):
        collected = collect(work, arguments, feed)
    work.tell(_parsed(collected, timings))

    with timings.step("convert"):
        # While scores are fetched, the text of the moment is how many have been.
        converted = convert(collected, work.tell if feed is None else _say_nothing)
        offer_unknown_charts(work, converted)

    job = work.job
    head = ImportHead(job.job_id, job.user_id, job.user_intent, started, added=work.now())
    imported = Import(head, collected, converted, timings)
    new = hydrate_unknown(work, imported)

    document = apply(work, imported, new)
    _move_timestop(work, collected)
    if arguments.spends:
        hook_rows.spend(work.connection, work.user_id, arguments.spends)
    for step, milliseconds in timings.milliseconds.items():
        STEP_SECONDS.observe(milliseconds / 1000, step)
    log.info(
        "import %s: %d scores, %d errors, milliseconds %s",
        job.job_id,
        len(document["scoreIDs"]),
        len(converted.errors),
        timings.milliseconds,
    )
    return Imported(document)


def _move_timestop(work: Work, collected: Collected) -> None:
    """What was read need not be read again, where the user keeps to that."""
    newest = collected.parsed.newest() if collected.parsed.newest is not None else None
    if newest is not None:
        # A play in the future must not keep those before it from being read.
        known = min(newest, work.now())
        timestop_rows.advance(work.connection, work.user_id, collected.import_type.name, known)


def _say_nothing(_: str) -> None:
    """Takes a progress text and keeps it to itself."""


def offer_unknown_charts(work: Work, converted: Converted) -> None:
    """Reports charts that the catalogue lacks; like orphans, that outlives a failing import.

    Raises CatalogueChanged where one of them has become real by it.
    """
    promoted = chart_queue.offer(
        work.connection,
        work.user_id,
        converted.proposals,
        work.runtime.settings.beatoraja_queue_size,
    )
    work.connection.commit()
    if promoted:
        raise CatalogueChanged


def hydrate_unknown(work: Work, imported: Import) -> Iterator[NewScore]:
    """Step 3: identify every candidate, drop what the user has; completes the rest one by one."""
    head, collected, converted = imported.head, imported.collected, imported.converted
    with imported.timings.step("identify"):
        identify(collected, converted, head.user_id)
        # Nothing is kept open while Python computes; the user's lock keeps the answer true.
        with autocommit(work.connection):
            drop_known(work.connection, head.user_id, converted)
    return hydrate(collected, converted, head.added, work.tell)


def apply(work: Work, imported: Import, made: Iterable[NewScore]) -> dict[str, Any]:
    """Steps 4 to 9 in the open transaction, which the caller commits; the ImportDocument.

    Raises CatalogueChanged, with nothing written, where the scores have to be matched again.
    """
    connection, tell, timings = work.connection, work.tell, imported.timings
    head, collected, converted = imported.head, imported.collected, imported.converted
    keep_unchanged(connection, collected.catalogue)
    with timings.step("store"):
        # PostgreSQL takes in those that are made while the next ones are.
        new = store_scores(connection, head, collected, made)
        tell(f"Imported {len(new)} Scores...")
        highlight_scores(connection, head, converted)
        store_orphans(connection, head, collected, converted, work.runtime.settings.max_orphans)

    tell("Inserting Sessions.")
    with timings.step("sessions"):
        sessions = update_sessions(connection, head, collected, new)

    tell("Processing scores and updating PBs.")
    with timings.step("personalBests"):
        update_personal_bests(connection, head, collected, new, converted.highlighted.values())

    tell("Updating profile statistics.")
    with timings.step("profile"):
        class_deltas = update_profile(connection, head, collected, new)

    tell("Updating Goals.")
    with timings.step("goals"):
        goal_info = update_goals(connection, head, collected, new)
    tell("Updating Quests.")
    with timings.step("quests"):
        quest_info = update_quests(connection, head, goal_info)

    tell("Finalising Import.")
    with timings.step("document"):
        finished = write_document.assemble(
            head,
            collected,
            converted,
            new,
            work.now(),
            createdSessions=sessions,
            classDeltas=class_deltas,
            goalInfo=goal_info,
            questInfo=quest_info,
        )
        write_document.store(connection, finished, timings)
    return of_wire(finished, work.runtime.settings.dialect)


def _parsed(collected: Collected, timings: Timings) -> str:
    entries = collected.parsed.entries
    count = len(entries) if isinstance(entries, list) else "an unknown amount of"
    took = round(timings.milliseconds["collect"])
    return f"Parsed Score Data. Took {took}ms. Importing {count} scores."
