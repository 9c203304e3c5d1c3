"""What a load did."""

from __future__ import annotations

from dataclasses import dataclass, field

from common.catalogue.lookup import LookupChange
from common.seeds.violations import Violation


@dataclass(slots=True)
class CollectionSummary:
    """Documents of one collection, by what happened to them.

    retired: charts that vanished from the file but are needed by scores or goals.
    skipped: the file is the same as last time; it was not looked into.
    """

    name: str
    inserted: int = 0
    replaced: int = 0
    removed: int = 0
    retired: int = 0
    unchanged: int = 0
    skipped: bool = False

    @property
    def changes(self) -> int:
        return self.inserted + self.replaced + self.removed + self.retired


@dataclass(frozen=True, slots=True)
class GaveWay:
    """A catalogue that went as a whole. scores: how many had been played on it."""

    games: list[str]
    scores: int


@dataclass(slots=True)
class Summary:
    """What a load did, and what it left to do (`follow_ups`).

    collections: in the order they were written.
    lookups: the folder look-up by game, where it was resolved anew.
    warnings: what is allowed but worth knowing; only told of files that were looked into.
    unchecked: games that the server has no rules of. absent: collections that are not in the
    folder and were left as they are. ignored: files that are no collection.
    matching: games of which songs or charts are new or different, so that scores may match
    that matched nothing before.
    rerated: charts by game whose ratings may have changed, so that scores and personal bests
    on them need to be calculated anew. changed_quests: whose subscribers are to follow.
    orphan_jobs, recalculation_jobs: users for whom such a job was queued.
    gave_way: the catalogue that went first, if one did.
    """

    collections: list[CollectionSummary] = field(default_factory=list)
    lookups: dict[str, LookupChange] = field(default_factory=dict)
    warnings: list[Violation] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    matching: set[str] = field(default_factory=set)
    rerated: dict[str, set[str]] = field(default_factory=dict)
    changed_quests: list[str] = field(default_factory=list)
    orphan_jobs: int = 0
    recalculation_jobs: int = 0
    gave_way: GaveWay | None = None
    seconds: float = 0.0

    @property
    def changes(self) -> int:
        """Documents that were written, removed or retired."""
        return sum(each.changes for each in self.collections)

    @property
    def changed_folders(self) -> list[str]:
        """Folders whose charts changed: goals on them need to be evaluated anew."""
        return [folder for change in self.lookups.values() for folder in change.folders]

    @property
    def matters_to_users(self) -> bool:
        """Whether scores or subscriptions may have to follow."""
        return bool(self.matching or self.rerated or self.changed_folders or self.changed_quests)
