"""What flows through the steps of one import."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from common import tracing
from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.games.model import Game
from worker.import_types.base import ChartProposal, DryScore, ImportType, Parsed, Subject

# Characters of each text of an error: the input's may be of any length.
MESSAGE_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class ImportHead:
    """Which import it is. `added`: the timeAdded of its scores, set when storing begins."""

    import_id: str
    user_id: int
    user_intent: bool
    started: int
    added: int


@dataclass(frozen=True, slots=True)
class Collected:
    """The input of an import, parsed, and the catalogue to match it against."""

    import_type: ImportType[Any]
    parsed: Parsed
    game: Game
    catalogue: GameCatalogue


class Candidate(msgspec.Struct, gc=False):
    """An entry that became a score on a chart. `position` is its place in the input."""

    position: int
    dry: DryScore
    score_id: str = ""


@dataclass(slots=True)
class EntryError:
    """A line of ImportDocument.errors; what is in it beside type and message tells scripts
    which of their entries it is about."""

    position: int
    type: str
    message: str
    subject: Subject

    def document(self) -> dict[str, str | int | None]:
        identifier, difficulty = self.subject
        return {
            "type": self.type,
            "message": self.message[:MESSAGE_LIMIT],
            "index": self.position,
            "identifier": identifier[:MESSAGE_LIMIT],
            "difficulty": None if difficulty is None else difficulty[:MESSAGE_LIMIT],
        }


@dataclass(slots=True)
class Unmatched:
    """An entry whose chart the catalogue lacks, to be kept as an orphan. data: JSON."""

    position: int
    message: str
    subject: Subject
    data: bytes


@dataclass(slots=True)
class Skipped:
    """Entries that left neither a score nor an error, by reason."""

    not_played: int = 0
    not_tracked: int = 0
    duplicates: int = 0
    blacklisted: int = 0

    def document(self) -> dict[str, int]:
        return {
            "notPlayed": self.not_played,
            "notTracked": self.not_tracked,
            "duplicates": self.duplicates,
            "blacklisted": self.blacklisted,
        }


@dataclass(slots=True)
class Converted:
    """What the entries became. Every entry is in exactly one of the first four, but for one
    that became a score although something of it was not taken: that has an error line, too.

    proposals: charts that unmatched entries would add to the catalogue.
    highlighted: of stored scores that their player now marks out, the id and the chart's.
    """

    candidates: list[Candidate] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    errors: list[EntryError] = field(default_factory=list)
    skipped: Skipped = field(default_factory=Skipped)
    proposals: list[ChartProposal] = field(default_factory=list)
    highlighted: dict[str, str] = field(default_factory=dict)

    def extend(self, other: Converted) -> None:
        """Adds what other entries of the same import became."""
        self.candidates += other.candidates
        self.unmatched += other.unmatched
        self.errors += other.errors
        self.proposals += other.proposals
        self.highlighted |= other.highlighted
        self.skipped.not_played += other.skipped.not_played
        self.skipped.not_tracked += other.skipped.not_tracked
        self.skipped.duplicates += other.skipped.duplicates
        self.skipped.blacklisted += other.skipped.blacklisted


class NewScore(msgspec.Struct, gc=False):
    """A score about to be stored: hydrated, valid, and not known yet.

    score_meta, score_data: JSON, a tenth of what the objects would take in memory.
    """

    score_id: str
    chart: Chart
    service: str
    comment: str | None
    time_achieved: float | None
    score_meta: bytes
    score_data: bytes
    calculated_data: dict[str, float | None]
    highlight: bool = False


Item = TypeVar("Item")


def draining(items: Iterable[Item]) -> Iterator[Item]:
    """The items in their order. A list is emptied meanwhile: what was used need not be kept."""
    if not isinstance(items, list):
        yield from items
        return
    items.reverse()
    while items:
        yield items.pop()


@dataclass(frozen=True, slots=True)
class Import:
    """One import on its way through the steps, as far as it has come."""

    head: ImportHead
    collected: Collected
    converted: Converted
    timings: Timings


class Timings:
    """Milliseconds by step, in the order the steps ran."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            with tracing.span(name):
                yield
        finally:
            took = (time.perf_counter() - started) * 1000
            self.milliseconds[name] = round(self.milliseconds.get(name, 0.0) + took, 3)
