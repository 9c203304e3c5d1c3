"""The match types: the ways in which a score may say which chart it was played on.

A GPT's configuration lists the ones it supports, in the order that messages print.

Source: specification, import-types/batch-manual.md section 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NoReturn, Protocol

from msgspec import UnsetType

from common.catalogue.documents import Chart, Song
from common.catalogue.index import (
    ANY_VERSION,
    Difficulty,
    GameCatalogue,
    Version,
    described,
)
from common.errors import (
    AmbiguousTitle,
    InternalFailure,
    InvalidScore,
    SongOrChartNotFound,
)
from common.games.model import GPT
from common.games.registry import get_game
from common.validation import text_of
from worker.import_types.reading.assertions import (
    difficulty_of,
    loose_number,
    positive_integer,
    unknown_difficulty,
)


class Matchable(Protocol):
    """What match types look at; `UNSET` = not given."""

    matchType: str
    identifier: str
    difficulty: str | UnsetType | None
    artist: str | UnsetType | None


Match = tuple[Song, Chart]


class ChartFinder:
    """Finds the charts of scores of one GPT.

    Parameters:
        gpt: the GPT the scores are of.
        version: of the game; None or empty = each song's primary charts.
        catalogue: that of the GPT's game.
    """

    def __init__(self, gpt: GPT, version: str | None, catalogue: GameCatalogue) -> None:
        self._gpt = gpt
        self._playtype = gpt.playtype
        self._version_given = version or None
        self._version = catalogue.version_to_match(gpt.playtype, version)
        # What is looked for in turn: in some games also a chart that was superseded.
        self._versions: tuple[Version, ...] = (self._version,)
        if self._version is None and gpt.difficulty_stands_for:
            self._versions = (None, ANY_VERSION)
        self._catalogue = catalogue
        self._searches = {name: SEARCHES[name] for name in gpt.match_types}

    def find(self, wanted: Matchable) -> Match:
        """The chart and its song.

        Raises InvalidScore where what is given makes no sense, SongOrChartNotFound and
        AmbiguousTitle where the catalogue has no chart for it or too many, InternalFailure
        where the catalogue contradicts itself.
        """
        search = self._searches.get(wanted.matchType)
        if search is None:
            raise self._unsupported(wanted.matchType)
        return search(self, wanted)

    def _unsupported(self, match_type: str) -> InvalidScore:
        start = f"Cannot use matchType {match_type} for {self._gpt.display_name}."
        if match_type == "inGameID" and "sdvxInGameID" in self._searches:
            return InvalidScore(f"{start} Use 'sdvxInGameID' instead.")
        return InvalidScore(f"{start} Expected any of {', '.join(self._searches)}.")

    # --- by song -----------------------------------------------------------------------

    def song_title(self, wanted: Matchable) -> Match:
        title, artist = wanted.identifier, wanted.artist or None
        difficulty: str | None = None

        def chart_of(song: Song) -> Chart | None:
            # What is wrong with the difficulty is only said of a song that there is.
            nonlocal difficulty
            if difficulty is None:
                difficulty = self._needed_difficulty(wanted.difficulty)
            return self._chart_of_song(song, difficulty)

        try:
            found = self._catalogue.find_titled(title, chart_of, artist=artist)
        except AmbiguousTitle as failure:
            raise self._ambiguous(title, artist, failure.candidates) from None
        if found is None:
            raise SongOrChartNotFound(f"Cannot find song with title {title}.")
        song, chart = found
        return song, chart or self._lacks(song, difficulty or "")

    def _ambiguous(self, title: str, artist: str | None, songs: Sequence[Song]) -> AmbiguousTitle:
        of_artists = f" by artist {artist}" if artist else ""
        differ = len({song.artist for song in songs}) == len(songs)
        advice = (
            "Please try adding an artist field."
            if differ and not artist
            else "Please try and use a different song resolution method."
        )
        return AmbiguousTitle(
            f"Multiple songs exist with the case-insensitive title {title}{of_artists}."
            f" We cannot resolve this. {advice} They are {described(songs)}.",
            songs,
        )

    def tachi_song_id(self, wanted: Matchable) -> Match:
        song_id = self._catalogue.other_song_ids.get(wanted.identifier)
        if song_id is None:
            song_id = positive_integer(
                wanted.identifier, "Invalid songID - must be a stringified positive integer."
            )
        song = self._catalogue.song(song_id)
        if song is None:
            raise SongOrChartNotFound(f"Cannot find song with songID {wanted.identifier}.")
        return self._chart_from_song(song, wanted.difficulty)

    def _chart_from_song(self, song: Song, named_difficulty: str | UnsetType | None) -> Match:
        difficulty = self._needed_difficulty(named_difficulty)
        return song, self._chart_of_song(song, difficulty) or self._lacks(song, difficulty)

    def _needed_difficulty(self, difficulty: str | UnsetType | None) -> str:
        if not difficulty:
            raise InvalidScore("Missing 'difficulty' field, but was necessary for this lookup.")
        return difficulty_of(self._gpt, difficulty)

    def _chart_of_song(self, song: Song, difficulty: str) -> Chart | None:
        wanted = self._gpt.difficulty_stands_for.get(difficulty)
        if wanted is not None:
            charts = self._catalogue.charts_of_song(song.id)
            if len({c.difficulty for c in charts if c.isPrimary and c.difficulty in wanted}) > 1:
                raise InvalidScore("This chart cannot be matched by songTitle+difficulty.")
        for version in self._versions:
            chart = self._catalogue.chart_of_song(
                song.id, self._playtype, wanted or difficulty, version
            )
            if chart is not None:
                return chart
        return None

    def _lacks(self, song: Song, difficulty: str) -> NoReturn:
        why = unknown_difficulty(self._gpt, difficulty)
        raise SongOrChartNotFound(
            f"Cannot find chart for {song.title} ({self._playtype} {difficulty})"
            + (f".{why}" if why else "")
        )

    def ddr_song_hash(self, wanted: Matchable) -> Match:
        difficulty = difficulty_of(self._gpt, wanted.difficulty)
        songs = self._catalogue.songs_by_data("ddrSongHash", wanted.identifier.strip())
        if not songs:
            raise SongOrChartNotFound(f"Cannot find song with ddrSongHash {wanted.identifier}.")
        song = songs[0]
        if not self._catalogue.charts_of_song(song.id):
            raise InternalFailure(f"Song {song.id} has no charts.")
        chart = self._catalogue.chart_of_song(song.id, self._playtype, difficulty, self._version)
        if chart is None:
            raise SongOrChartNotFound(
                f"Found song with ddrSongHash {wanted.identifier} but cannot find chart"
                f" {self._playtype} {difficulty}." + unknown_difficulty(self._gpt, difficulty)
            )
        return song, chart

    # --- by the game's own id ----------------------------------------------------------

    def in_game_id(self, wanted: Matchable) -> Match:
        difficulty = difficulty_of(self._gpt, wanted.difficulty)
        in_game_id = _in_game_id(wanted.identifier)
        any_of = self._gpt.difficulty_stands_for.get(difficulty, difficulty)
        charts = (
            self._catalogue.chart_by_in_game_id(in_game_id, self._playtype, any_of, version)
            for version in self._versions
        )
        return self._found(
            next(filter(None, charts), None),
            f"Cannot find chart for inGameID {wanted.identifier} ({self._playtype})."
            + unknown_difficulty(self._gpt, difficulty),
        )

    def in_game_str_id(self, wanted: Matchable) -> Match:
        difficulty = difficulty_of(self._gpt, wanted.difficulty)
        chart = self._catalogue.chart_by_in_game_str_id(
            wanted.identifier.strip(), self._playtype, difficulty, self._version
        )
        return self._found(
            chart,
            f"Cannot find chart for inGameStrID {wanted.identifier} ({self._playtype})."
            + unknown_difficulty(self._gpt, difficulty),
        )

    def gcm_special_chart(self, wanted: Matchable) -> Match:
        """WORLD'S END, UTAGE and the like: each such chart has an id of its own."""
        charts = self._catalogue.charts_by_data("inGameID", _in_game_id(wanted.identifier))
        if len(charts) != 1:
            raise SongOrChartNotFound(f"Cannot find chart {wanted.matchType}:{wanted.identifier}.")
        return self._catalogue.song_of(charts[0]), charts[0]

    def sdvx_in_game_id(self, wanted: Matchable) -> Match:
        difficulty = self._sdvx_difficulty(wanted.difficulty)
        in_game_id = _in_game_id(wanted.identifier)
        chart = self._catalogue.chart_by_in_game_id(
            in_game_id, self._playtype, difficulty, self._version
        )
        if chart is None:
            unknown = unknown_difficulty(self._gpt, difficulty) if type(difficulty) is str else ""
            raise SongOrChartNotFound(
                f"Cannot find SDVX chart with inGameID {text_of(in_game_id)}, difficulty"
                f" {text_of(wanted.difficulty)} and version {text_of(self._version_given)}."
                + unknown
            )
        return self._catalogue.song_of(chart), chart

    def _sdvx_difficulty(self, difficulty: str | UnsetType | None) -> Difficulty:
        groups = self._gpt.difficulty_groups
        if isinstance(difficulty, str) and difficulty:
            return groups.get(difficulty) or difficulty_of(self._gpt, difficulty)
        raise InvalidScore(
            f"Invalid difficulty '{text_of(difficulty)}', Expected any of"
            f" {', '.join(self._gpt.difficulties or ())} or {', '.join(groups)}"
        )

    # --- by hash -----------------------------------------------------------------------

    def bms_chart_hash(self, wanted: Matchable) -> Match:
        chart = self._catalogue.chart_by_bms_hash(wanted.identifier, self._playtype)
        if chart is None and get_game(self._gpt.game).one_playtype_a_chart:
            other = self._catalogue.chart_by_bms_hash(wanted.identifier)
            if other is not None:
                raise InvalidScore(
                    f"Chart {other.chartID}'s playtype was {other.playtype}, but this was not"
                    f" equal to the import playtype of {self._playtype}."
                )
        return self._found(chart, f"Cannot find chart for hash {wanted.identifier}.")

    def itg_chart_hash(self, wanted: Matchable) -> Match:
        chart = self._catalogue.chart_by_hash("hashGSv3", wanted.identifier)
        return self._found(chart, f"Cannot find chart for itgChartHash {wanted.identifier}.")

    def popn_chart_hash(self, wanted: Matchable) -> Match:
        chart = self._catalogue.chart_by_hash("hashSHA256", wanted.identifier, self._playtype)
        return self._found(
            chart, f"Cannot find chart for popnChartHash {wanted.identifier} ({self._playtype})."
        )

    def usc_chart_hash(self, wanted: Matchable) -> Match:
        chart = self._catalogue.chart_by_hash("hashSHA1", wanted.identifier, self._playtype)
        return self._found(chart, f"Cannot find chart with hash {wanted.identifier}.")

    def _found(self, chart: Chart | None, otherwise: str) -> Match:
        if chart is None:
            raise SongOrChartNotFound(otherwise)
        return self._catalogue.song_of(chart), chart


def _in_game_id(identifier: str) -> float:
    """The number that an identifier is; NaN for a blank one, since some games have a chart 0."""
    return loose_number(identifier) if identifier.strip() else math.nan


# Every match type there is, in the order that messages print.
SEARCHES: Final[Mapping[str, Callable[[ChartFinder, Matchable], Match]]] = {
    "songTitle": ChartFinder.song_title,
    "tachiSongID": ChartFinder.tachi_song_id,
    "bmsChartHash": ChartFinder.bms_chart_hash,
    "gcmInGameIDSpecialChart": ChartFinder.gcm_special_chart,
    "itgChartHash": ChartFinder.itg_chart_hash,
    "sdvxInGameID": ChartFinder.sdvx_in_game_id,
    "inGameID": ChartFinder.in_game_id,
    "inGameStrID": ChartFinder.in_game_str_id,
    "uscChartHash": ChartFinder.usc_chart_hash,
    "popnChartHash": ChartFinder.popn_chart_hash,
    "ddrSongHash": ChartFinder.ddr_song_hash,
}
MATCH_TYPES: Final = tuple(SEARCHES)
