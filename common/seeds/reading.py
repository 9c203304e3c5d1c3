"""From a seeds folder to collections of documents, with everything wrong with their shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import orjson

from common.games.model import Game
from common.seeds.schema import Document, Flaw, flaws_of_game, flaws_of_kind, holds_nul
from common.seeds.seed_documents import CHARTS, OF_ALL_GAMES, SONGS, Kind, kind_of
from common.seeds.violations import SeedsError, Violation


@dataclass(frozen=True, slots=True)
class SeedFiles:
    """The bytes of each collection by name, and the names of files that are none."""

    collections: Mapping[str, bytes]
    ignored: tuple[str, ...] = ()

    @property
    def games(self) -> list[str]:
        """The games that have songs or charts here."""
        kinds = filter(None, map(kind_of, self.collections))
        return sorted({game for _, game in kinds if game is not None})

    def fingerprints(self, context: bytes = b"") -> dict[str, bytes]:
        """A hash of each file; `context`: what else a decision about the file depends on."""
        return {
            name: sha256(context + content).digest() for name, content in self.collections.items()
        }


@dataclass(frozen=True, slots=True)
class Collection:
    """The documents of one file.

    game: None where the file holds documents of all games.
    documents: those of the right shape, as in the file.
    malformed: the keys of the others, as far as they have one; nobody refers to them in vain.
    broken: the file has no documents because it is no JSON array.
    """

    name: str
    kind: Kind
    game: str | None
    documents: list[Document]
    malformed: frozenset[Any] = frozenset()
    broken: bool = False
    # Of songs and charts: the playtypes whose charts the folder has; None = all. What belongs to
    # others stays.
    playtypes: frozenset[str] | None = None

    @property
    def file(self) -> str:
        return f"{self.name}.json"

    @property
    def keys(self) -> set[Any]:
        """What the documents go by."""
        return {document[self.kind.key] for document in self.documents}

    def violation(self, key: object, rule: str, detail: str) -> Violation:
        return Violation(self.file, str(key), rule, detail)


@dataclass(frozen=True, slots=True)
class Seeds:
    """All collections of a folder by name; a folder need not have every collection."""

    collections: Mapping[str, Collection] = field(default_factory=dict)
    # A version 3 folder's folders have IDs of their own.
    folder_ids_are_hashes: bool = True

    @property
    def broken(self) -> bool:
        """Some file could not be read: what refers to its documents would look wrong."""
        return any(each.broken for each in self.collections.values())

    def get(self, kind: Kind, game: str | None = None) -> Collection | None:
        return self.collections.get(kind.name if game is None else f"{kind.name}-{game}")

    def of_kind(self, kind: Kind) -> list[Collection]:
        return [each for each in self.collections.values() if each.kind is kind]

    def each(self, kind: Kind) -> Iterator[tuple[Collection, Document]]:
        """Every document of a kind, with the collection it is in."""
        for collection in self.of_kind(kind):
            for document in collection.documents:
                yield collection, document

    def speaks_of(self, game: str, playtype: str) -> bool:
        """Whether the folder has the charts of a playtype, or any other document of it.

        Where it has neither, what is stored of the playtype is not gone: nothing is said of it.
        """
        charts = self.get(CHARTS, game)
        if charts is not None and (charts.playtypes is None or playtype in charts.playtypes):
            return True
        return any(
            (document["game"], document["playtype"]) == (game, playtype)
            for kind in OF_ALL_GAMES
            for _, document in self.each(kind)
        )


# Version 3 has a file of charts for each playtype.
_CHARTS_OF_PLAYTYPE: Final = re.compile("charts-[a-z]+-[a-z0-9]+")


def read_files(directory: Path) -> SeedFiles:
    """Reads every `*.json` of the folder. Raises SeedsError if it has no collection."""
    if not directory.is_dir():
        raise SeedsError([Violation(str(directory), "", "folder", "there is no such folder")])
    collections, ignored = {}, []
    for path in sorted(directory.glob("*.json")):
        if kind_of(path.stem) is None and _CHARTS_OF_PLAYTYPE.fullmatch(path.stem) is None:
            ignored.append(path.name)
        else:
            collections[path.stem] = path.read_bytes()
    if not collections:
        detail = "there is no collection in it (songs-iidx.json, folders.json, ...)"
        for inner in sorted({path.parent.name for path in directory.glob("*/songs-*.json")}):
            detail += f"; but there are some in {directory / inner}"
        raise SeedsError([Violation(str(directory), "", "folder", detail)])
    return SeedFiles(collections, tuple(ignored))


def parse(files: SeedFiles, games: Mapping[str, Game]) -> tuple[Seeds, list[Violation]]:
    """The collections, and every violation of their documents' shapes.

    games: whose songs and charts are held against the game's own structs; those of other
    games have the general shape only.
    """
    collections, violations = {}, []
    for name, content in files.collections.items():
        collection, found = parse_collection(name, content, games)
        collections[name] = collection
        violations += found
    return Seeds(collections), violations


def parse_collection(
    name: str, content: bytes, games: Mapping[str, Game]
) -> tuple[Collection, list[Violation]]:
    """One file. A file that is no JSON array is a collection without documents."""
    known = kind_of(name)
    assert known is not None, name
    kind, game = known
    try:
        documents = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        return _broken(name, kind, game, f"not valid JSON: {error}")
    if not isinstance(documents, list):
        return _broken(name, kind, game, "not an array of documents")

    known_game = games.get(game or "")
    if kind is CHARTS and known_game is not None and (renew := known_game.renew_chart) is not None:
        documents = [renew(each) if isinstance(each, dict) else each for each in documents]
    flaws = list(_flaws(kind, known_game, documents, content))
    unfit = {flaw.place for flaw in flaws}
    malformed = {_key(kind, documents[place]) for place in unfit} - {None}
    fit = [each for place, each in enumerate(documents) if place not in unfit]
    collection = Collection(name, kind, game, fit, frozenset(malformed))
    return collection, [
        collection.violation(_label(kind, documents, flaw.place), flaw.rule, flaw.detail)
        for flaw in flaws
    ]


def _broken(
    name: str, kind: Kind, game: str | None, detail: str
) -> tuple[Collection, list[Violation]]:
    collection = Collection(name, kind, game, [], broken=True)
    return collection, [collection.violation("", "file", detail)]


def _flaws(kind: Kind, game: Game | None, documents: list[Any], content: bytes) -> Iterator[Flaw]:
    flaws = list(flaws_of_kind(kind, documents))
    yield from flaws
    if game is not None and kind in (SONGS, CHARTS):
        unfit = {flaw.place for flaw in flaws}
        well_formed = [each for each in enumerate(documents) if each[0] not in unfit]
        yield from flaws_of_game(kind, game, well_formed)
    if b"\\u0000" in content:
        for place, document in enumerate(documents):
            if holds_nul(document):
                yield Flaw(place, "text", "a text holds U+0000, which cannot be stored")


def _key(kind: Kind, document: Any) -> Any:
    """The document's key, None where it has none that could be referred to."""
    key = document.get(kind.key) if isinstance(document, dict) else None
    return key if isinstance(key, str | int) else None


def _label(kind: Kind, documents: list[Any], place: int) -> str:
    key = _key(kind, documents[place])
    return f"document {place + 1}" if key is None else str(key)


def charts_in(files: SeedFiles) -> set[str]:
    """The IDs of all charts in the files, of version 2."""
    seeds, _ = parse(files, {})
    return {chart_id for charts in seeds.of_kind(CHARTS) for chart_id in charts.keys}
