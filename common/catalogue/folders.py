"""Which charts a folder holds.

Queries are evaluated over an index: for each path that queries mention, the documents by the
values they hold there. A condition then looks at distinct values instead of at documents,
and a condition that many folders share is evaluated once.

Source: specification, seeds-format.md section 7.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Set
from functools import reduce
from typing import Any

from common.catalogue.queries import (
    AllOf,
    AnyOf,
    At,
    Compares,
    Comparison,
    Condition,
    Equals,
    Every,
    Exists,
    HasElement,
    Not,
    OneOf,
    Path,
    Query,
    QueryError,
    compile_query,
    identity,
)

Document = Mapping[str, Any]

_COMPARE: Mapping[Comparison, Callable[[Any, Any], bool]] = {
    "$gte": operator.ge,
    "$gt": operator.gt,
    "$lte": operator.le,
    "$lt": operator.lt,
}


def resolve(
    folders: Iterable[Document], songs: Iterable[Document], charts: Iterable[Document]
) -> dict[str, set[str]]:
    """The chartIDs of each folder, by folderID.

    All documents are of one game, in the form of the seeds. Charts of every version, primary
    or not, are candidates. Raises QueryError naming the folder.
    """
    charts_of: defaultdict[str, list[Document]] = defaultdict(list)
    for chart in charts:
        charts_of[chart["playtype"]].append(chart)
    resolvers: dict[str, _Resolver] = {}
    song_index = Index(list(songs))
    members = {}
    for folder in folders:
        playtype = folder["playtype"]
        if playtype not in resolvers:
            resolvers[playtype] = _Resolver(song_index, charts_of[playtype])
        members[folder["folderID"]] = resolvers[playtype].members(folder)
    return members


def compile_folder(folder: Document) -> Query | frozenset[str]:
    """A folder's query, or the chartIDs of a static folder. Raises QueryError naming it."""
    kind, data = folder["type"], folder["data"]
    try:
        if kind == "static":
            if not isinstance(data, list):
                raise QueryError("a static folder needs a list of chartIDs")
            return frozenset(data)
        if not isinstance(data, dict):
            raise QueryError(f"a folder of type {kind} needs a query object")
        # The reference leaves the keys of songs queries encoded and compares nested objects
        # whole, so that its only such folder matches nothing; ours reads them as meant.
        return compile_query(data, nested=kind == "songs")
    except QueryError as error:
        raise QueryError(f"folder {folder['folderID']}: {error}") from None


class _Resolver:
    """Resolves the folders of one playtype."""

    def __init__(self, songs: Index, charts: Sequence[Document]) -> None:
        self._songs = songs
        self._index = Index(charts)
        self._ids = [chart["chartID"] for chart in charts]
        self._charts_of_song: defaultdict[int, list[str]] = defaultdict(list)
        for chart in charts:
            self._charts_of_song[chart["songID"]].append(chart["chartID"])

    def members(self, folder: Document) -> set[str]:
        folder, by_song = _apart(folder)
        found = self._members(folder)
        return found if by_song is None else found & self._members(by_song)

    def _members(self, folder: Document) -> set[str]:
        query = compile_folder(folder)
        if isinstance(query, frozenset):
            return set(query.intersection(self._ids))
        if folder["type"] == "songs":
            songs = (self._songs.documents[place]["id"] for place in self._songs.select(query))
            return {chart for song in songs for chart in self._charts_of_song.get(song, ())}
        return {self._ids[place] for place in self._index.select(query)}


_OF_SONG = "song¬"


def _apart(folder: Document) -> tuple[Document, Document | None]:
    """A folder of charts, and what its query says of their songs as a folder of songs."""
    data = folder["data"]
    if folder["type"] != "charts" or not any(key.startswith(_OF_SONG) for key in data):
        return folder, None
    of_song = {k.removeprefix(_OF_SONG): v for k, v in data.items() if k.startswith(_OF_SONG)}
    of_chart = {k: v for k, v in data.items() if not k.startswith(_OF_SONG)}
    return {**folder, "data": of_chart}, {**folder, "type": "songs", "data": of_song}


