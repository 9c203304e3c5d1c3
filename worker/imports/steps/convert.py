"""Step 2: each entry becomes a score on a chart, or a failure with a kind and message."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from celery.exceptions import SoftTimeLimitExceeded

from common.errors import (
    ConversionFailure,
    InternalFailure,
    NotTracked,
    SkipScore,
    SongOrChartNotFound,
)
from worker.import_types.base import RefusedEntry, Subject, UnknownChart
from worker.imports.flow import Candidate, Collected, Converted, EntryError, Unmatched, draining

log = logging.getLogger(__name__)

# What a user reads where the fault is ours.
INTERNAL_FAILURE = "An internal error has occured."
UNEXPECTED_FAILURE = "An internal service error has occured."


def convert(
    collected: Collected, tell: Callable[[str], None], *, first_position: int = 0
) -> Converted:
    """Runs the converter over the entries; no single entry can end the import.

    The entries are used up.
    """
    import_type, context = collected.import_type, collected.parsed.context
    convert_entry = import_type.converter(context, collected.catalogue)
    converted = Converted()
    for position, entry in enumerate(draining(collected.parsed.entries), first_position):
        if position % 256 == 0:
            tell(f"Matching score {position + 1}.")
        if isinstance(entry, RefusedEntry):
            converted.errors.append(refused(position, entry))
            continue
        try:
            dry = convert_entry(entry)
        except NotTracked:
            converted.skipped.not_tracked += 1
        except SkipScore:
            converted.skipped.not_played += 1
        except SongOrChartNotFound as failure:
            _keep_unmatched(converted, position, entry, collected, failure)
        except Exception as failure:
            subject = import_type.subject(entry, context)
            converted.errors.append(entry_error(position, subject, failure))
        else:
            converted.candidates.append(Candidate(position, dry))
            if dry.remark is not None:
                subject = import_type.subject(entry, context)
                converted.errors.append(
                    EntryError(position, "InvalidDatapoint", dry.remark, subject)
                )
    return converted


def refused(position: int, entry: RefusedEntry) -> EntryError:
    subject = Subject(entry.identifier, entry.difficulty)
    return EntryError(position, "InvalidDatapoint", entry.message, subject)


def _keep_unmatched(
    converted: Converted,
    position: int,
    entry: Any,
    collected: Collected,
    failure: SongOrChartNotFound,
) -> None:
    subject = collected.import_type.subject(entry, collected.parsed.context)
    try:
        data = msgspec.json.encode(collected.import_type.orphan_data(entry))
    except Exception as cannot_be_kept:
        converted.errors.append(entry_error(position, subject, cannot_be_kept))
        return
    converted.unmatched.append(Unmatched(position, failure.message, subject, data))
    if isinstance(failure, UnknownChart):
        converted.proposals.append(failure.proposal)


def entry_error(position: int, subject: Subject, failure: Exception) -> EntryError:
    """The error line of a failed entry; the cause of an internal one only goes to the log.

    The time limit and the end of memory are nobody's entry: they are raised again.
    """
    if isinstance(failure, SoftTimeLimitExceeded | MemoryError):
        raise failure
    if isinstance(failure, InternalFailure):
        log.error("entry %d: %s", position, failure.message)
        return EntryError(position, "InternalError", INTERNAL_FAILURE, subject)
    if isinstance(failure, ConversionFailure) and failure.kind is not None:
        return EntryError(position, failure.kind, failure.message, subject)
    log.error("entry %d failed", position, exc_info=failure)
    return EntryError(position, "InternalError", UNEXPECTED_FAILURE, subject)
