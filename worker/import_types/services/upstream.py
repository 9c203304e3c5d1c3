"""Import types whose entries are fetched from another service: what they share.

Such a type is as pure as any other: it is handed a feed, which gives the entries one by one
and, after the last, what the service says of the player. Whose they are, where they come from
and over which wire is the business of `worker.services`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any, ClassVar

from common.catalogue.index import GameCatalogue
from common.errors import InvalidScore
from worker.import_types.base import (
    Converter,
    DryScore,
    Feed,
    JSONEntries,
    Origin,
    Parsed,
    Subject,
    Upstream,
)
from worker.import_types.reading.timestamps import parse_date

# What a profile says of the classes of one playtype: class set to class id. What it says that is
# not known yet becomes a sentence for the user.
ReadClasses = Callable[[Any, str, list[str]], Mapping[str, str]]

# Turns one entry into a score, given the context of its import.
Convert = Callable[[Any, Mapping[str, Any], GameCatalogue], DryScore]


@dataclass(frozen=True, slots=True)
class EntryFields:
    """Where the entries of a service say what is asked of all; a dot leads into an object.

    identifier, difficulty: what it is about. played: when it was played.
    """

    identifier: str
    difficulty: str
    played: str


@dataclass(kw_only=True, eq=False)
class UpstreamImport(JSONEntries):
    """An import type that reads a feed.

    origin: which feed it wants.
    context: what the converter is told of the service.
    convert: makes a score of an entry.
    newest_first: the service sends the newest entries first: after one that is known already,
    nothing new comes.
    classes: reads the player's classes from a profile; None = the service knows of none.
    """

    name: str
    game: str
    origin: Origin
    context: Mapping[str, Any]
    convert: Convert
    fields: EntryFields
    newest_first: bool = False
    classes: ReadClasses | None = None

    input: ClassVar = Upstream

    def parse(self, upstream: Upstream) -> Parsed:
        context = self._context_of(upstream.user_id)
        wanted = _Wanted(upstream.feed, upstream.stop, self.fields.played, ends=self.newest_first)
        if self.classes is None:
            return Parsed(self.game, context, wanted.entries(), newest=lambda: wanted.newest)
        player = _Player(upstream.feed, wanted, self.classes)
        return Parsed(
            self.game,
            context,
            player.entries(),
            player.classes_of,
            newest=lambda: wanted.newest,
            warnings=player.warnings,
        )

    def _context_of(self, user_id: int) -> dict[str, Any]:
        return dict(self.context)

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: self.convert(entry, context, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        # What is no object, or lacks the fields, is about nothing that could be named.
        identifier = _text(_field(entry, self.fields.identifier))
        difficulty = _text(_field(entry, self.fields.difficulty))
        return Subject(identifier or "", difficulty)


class _Wanted:
    """The entries of a feed that are newer than what is known; ones of unknown time are.

    Parameters:
        ends: whether the first that is known already is the end.
    """

    def __init__(self, feed: Feed, stop: int | None, played: str, *, ends: bool) -> None:
        self._feed = feed
        self._stop = stop
        self._played = played
        self._ends = ends
        self.newest: int | None = None

    def entries(self) -> Iterator[Any]:
        for entry in self._feed.entries():
            moment = _moment(_field(entry, self._played))
            if moment is not None:
                if self._stop is not None and moment <= self._stop:
                    if self._ends:
                        return
                    continue
                self.newest = moment if self.newest is None else max(self.newest, moment)
            yield entry


class _Player:
    """Asks for the profile after the last entry: then a class is as new as the scores are."""

    def __init__(self, feed: Feed, wanted: _Wanted, read: ReadClasses) -> None:
        self._feed = feed
        self._wanted = wanted
        self._read = read
        self._profile: Any = None
        self.warnings: list[str] = []

    def entries(self) -> Iterator[Any]:
        yield from self._wanted.entries()
        self._profile = self._feed.profile()

    def classes_of(self, playtype: str) -> Mapping[str, str]:
        return self._read(self._profile, playtype, self.warnings)


def _field(entry: Any, path: str) -> Any:
    for key in path.split("."):
        entry = entry.get(key) if isinstance(entry, dict) else None
    return entry


def _moment(value: Any) -> int | None:
    try:
        return played_at(value) if isinstance(value, str) else None
    except InvalidScore:
        return None


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value)


def played_at(text: str) -> int | None:
    """When it was played, in milliseconds since the epoch; services speak UTC."""
    return parse_date(text, UTC)
