"""What an import would do: its first three steps, and a report in place of the other six.

The code is that of an import, under the same lock and limits, so that what is said is what would
happen. Nothing is written but the job's own end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

import msgspec
import orjson

from common.catalogue.documents import Song
from common.database.engine import autocommit
from common.errors import FatalImportError
from common.imports.check_documents import (
    CheckCounts,
    CheckReport,
    DocumentViolation,
    EntryToBe,
    Outcome,
    ScoreToBe,
)
from common.imports.import_documents import TrackerError
from common.jobs.arguments import Check
from common.validation import Violation, text_of, type_of
from common.validation.violation import path_text
from worker.import_types import registry
from worker.import_types.base import KnowsViolations
from worker.imports.flow import Converted, EntryError, ImportHead, NewScore
from worker.imports.steps.collect import collect, given_input
from worker.imports.steps.convert import convert
from worker.imports.steps.hydrate import drop_known, hydrate, identify
from worker.imports.steps.rate_profiles import provided_classes
from worker.imports.steps.store import new_orphans
from worker.work import Done, Work

# Of each list of a report, and characters of each text in it.
MOST: Final = 1000
TEXT_LIMIT: Final = 300

_ORPHANED: Final = ("SongOrChartNotFound", "OrphanExists")
# Of a score's data only what is short is shown.
_NOT_SHOWN: Final = ("judgements", "optional", "enumIndexes")


def run_check(work: Work, arguments: Check) -> Done:
    """Answers with a CheckReport, also where the import would be refused."""
    report = CheckReport(
        importType=work.job.import_type or "",
        game=None,
        refusal=None,
        violations=[],
        counts=CheckCounts(),
        stored=[],
        errors=[],
        warnings=[],
        complete=True,
    )
    try:
        work.tell_now("Checking score data.")
        violations = list(islice(_violations(work, arguments), MOST + 1))
        report.violations = violations[:MOST]
        report.complete = len(violations) <= MOST
        _try_out(work, arguments, report)
    except FatalImportError as error:
        report.refusal = TrackerError(message=error.message, statusCode=error.status)
    return Done(_told(report), msgspec.to_builtins(report))


def _told(report: CheckReport) -> str:
    if report.refusal is not None:
        return "This import would be refused. Nothing was stored."
    return f"This import would bring {report.counts.stored} new scores. Nothing was stored."


# --- the document ------------------------------------------------------------------------


def _violations(work: Work, arguments: Check) -> Iterator[DocumentViolation]:
    """All of them, of an import type whose format has rules for a whole document."""
    import_type = registry.get(work.job.import_type or "")
    if not isinstance(import_type, KnowsViolations):
        return iter(())
    return map(_violation, import_type.violations(given_input(work, arguments)))


def _violation(found: Violation) -> DocumentViolation:
    return DocumentViolation(
        path=path_text(found.path)[:TEXT_LIMIT],
        message=found.message[:TEXT_LIMIT],
        received=None
        if type_of(found.value) in ("object", "undefined")
        else text_of(found.value)[:TEXT_LIMIT],
        index=next((part for part in found.path if isinstance(part, int)), None),
    )


# --- the entries -------------------------------------------------------------------------

# By score ID: the first entry that became this score, and the song it was found to be of.
Origins = dict[str, tuple[int, Song]]


def _try_out(work: Work, arguments: Check, report: CheckReport) -> None:
    """Takes the entries as far as an import would before it stores them."""
    job, connection = work.job, work.connection
    collected = collect(work, arguments, None)
    report.game = collected.game.id
    converted = convert(collected, work.tell)
    with_a_score = {candidate.position for candidate in converted.candidates}
    remarks = [error for error in converted.errors if error.position in with_a_score]

    head = ImportHead(job.job_id, job.user_id, job.user_intent, work.now(), added=work.now())
    identify(collected, converted, head.user_id)
    with autocommit(connection):
        drop_known(connection, head.user_id, converted)
    origins: Origins = {}
    for candidate in converted.candidates:
        origins.setdefault(candidate.score_id, (candidate.position, candidate.dry.song))
    new = list(hydrate(collected, converted, head.added, work.tell))
    with autocommit(connection):
        new_orphans(connection, head, collected, converted, work.runtime.settings.max_orphans)
    provided_classes(collected)

    report.stored = [_score(score, *origins[score.score_id]) for score in new[:MOST]]
    outcomes = _outcomes(converted.errors, remarks)
    report.counts = _counts(converted, outcomes, len(new))
    lines = sorted(converted.errors, key=lambda error: error.position)
    report.errors = [_line(error, outcomes[error.position]) for error in lines[:MOST]]
    report.warnings = [warning[:TEXT_LIMIT] for warning in collected.parsed.warnings]
    report.complete = report.complete and max(len(new), len(lines)) <= MOST


def _outcomes(errors: Iterable[EntryError], remarks: Iterable[EntryError]) -> dict[int, Outcome]:
    """By position, what becomes of the entries that have error lines."""
    outcomes: dict[int, Outcome] = {error.position: "stored" for error in remarks}
    beside = {id(error) for error in remarks}
    for error in errors:
        if id(error) not in beside:
            outcomes[error.position] = "orphaned" if error.type in _ORPHANED else "refused"
    return outcomes


def _counts(converted: Converted, outcomes: Mapping[int, Outcome], stored: int) -> CheckCounts:
    outcome = Counter(outcomes.values())
    return CheckCounts(
        stored=stored,
        orphaned=outcome["orphaned"],
        refused=outcome["refused"],
        **converted.skipped.document(),
    )


def _score(score: NewScore, position: int, song: Song) -> ScoreToBe:
    data = orjson.loads(score.score_data)
    chart = score.chart
    return ScoreToBe(
        index=position,
        scoreID=score.score_id,
        songID=song.id,
        title=song.title,
        artist=song.artist,
        chartID=chart.chartID,
        playtype=chart.playtype,
        difficulty=chart.difficulty,
        level=chart.level,
        scoreData={name: data[name] for name in data if name not in _NOT_SHOWN},
        calculatedData=score.calculated_data,
    )


def _line(error: EntryError, outcome: Outcome) -> EntryToBe:
    identifier, difficulty = error.subject
    return EntryToBe(
        outcome=outcome,
        type=error.type,
        message=error.message[:TEXT_LIMIT],
        index=error.position,
        identifier=identifier[:TEXT_LIMIT],
        difficulty=None if difficulty is None else difficulty[:TEXT_LIMIT],
    )
