"""One game's songs and charts in memory, with the look-ups that imports need.

A look-up is a dictionary access, followed at most by a glance at the few charts of one song.
Each index is built when it is first asked for, so an import pays only for what it uses.

Where several charts fit, primary charts come before superseded ones, then the smallest
chartID wins. A list in a chart's data (`inGameID`, hashes) means that any of its elements
identifies the chart.

Source: specification, import-types/README.md sections 9 and 10.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import Any, Final, TypeVar

import msgspec

from common.catalogue.documents import Chart, Song
from common.catalogue.titles import TitleIndex, same_artist
from common.errors import AmbiguousTitle, InternalFailure
from common.games.model import Game

Item = TypeVar("Item")


class AnyVersion(Enum):
    """Stands in a look-up's `version` for: in whatever version, superseded or not."""

    ANY_VERSION = "any version"
    UNKNOWN_VERSION = "a version that the catalogue does not know"


ANY_VERSION: Final = AnyVersion.ANY_VERSION
UNKNOWN_VERSION: Final = AnyVersion.UNKNOWN_VERSION

MAX_DESCRIBED: Final = 8  # songs in a message

# Which of a chart's variants is wanted: the one of this version of the game, superseded or
# not; None = the primary one; ANY_VERSION = whichever comes first; UNKNOWN_VERSION = the
# primary one, or the only one.
Version = str | None | AnyVersion

# A difficulty, or several of which any will do.
Difficulty = str | frozenset[str]


class GameCatalogue:
    """The songs and charts of one game. Nothing in it may be changed.

    Parameters:
        game_id: the game.
        version: of the stored catalogue, to tell whether this copy is outdated.
        songs, charts: typed, with the game's own `data`; the catalogue takes them over.
        versions: of the game, with playtypes, that there are charts of; None = those of `charts`.
    """

    def __init__(
        self,
        game_id: str,
        version: int,
        songs: Iterable[Song],
        charts: Iterable[Chart],
        versions: frozenset[tuple[str, str]] | None = None,
    ) -> None:
        self.game = game_id
        # Version 3's IDs of songs, former ones too, to their numbers.
        self.other_song_ids: Mapping[str, int] = {}
        self._known_versions = versions
        self.version = version
        self.songs: dict[int, Song] = {song.id: song for song in songs}
        self.charts: list[Chart] = sorted(
            charts, key=lambda chart: (not chart.isPrimary, chart.chartID)
        )
        _share_repeated_values(self.charts)

    @classmethod
    def from_documents(
        cls,
        game: Game,
        song_docs: Iterable[Mapping[str, Any]],
        chart_docs: Iterable[Mapping[str, Any]],
        *,
        version: int = 0,
        versions: frozenset[tuple[str, str]] | None = None,
    ) -> GameCatalogue:
        """From JSON documents. Raises msgspec.ValidationError where one does not fit the game."""
        songs = [msgspec.convert(document, Song) for document in song_docs]
        for song in songs:
            song.data = msgspec.convert(song.data, game.song_data)
        charts = [msgspec.convert(document, Chart) for document in chart_docs]
        for chart in charts:
            chart.data = msgspec.convert(chart.data, game.playtypes[chart.playtype].chart_data)
        return cls(game.id, version, songs, charts, versions)

    # --- songs -------------------------------------------------------------------------

    def song(self, song_id: int) -> Song | None:
        return self.songs.get(song_id)

    def song_of(self, chart: Chart) -> Song:
        """Raises InternalFailure if the catalogue lacks the song."""
        song = self.songs.get(chart.songID)
        if song is None:
            raise InternalFailure(f"Song-Chart desync for {chart.songID}. Has charts, but no song.")
        return song

    def find_titled(
        self,
        title: str,
        chart_of: Callable[[Song], Chart | None],
        *,
        artist: str | None = None,
    ) -> tuple[Song, Chart | None] | None:
        """The song of this title that has the chart asked for; None if no song has the title.

        `chart_of` finds the chart among a song's; where no song of the title has it, the first
        of them is answered, without a chart. Titles are compared as `titles.py` says, and an
        artist, if given, in the same way.

        Raises AmbiguousTitle, which says which they are, if several songs have the chart.
        """
        if not artist and len(exact := self._titles.exact.get(title, ())) == 1:
            return exact[0], chart_of(exact[0])  # as nearly always
        for songs in self._titles.answers(title):
            if artist:
                songs = [song for song in songs if same_artist(song, artist)]
                if not songs:
                    continue
            fitting = [(song, chart) for song in songs if (chart := chart_of(song)) is not None]
            if len(fitting) > 1:
                candidates = [song for song, _ in fitting]
                raise AmbiguousTitle(
                    f"Multiple songs exist with the title {title}. We cannot resolve this."
                    f" They are {described(candidates)}.",
                    candidates,
                )
            return fitting[0] if fitting else (songs[0], None)
        return None

    def songs_by_data(self, field: str, value: Hashable) -> Sequence[Song]:
        """The songs whose `data` has `value` in `field`."""
        if field not in self._songs_by_data:
            self._songs_by_data[field] = _grouped(
                self.songs.values(), lambda song: _values(song.data, field)
            )
        return self._songs_by_data[field].get(value, ())

    # --- charts ------------------------------------------------------------------------

    def chart(self, chart_id: str) -> Chart | None:
        return self._charts_by_id.get(chart_id)

    def charts_of_song(self, song_id: int) -> Sequence[Chart]:
        return self._charts_by_song.get(song_id, ())

    def chart_of_song(
        self, song_id: int, playtype: str, difficulty: Difficulty, version: Version = None
    ) -> Chart | None:
        if version is None and type(difficulty) is str:  # as nearly always
            return self._primary_charts.get((song_id, playtype, difficulty))
        charts = self._charts_by_song.get(song_id, ())
        return pick(charts, playtype, difficulty, version)

    def charts_by_data(self, field: str, value: Hashable) -> Sequence[Chart]:
        """The charts whose `data` has `value` in `field` (or in the list there)."""
        if field not in self._charts_by_data:
            self._charts_by_data[field] = _grouped(
                self.charts, lambda chart: _values(chart.data, field)
            )
        return self._charts_by_data[field].get(value, ())

    def chart_by_in_game_id(
        self, in_game_id: float, playtype: str, difficulty: Difficulty, version: Version = None
    ) -> Chart | None:
        return pick(self.charts_by_data("inGameID", in_game_id), playtype, difficulty, version)

    def chart_by_in_game_str_id(
        self, in_game_id: str, playtype: str, difficulty: Difficulty, version: Version = None
    ) -> Chart | None:
        return pick(self.charts_by_data("inGameStrID", in_game_id), playtype, difficulty, version)

    def chart_by_hash(self, field: str, value: str, playtype: str | None = None) -> Chart | None:
        """The chart with this hash in `data`, in any playtype or in the one given.

        Hexadecimal digits are the same in either case; what is copied has spaces around it.
        """
        value = value.strip()
        for spelling in dict.fromkeys((value, value.lower())):
            for chart in self.charts_by_data(field, spelling):
                if playtype is None or chart.playtype == playtype:
                    return chart
        return None

    def version_to_match(self, playtype: str, version: str | None) -> Version:
        """What a look-up is given for a version of the game that an input names.

        A version that none of the charts is of says nothing: it may be newer than the catalogue.
        """
        if not version:
            return None
        return version if (playtype, version) in self._versions else UNKNOWN_VERSION

    def chart_by_bms_hash(self, value: str, playtype: str | None = None) -> Chart | None:
        """The chart with this MD5 or SHA-256."""
        return self.chart_by_hash("hashMD5", value, playtype) or self.chart_by_hash(
            "hashSHA256", value, playtype
        )

    # --- indexes -----------------------------------------------------------------------

    @cached_property
    def _titles(self) -> TitleIndex:
        return TitleIndex(self.songs.values())

    @cached_property
    def _versions(self) -> frozenset[tuple[str, str]]:
        if self._known_versions is not None:
            return self._known_versions
        return frozenset(
            (chart.playtype, version) for chart in self.charts for version in chart.versions
        )

    @cached_property
    def _songs_by_data(self) -> dict[str, dict[Hashable, tuple[Song, ...]]]:
        return {}

    @cached_property
    def _charts_by_id(self) -> dict[str, Chart]:
        return {chart.chartID: chart for chart in self.charts}

    @cached_property
    def _charts_by_song(self) -> dict[int, tuple[Chart, ...]]:
        return _grouped(self.charts, lambda chart: (chart.songID,))

    @cached_property
    def _primary_charts(self) -> dict[tuple[int, str, str], Chart]:
        """By song, playtype and difficulty; the first of several, as everywhere."""
        return {
            (chart.songID, chart.playtype, chart.difficulty): chart
            for chart in reversed(self.charts)
            if chart.isPrimary
        }

    @cached_property
    def _charts_by_data(self) -> dict[str, dict[Hashable, tuple[Chart, ...]]]:
        return {}


