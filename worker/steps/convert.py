"""Step 2: each entry becomes a score on a chart, or a failure with a kind and message."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from celery.exceptions import SoftTimeLimitExceeded

from common.errors import ConversionFailure, InternalFailure, SkipScore, SongOrChartNotFound
from worker.import_types.base import ImportType
from worker.importing import Candidate, Collected, Converted, EntryError, Unmatched, taken

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
    convert_entry = collected.import_type.converter(collected.parsed.context, collected.catalogue)
    converted = Converted()
    for position, entry in enumerate(taken(collected.parsed.entries), first_position):
        if position % 256 == 0:
            tell(f"Matching score {position + 1}.")
        try:
            converted.candidates.append(Candidate(position, convert_entry(entry)))
        except SkipScore:
            converted.skipped.notPlayed += 1
        except SongOrChartNotFound as failure:
            _keep_unmatched(collected.import_type, converted, position, entry, failure.message)
        except Exception as failure:
            converted.errors.append(entry_error(position, failure))
    return converted


def _keep_unmatched(
    import_type: ImportType, converted: Converted, position: int, entry: Any, message: str
) -> None:
    try:
        data = msgspec.json.encode(import_type.orphan_data(entry))
    except Exception as failure:
        converted.errors.append(entry_error(position, failure))
    else:
        converted.unmatched.append(Unmatched(position, message, data))


def entry_error(position: int, failure: Exception) -> EntryError:
    """The error line of a failed entry; the cause of an internal one only goes to the log.

    The time limit is nobody's entry: it is raised again.
    """
    if isinstance(failure, SoftTimeLimitExceeded):
        raise failure
    if isinstance(failure, InternalFailure):
        log.error("entry %d: %s", position, failure.message)
        return EntryError(position, "InternalError", INTERNAL_FAILURE)
    if isinstance(failure, ConversionFailure) and failure.kind is not None:
        return EntryError(position, failure.kind, failure.message)
    log.error("entry %d failed", position, exc_info=failure)
    return EntryError(position, "InternalError", UNEXPECTED_FAILURE)
