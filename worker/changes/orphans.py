"""The job that tries a user's orphaned scores again.

What has become a score belongs to an ImportDocument of the orphans' own import type, so it
can be looked at and reverted like any other. Source: specification, pipeline-orphans.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from common.accounts import notification_rows
from common.jobs.arguments import Orphans
from common.text.canonical import new_job_id
from worker.catalogue.memory import until_unchanged
from worker.import_types import registry
from worker.import_types.base import Parsed
from worker.imports import pipeline
from worker.imports.flow import (
    MESSAGE_LIMIT,
    Collected,
    Converted,
    Import,
    ImportHead,
    Timings,
)
from worker.imports.steps.collect import gather
from worker.imports.steps.convert import convert
from worker.records import orphan_rows
from worker.work import Done, Work


@dataclass(slots=True)
class Counts:
    """processed = failed + success + removed."""

    processed: int = 0
    failed: int = 0
    success: int = 0
    removed: int = 0

    def add(self, other: Counts) -> None:
        for counter in fields(self):
            name = counter.name
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def document(self) -> dict[str, int]:
        return {counter.name: getattr(self, counter.name) for counter in fields(self)}


def run_orphans(work: Work, arguments: Orphans) -> Done:
    """Tries the user's orphans again; answers their counts.

    Each import type and game is committed for itself, being an import: a job that is interrupted
    and run again goes on with the rest.
    """
    groups: dict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    for row in orphan_rows.of_user(work.connection, work.user_id, arguments.games):
        groups[row.import_type, row.game].append(row)
    total = Counts()
    for (import_type, _), orphans in groups.items():
        reprocess = partial(_reprocess, work, import_type, orphans)
        total.add(until_unchanged(work.connection, reprocess))
    if total.success:
        # Committed with the job's end.
        title = f"{total.success} of your scores were found charts for."
        content = {"scoreCount": total.success}
        notification_rows.send(work.connection, work.user_id, title, "ORPHANS_RESTORED", content)
    return Done(f"Reprocessed {total.processed} orphan scores.", total.document())


def _reprocess(work: Work, import_type: str, orphans: Sequence[Row[Any]]) -> Counts:
    """All orphans of one import type and game, as one import."""
    connection, user_id = work.connection, work.user_id
    head = ImportHead(new_job_id(), user_id, work.job.user_intent, work.now(), added=work.now())
    collected, converted = _convert(work, import_type, orphans)
    imported = Import(head, collected, converted, Timings())
    # Whether there is any decides whether there is an import.
    new = list(pipeline.hydrate_unknown(work, imported))
    kept = {unmatched.position for unmatched in converted.unmatched}
    kept |= {error.position for error in converted.errors if error.type == "InternalError"}
    # They are orphans already, and stay so; but why may have changed.
    reasons = {
        orphans[each.position].orphan_id: each.message[:MESSAGE_LIMIT]
        for each in converted.unmatched
    }
    orphan_rows.renew_reasons(connection, user_id, reasons)
    converted.unmatched.clear()
    none_any_more = [o.orphan_id for i, o in enumerate(orphans) if i not in kept]
    if new:
        pipeline.apply(work, imported, new)
        orphan_rows.resolve(connection, user_id, none_any_more, head.import_id)
    else:
        orphan_rows.delete(connection, user_id, none_any_more)
    connection.commit()
    return Counts(
        processed=len(orphans),
        failed=len(kept),
        success=len(new),
        removed=len(orphans) - len(kept) - len(new),
    )


def _convert(
    work: Work, import_type_name: str, orphans: Sequence[Row[Any]]
) -> tuple[Collected, Converted]:
    """Converts each orphan in its own context; positions are places in `orphans`."""
    import_type = registry.get(import_type_name)
    everything = Converted()
    collected: Collected | None = None
    by_context = groupby(enumerate(orphans), key=lambda numbered: numbered[1].context)
    for context, numbered in by_context:
        run = list(numbered)
        entries = [import_type.entry_from_orphan(orphan.data) for _, orphan in run]
        parsed = Parsed(run[0][1].game, context, entries)
        collected = gather(work, import_type, parsed)
        everything.extend(convert(collected, work.tell, first_position=run[0][0]))
    assert collected is not None, "a group of orphans is never empty"
    return collected, everything