def pick(
    charts: Iterable[Chart], playtype: str, difficulty: Difficulty, version: Version
) -> Chart | None:
    """The first of `charts` that is the wanted one."""
    wanted = difficulty if isinstance(difficulty, frozenset) else (difficulty,)
    if version is UNKNOWN_VERSION:
        return _primary_or_only(
            [it for it in charts if it.difficulty in wanted and it.playtype == playtype]
        )
    for chart in charts:
        if chart.difficulty in wanted and chart.playtype == playtype and _is_of(chart, version):
            return chart
    return None


def _primary_or_only(charts: list[Chart]) -> Chart | None:
    for chart in charts:
        if chart.isPrimary:
            return chart
    return charts[0] if len(charts) == 1 else None


def _is_of(chart: Chart, version: Version) -> bool:
    if version is None:
        return chart.isPrimary
    return version is ANY_VERSION or version in chart.versions


def described(songs: Iterable[Song]) -> str:
    """Which songs, in a message; not all of very many."""
    first, rest = [], 0
    for place, song in enumerate(songs):
        if place < MAX_DESCRIBED:
            first.append(f"{song.title} by {song.artist} (songID {song.id})")
        else:
            rest += 1
    return ", ".join(first) + (f" and {rest} more" if rest else "")


Key = TypeVar("Key", bound=Hashable)


def _grouped(
    items: Iterable[Item], keys_of: Callable[[Item], Iterable[Key]]
) -> dict[Key, tuple[Item, ...]]:
    """The items by each of their keys, in the order given; once a key even if named twice."""
    groups: dict[Key, tuple[Item, ...]] = {}
    for item in items:
        for key in dict.fromkeys(keys_of(item)):
            groups[key] = (*groups.get(key, ()), item)
    return groups


def _values(data: object, field: str) -> Iterable[Hashable]:
    value = getattr(data, field, None)
    if value is None or value is msgspec.UNSET:
        return ()
    return value if isinstance(value, list) else (value,)


def _share_repeated_values(charts: Iterable[Chart]) -> None:
    """Keeps one copy of texts and version lists that thousands of charts have in common."""
    version_lists: dict[tuple[str, ...], list[str]] = {}
    for chart in charts:
        chart.playtype = sys.intern(chart.playtype)
        chart.difficulty = sys.intern(chart.difficulty)
        chart.level = sys.intern(chart.level)
        versions = tuple(chart.versions)
        chart.versions = version_lists.setdefault(versions, chart.versions)
