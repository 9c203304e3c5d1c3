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
        classes: ReadClasses | None = None,
    ) -> None:
        self.name = name
        self.origin = origin
        self._game = game
        self._context = context
        self._convert = convert
        self._subject = subject
        self._classes = classes

    def parse(self, given: Upstream) -> Parsed:
        feed = given.feed
        context = self._context_of(given.user_id)
        if self._classes is None:
            return Parsed(self._game, context, feed.entries())
        player = _Player(feed, self._classes)
        return Parsed(self._game, context, player.entries(), player.classes_of)

    def _context_of(self, user_id: int) -> dict[str, Any]:
        return dict(self._context)

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return lambda entry: self._convert(entry, context, catalogue)

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        # What is no object, or lacks the fields, is about nothing that could be named.
        identifier, difficulty = (_text(_field(entry, name)) for name in self._subject)
        return Subject(identifier or "", difficulty)


class _Player:
    """Asks for the profile after the last entry: then a class is as new as the scores are."""

    def __init__(self, feed: Feed, read: ReadClasses) -> None:
        self._feed = feed
        self._read = read
        self._profile: Any = None

    def entries(self) -> Iterator[Any]:
        yield from self._feed.entries()
        self._profile = self._feed.profile()

    def classes_of(self, playtype: str) -> Mapping[str, str]:
        return self._read(self._profile, playtype)


def _field(entry: Any, path: str) -> Any:
    for key in path.split("."):
        entry = entry.get(key) if isinstance(entry, dict) else None
    return entry


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value)


def played_at(text: str) -> int | None:
    """When it was played, in milliseconds since the epoch; services speak UTC."""
    return parse_date(text, UTC)
