"""Import types whose entries are fetched from another service: what they share.

Such a type is as pure as any other: it is handed a feed, which gives the entries one by one
and, after the last, what the service says of the player. Whose they are, where they come from
and over which wire is the business of `worker.services`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from typing import Any

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

# What a profile says of the classes of one playtype: class set to class id.
ReadClasses = Callable[[Any, str], Mapping[str, str]]

# Turns one entry into a score, given the context of its import.
Convert = Callable[[Any, Mapping[str, Any], GameCatalogue], DryScore]


class UpstreamImport(JSONEntries):
    """An import type that reads a feed.

    Parameters:
        name, game: of the import type.
        origin: which feed it wants.
        context: what the converter is told of the service.
        convert: makes a score of an entry.
        subject: where an entry says what it is about: the names of two of its fields.
        played: the field that says when an entry was played.
        newest_first: the service sends the newest entries first: after one that is known
            already, nothing new comes.
        classes: reads the player's classes from a profile; None = the service knows of none.
    """

    input = Upstream

    def __init__(
        self,
        name: str,
        game: str,
        origin: Origin,
        *,
        context: Mapping[str, Any],
        convert: Convert,
        subject: tuple[str, str],
        played: str,
        newest_first: bool = False,
        classes: ReadClasses | None = None,
    ) -> None:
        self.name = name
        self.origin = origin
        self._game = game
        self._context = context
        self._convert = convert
        self._subject = subject
        self._played = played
        self._newest_first = newest_first
        self._classes = classes

    def parse(self, upstream: Upstream) -> Parsed:
        context = self._context_of(upstream.user_id)
        wanted = _Wanted(upstream.feed, upstream.stop, self._played, ends=self._newest_first)
        if self._classes is None:
            return Parsed(self._game, context, wanted.entries(), newest=lambda: wanted.newest)
        player = _Player(upstream.feed, wanted, self._classes)
        return Parsed(
            self._game,
            context,
            player.entries(),
            player.classes_of,
            newest=lambda: wanted.newest,
        )

    def _context_of(self, user_id: int) -> dict[str, Any]:
        return dict(self._context)

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: self._convert(entry, context, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        # What is no object, or lacks the fields, is about nothing that could be named.
        identifier, difficulty = (_text(_field(entry, name)) for name in self._subject)
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

    def entries(self) -> Iterator[Any]:
        yield from self._wanted.entries()
        self._profile = self._feed.profile()

    def classes_of(self, playtype: str) -> Mapping[str, str]:
        return self._read(self._profile, playtype)


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
