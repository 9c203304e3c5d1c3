"""What an import type is: a parser for the raw input and a converter for its entries.

Source: specification, import-types/README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn, Protocol, TypeVar, runtime_checkable

import msgspec

from common.catalogue.documents import Chart, Song
from common.catalogue.index import GameCatalogue
from common.errors import InternalFailure, SongOrChartNotFound
from common.games.model import GPT, ScoreData
from common.validation import Violation


@dataclass(frozen=True, slots=True)
class ImportInput:
    """What a parser is given, whatever way the input came.

    user_id: whose import it is.
    received: when the request arrived, milliseconds since the epoch.
    games: the ids of the enabled games, in configured order (error texts list them).
    """

    user_id: int
    received: int
    games: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Upload(ImportInput):
    """A file, dropped into a form.

    fields: those of the form's other text fields that the import type names as its
        `form_fields`.
    lenient: whether scores that break the rules of a JSON format refuse only themselves.
    """

    filename: str
    content: bytes
    fields: Mapping[str, Any] = field(default_factory=dict)
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Body(ImportInput):
    """The decoded JSON of a request.

    options: what its endpoint adds (headers, URL parts). lenient: as of an Upload.
    """

    content: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """Which data of which other service an import type wants.

    family: of services with one wire protocol. service: whose credentials are needed; an
    operator configures each for itself. feed: which data, as the family names them.
    """

    family: str
    service: str
    feed: str


class Feed(Protocol):
    """What another service has of one user."""

    def entries(self) -> Iterator[Any]:
        """The entries as decoded JSON, fetched while they are read; a second time from memory.

        Raises FatalImportError where the service fails in its midst.
        """

    def profile(self) -> Any:
        """What the service says of the player, decoded; None where it could not be had.

        To be asked once the entries are read.
        """


@dataclass(frozen=True, slots=True)
class Upstream(ImportInput):
    """What is fetched from another service, while it is parsed.

    stop: what is not newer than this is known already, milliseconds since the epoch; None =
        everything is wanted.
    """

    feed: Feed
    stop: int | None = None


# Gives the PROVIDED classes of one playtype: class set to class id. None = no opinion; of a
# class set by hand, none any more.
ClassProvider = Callable[[str], Mapping[str, str | None] | None]


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parser's result.

    context: JSON-able, given to the converter and stored with orphans.
    entries: one item a potential score, in the order of the input; iterated once. What an
        item is, is the business of the import type, but for `RefusedEntry`;
        `ImportType.orphan_data` turns it into JSON.
    classes_by_hand: whether the user means the provided classes also where they fall or go.
    newest: of an import type that can be told to stop, when the newest entry was played, once
        all were read.
    """

    game: str
    context: dict[str, Any]
    entries: Iterable[Any]
    class_provider: ClassProvider | None = None
    classes_by_hand: bool = False
    newest: Callable[[], int | None] | None = None
    # What of the input was passed over, a sentence each; may grow while entries and classes are
    # taken.
    warnings: list[str] = field(default_factory=list)


class Subject(NamedTuple):
    """What an entry is about, for whoever has to find it in the input.

    identifier: a title, an id or a hash.
    """

    identifier: str
    difficulty: str | None = None


class RefusedEntry(msgspec.Struct, gc=False):
    """Stands among a parser's entries for one that cannot be read, however the rest is.

    message: of its error line. identifier, difficulty: as of a `Subject`.
    """

    message: str
    identifier: str
    difficulty: str | None = None


class DryScore(msgspec.Struct, gc=False):
    """What a converter makes of one entry: a score before anything is derived from it.

    timeAchieved: milliseconds since the epoch, None = unknown.
    remark: what an error line says beside the score: something of the entry was not taken.
    highlight: whether its player marks it out; of a score that is stored already as well.
    """

    song: Song
    chart: Chart
    service: str
    comment: str | None
    timeAchieved: int | float | None
    scoreData: ScoreData
    scoreMeta: Any
    remark: str | None = None
    highlight: bool = False


