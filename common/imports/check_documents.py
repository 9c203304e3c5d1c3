"""What is said of an import that was only checked: the answer to `?check=true`."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from common.imports.import_documents import TrackerError

Outcome = Literal["orphaned", "refused", "stored"]


class DocumentViolation(msgspec.Struct, kw_only=True):
    """A place in the document that breaks a rule of its format.

    path: `scores[3].lamp`. received: what stands there, null where it is an object, a list or
    nothing. index: of the score it is in, null where it is in none.
    """

    path: str
    message: str
    received: str | None
    index: int | None


class CheckCounts(msgspec.Struct, kw_only=True):
    """What would become of the entries; each is counted once. The last four: see `skipped`."""

    stored: int = 0
    orphaned: int = 0
    refused: int = 0
    duplicates: int = 0
    blacklisted: int = 0
    notPlayed: int = 0
    notTracked: int = 0


class ScoreToBe(msgspec.Struct, kw_only=True):
    """An entry that would be stored, and the chart it was found to be on.

    scoreData: without judgements and optional metrics. calculatedData: its ratings.
    """

    index: int
    scoreID: str
    songID: int
    title: str
    artist: str
    chartID: str
    playtype: str
    difficulty: str
    level: str
    scoreData: dict[str, Any]
    calculatedData: dict[str, float | None]


class EntryToBe(msgspec.Struct, kw_only=True):
    """A line that ImportDocument.errors would have.

    outcome: what would become of its entry. `stored`: a score, but something of it is not taken.
    """

    outcome: Outcome
    type: str
    message: str
    index: int
    identifier: str
    difficulty: str | None


class CheckReport(msgspec.Struct, kw_only=True):
    """What an import would do, as things stand. Nothing of it was done.

    game: null where the input does not tell. refusal: why all of it would be refused, or null.
    violations: all places where the document breaks its format's rules, also those that the
    service would forgive. complete: whether the lists hold everything; each has at most 1000.
    """

    importType: str
    game: str | None
    refusal: TrackerError | None
    violations: list[DocumentViolation]
    counts: CheckCounts
    stored: list[ScoreToBe]
    errors: list[EntryToBe]
    warnings: list[str]
    complete: bool