class Index:
    """Documents by what they hold; a document is known by its place in the sequence."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self._all = frozenset(range(len(documents)))
        self._fields: dict[Path, _Field] = {}
        self._places: dict[At, Set[int]] = {}

    def select(self, query: Query) -> Set[int]:
        """The places of the documents that satisfy the query."""
        match query:
            case At(path, condition):
                places = self._places.get(query)
                if places is None:
                    places = self._places[query] = self._holding(self._field(path), condition)
                return places
            case AllOf(queries):
                return _intersection(self._all, map(self.select, queries))
            case AnyOf(queries):
                return frozenset().union(*map(self.select, queries))

    def _field(self, path: Path) -> _Field:
        if path not in self._fields:
            self._fields[path] = _Field(self.documents, path)
        return self._fields[path]

    def _holding(self, field: _Field, condition: Condition) -> Set[int]:
        match condition:
            case Equals(None):
                return (self._all - field.present) | field.holders.get(None, frozenset())
            case Equals(value):
                return field.holders.get(value, frozenset())
            case OneOf(values):
                each = (self._holding(field, Equals(value)) for value in values)
                return frozenset().union(*each)
            case Compares(comparison, bound):
                return field.comparing(_COMPARE[comparison], bound)
            case Exists():
                return field.present
            case HasElement(query):
                return field.with_element(query)
            case Not(inner):
                return self._all - self._holding(field, inner)
            case Every(conditions):
                sets = (self._holding(field, each) for each in conditions)
                return _intersection(self._all, sets)


class _Field:
    """What the documents hold at one path.

    holders: the places of documents by the identity of each of their candidates.
    present: the places of documents that have a candidate at all.
    """

    def __init__(self, documents: Sequence[Document], path: Path) -> None:
        holders: defaultdict[Hashable, set[int]] = defaultdict(set)
        present = set()
        self._lists: list[tuple[int, list[Any]]] = []
        for place, document in enumerate(documents):
            for value in _values_at(document, path):
                present.add(place)
                holders[identity(value)].add(place)
                if isinstance(value, list):
                    self._lists.append((place, value))
                    for element in value:
                        holders[identity(element)].add(place)
        self.holders: Mapping[Hashable, Set[int]] = dict(holders)
        self.present: Set[int] = present
        self._elements: tuple[Index, list[int]] | None = None

    def comparing(self, compare: Callable[[Any, Any], bool], bound: float | str) -> Set[int]:
        # The identity of a number or a text is the value itself.
        kind = str if isinstance(bound, str) else (int, float)
        places: set[int] = set()
        for value, holders in self.holders.items():
            if isinstance(value, kind) and compare(value, bound):
                places |= holders
        return places

    def with_element(self, query: Query) -> Set[int]:
        """The elements are documents in their own right: a query finds them and so the lists."""
        if self._elements is None:
            owned = [
                (place, element)
                for place, values in self._lists
                for element in values
                if isinstance(element, dict)
            ]
            index = Index([element for _, element in owned])
            self._elements = index, [place for place, _ in owned]
        index, owners = self._elements
        return {owners[place] for place in index.select(query)}


def _values_at(document: Document, path: Path) -> Iterator[Any] | list[Any]:
    """The values a path leads to; a list on the way is entered through its objects."""
    found: list[Any] = [document]
    for name in path:
        found = [step[name] for step in _objects(found) if name in step]
    return found


def _objects(values: Iterable[Any]) -> Iterator[Document]:
    for value in values:
        if isinstance(value, dict):
            yield value
        elif isinstance(value, list):
            yield from (element for element in value if isinstance(element, dict))


def _intersection(universe: Set[int], sets: Iterable[Set[int]]) -> Set[int]:
    smallest_first = sorted(sets, key=len)
    return reduce(operator.and_, smallest_first) if smallest_first else universe