@dataclass(frozen=True, slots=True)
class ChartProposal:
    """A chart that the catalogue lacks, as the client of somebody who played it describes it.

    chart_hash: what tells it from the other charts of the GPT.
    song, chart: what the catalogue would hold of it. Their IDs stand for nothing yet.
    """

    gpt: GPT
    chart_hash: str
    song: Song
    chart: Chart


class UnknownChart(SongOrChartNotFound):
    """No chart of the catalogue fits, but the entry says enough of its chart to add it."""

    def __init__(self, message: str, proposal: ChartProposal) -> None:
        super().__init__(message)
        self.proposal = proposal


# Turns one entry into a score or raises a ConversionFailure.
Converter = Callable[[Any], DryScore]


# Of a parser: the one way in which its import type takes its input.
Input = TypeVar("Input", bound=ImportInput, contravariant=True)


class ImportType(Protocol[Input]):
    """One module in this package provides one of these (see `registry.py`).

    input: `Input` as a value: what the pipeline makes of the stored job and the API lets in.
    """

    name: str

    @property
    def input(self) -> type[ImportInput]: ...

    def parse(self, source: Input, /) -> Parsed:
        """Reads the input. Raises FatalImportError where the whole of it is refused."""

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        """A converter for entries of one import; it may keep caches between entries."""

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        """What the entry is about, as the input spells it."""

    def orphan_data(self, entry: Any) -> Any:
        """The entry as JSON-able builtins, equal to what the input held."""

    def entry_from_orphan(self, data: Any) -> Any:
        """The entry that `orphan_data` gave `data` for."""


# --- what an import type may do besides ---------------------------------------------------


@runtime_checkable
class ReadsFormFields(Protocol):
    """Text fields of the form are read beside the file.

    form_fields: their names; what else comes is not kept.
    """

    form_fields: tuple[str, ...]

    def check_form(self, filename: str, fields: Mapping[str, Any], /) -> None:
        """fields: those of `form_fields` that came. Raises UserError where they make no sense."""


@runtime_checkable
class RefusesAtOnce(Protocol):
    """The API can tell at once that an input is none of the import type's documents.

    Of a file no more is read for it than how it begins, or what is quick: it may be large.
    """

    def check(self, content: Any, games: Collection[str], /) -> None:
        """content: a file's content, or a body as decoded. Raises UserError, as `parse` would."""


@runtime_checkable
class DescribesBody(Protocol):
    """The body of a request that brings it can be described beforehand.

    body_schema: a JSON Schema; what it does not take is no body of the import type.
    """

    body_schema: Mapping[str, Any]


@runtime_checkable
class KnowsViolations(Protocol[Input]):
    """The format has rules for a whole document, and all that break them can be named."""

    def violations(self, source: Input, /) -> Iterator[Violation]:
        """Each rule that is broken, in the document's order."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some entries of a file, as a file.

    places: of each entry in it, its index in the whole.
    """

    content: bytes
    places: list[int]


@runtime_checkable
class CanBeParted(Protocol):
    """Of a file, entries can be taken out and sent by themselves.

    part_type: the import type of the file that they make.
    """

    part_type: str

    def part(self, content: bytes, indexes: frozenset[int], /) -> Part:
        """These entries, and those that cannot be told from them: of one row.

        Raises FatalImportError (400) where the file cannot be read.
        """


# --- what several import types have in common ---------------------------------------------


class JSONEntries:
    """Of an import type whose entries are JSON-able as they are."""

    def orphan_data(self, entry: Any) -> Any:
        return entry

    def entry_from_orphan(self, data: Any) -> Any:
        return data


class StructEntries:
    """Of an import type whose entries are structs of one type."""

    entry_type: type[msgspec.Struct]

    def orphan_data(self, entry: Any) -> Any:
        return msgspec.to_builtins(entry)

    def entry_from_orphan(self, data: Any) -> Any:
        return msgspec.convert(data, self.entry_type)


class ClassesOnly:
    """Of an import type whose input holds no scores: a class provider is all `parse` gives."""

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        return self._no_entries

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        self._no_entries(entry)

    def orphan_data(self, entry: Any) -> Any:
        self._no_entries(entry)

    def entry_from_orphan(self, data: Any) -> Any:
        self._no_entries(data)

    def _no_entries(self, _: object) -> NoReturn:
        raise InternalFailure("This import type has no entries.")
