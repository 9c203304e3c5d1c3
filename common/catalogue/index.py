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
from common.errors import AmbiguousTitle, InternalFailure
from common.games.model import Game

Item = TypeVar("Item")


class AnyVersion(Enum):
    """Stands in a look-up's `version` for: in whatever version, superseded or not."""

    ANY_VERSION = "any version"


ANY_VERSION: Final = AnyVersion.ANY_VERSION

# Which of a chart's variants is wanted: the one of this version of the game, superseded or
# not; None = the primary one; ANY_VERSION = whichever comes first.
Version = str | None | AnyVersion

# A difficulty, or several of which any will do.
Difficulty = str | frozenset[str]

# SOUND VOLTEX gives its fourth difficulty a new name in every release, and most sources of
# scores only know that it is the fourth.
ANY_INF: Final = frozenset({"INF", "GRV", "HVN", "VVD", "XCD"})


class GameCatalogue:
    """The songs and charts of one game. Nothing in it may be changed.

    Parameters:
        game_id: the game.
        version: of the stored catalogue, to tell whether this copy is outdated.
        songs, charts: typed, with the game's own `data`; the catalogue takes them over.
    """

    def __init__(
        self, game_id: str, version: int, songs: Iterable[Song], charts: Iterable[Chart]
    ) -> None:
        self.game = game_id
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
    ) -> GameCatalogue:
        """From JSON documents. Raises msgspec.ValidationError where one does not fit the game."""
        songs = [msgspec.convert(document, Song) for document in song_docs]
        for song in songs:
            song.data = msgspec.convert(song.data, game.song_data)
        charts = [msgspec.convert(document, Chart) for document in chart_docs]
        for chart in charts:
            chart.data = msgspec.convert(chart.data, game.playtypes[chart.playtype].chart_data)
        return cls(game.id, version, songs, charts)

    # --- songs -------------------------------------------------------------------------

    def song(self, song_id: int) -> Song | None:
        return self.songs.get(song_id)

    def song_of(self, chart: Chart) -> Song:
        """Raises InternalFailure if the catalogue lacks the song."""
        song = self.songs.get(chart.songID)
        if song is None:
            raise InternalFailure(f"Song-Chart desync for {chart.songID}. Has charts, but no song.")
        return song

    def song_by_title(self, title: str) -> Song | None:
        """The song with exactly this title or alternative title.

        Raises AmbiguousTitle if there are several.
        """
        songs = self._songs_by_title.get(title, ())
        if len(songs) > 1:
            raise AmbiguousTitle(
                f"Multiple songs exist with the title {title}. We cannot resolve this."
                " Please try and use a different song resolution method."
            )
        return songs[0] if songs else None

    def song_by_title_ignoring_case(self, title: str, artist: str | None = None) -> Song | None:
        """The song with this title or alternative title and, if given, this artist.

        Raises AmbiguousTitle if there are several.
        """
        songs: Sequence[Song] = self._songs_by_folded_title.get(fold_case(title), ())
        if artist:
            songs = [song for song in songs if _same_ignoring_case(song.artist, artist)]
        if len(songs) > 1:
            beginning = f"Multiple songs exist with the case-insensitive title {title}"
            if artist:
                raise AmbiguousTitle(
                    f"{beginning} by artist {artist}. We cannot resolve this."
                    " Please try and use a different song resolution method."
                )
            raise AmbiguousTitle(
                f"{beginning}. We cannot resolve this. Please try adding an artist field."
            )
        return songs[0] if songs else None

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
        """The chart with this hash in `data`, in any playtype or in the one given."""
        for chart in self.charts_by_data(field, value):
            if playtype is None or chart.playtype == playtype:
                return chart
        return None

    def chart_by_bms_hash(self, value: str, playtype: str | None = None) -> Chart | None:
        """The chart with this MD5 or SHA-256."""
        return self.chart_by_hash("hashMD5", value, playtype) or self.chart_by_hash(
            "hashSHA256", value, playtype
        )

    # --- indexes -----------------------------------------------------------------------

    @cached_property
    def _songs_by_title(self) -> dict[str, tuple[Song, ...]]:
        return _grouped(self.songs.values(), lambda song: (song.title, *song.altTitles))

    @cached_property
    def _songs_by_folded_title(self) -> dict[str, tuple[Song, ...]]:
        return _grouped(
            self.songs.values(), lambda song: map(fold_case, (song.title, *song.altTitles))
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
    def _charts_by_data(self) -> dict[str, dict[Hashable, tuple[Chart, ...]]]:
        return {}


def pick(
    charts: Iterable[Chart], playtype: str, difficulty: Difficulty, version: Version
) -> Chart | None:
    """The first of `charts` that is the wanted one."""
    wanted = difficulty if isinstance(difficulty, frozenset) else (difficulty,)
    for chart in charts:
        if chart.difficulty in wanted and chart.playtype == playtype and _is_of(chart, version):
            return chart
    return None


def _is_of(chart: Chart, version: Version) -> bool:
    if version is None:
        return chart.isPrimary
    return version is ANY_VERSION or version in chart.versions


def fold_case(text: str) -> str:
    """Simple one-to-one Unicode case folding.

    `É` is `é` and full-width `Ａ` is `ａ`, but `ß` is not `ss`.
    """
    folded = text.casefold()
    if len(folded) == len(text):
        return folded
    return "".join(map(_fold_character, text))


def _same_ignoring_case(text: str, other: str) -> bool:
    return text == other or fold_case(text) == fold_case(other)


def _fold_character(character: str) -> str:
    for folded in (character.casefold(), character.lower()):
        if len(folded) == 1:
            return folded
    return character


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
