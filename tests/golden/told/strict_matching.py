"""How the reference finds charts: to the letter, with every condition that an input names.

Plain searches through all songs and charts; recorded catalogues are small.
Source: specification, import-types/README.md sections 8 to 10, and
import-types/batch-manual.md section 4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common.catalogue.documents import Chart, Song
from common.catalogue.index import GameCatalogue
from common.errors import AmbiguousTitle, ConversionFailure, InvalidScore, SongOrChartNotFound
from common.games.model import GPT
from common.validation import text_of

FOURTH = ("INF", "GRV", "HVN", "VVD", "XCD")
REFUSED: Mapping[tuple[str, str], str] = {
    ("chunithm", "WORLD'S END"): "WORLD'S END is not supported. Sorry."
}


def song_of_title(
    catalogue: GameCatalogue, title: str, *, letters: bool, artist: str | None = None
) -> Song | None:
    """letters: whether the case of letters counts. Raises AmbiguousTitle."""
    fold = _same if letters else _fold
    songs = [
        song
        for song in catalogue.songs.values()
        if fold(title) in map(fold, (song.title, *song.altTitles))
        and (not artist or fold(song.artist) == fold(artist))
    ]
    if len(songs) < 2:
        return songs[0] if songs else None
    other = "Please try and use a different song resolution method."
    if letters:
        raise AmbiguousTitle(
            f"Multiple songs exist with the title {title}. We cannot resolve this. {other}"
        )
    by = f" by artist {artist}" if artist else ""
    raise AmbiguousTitle(
        f"Multiple songs exist with the case-insensitive title {title}{by}. We cannot resolve"
        f" this. {other if artist else 'Please try adding an artist field.'}"
    )


def _same(text: str) -> str:
    return text


def _fold(text: str) -> str:
    return "".join(
        next((it for it in (letter.casefold(), letter.lower()) if len(it) == 1), letter)
        for letter in text
    )


def chart_of_song(
    catalogue: GameCatalogue, song: Song, playtype: str, difficulty: str, version: str | None
) -> Chart | None:
    return _first(
        chart
        for chart in catalogue.charts
        if chart.songID == song.id
        and (chart.playtype, chart.difficulty) == (playtype, difficulty)
        and (version in chart.versions if version else chart.isPrimary)
    )


def _first(charts: Any) -> Chart | None:
    return min(charts, key=lambda it: (not it.isPrimary, it.chartID), default=None)


def refuse_manual(
    entry: Any, gpt: GPT, version: str | None, catalogue: GameCatalogue
) -> ConversionFailure | None:
    """Why the reference refuses a score of batch-manual that ours might find a chart for."""
    try:
        match entry.matchType:
            case "songTitle" | "tachiSongID":
                return _by_song(entry, gpt, version, catalogue)
            case "sdvxInGameID":
                return _by_sdvx_id(entry, gpt, version, catalogue)
            case "inGameID" | "inGameStrID" | "ddrSongHash":
                if unknown := _difficulty(gpt, entry.difficulty):
                    return unknown
                return _by_game_id(entry, gpt, version, catalogue)
            case _:
                return None
    except AmbiguousTitle as failure:
        return failure


def _by_song(
    entry: Any, gpt: GPT, version: str | None, catalogue: GameCatalogue
) -> ConversionFailure | None:
    if entry.matchType not in gpt.match_types:
        return None
    if entry.matchType == "songTitle":
        title = entry.identifier
        song = song_of_title(catalogue, title, letters=False, artist=entry.artist or None)
        if song is None:
            return SongOrChartNotFound(f"Cannot find song with title {title}.")
    else:
        song = next((s for s in catalogue.songs.values() if str(s.id) == entry.identifier), None)
        if song is None:
            return None
    if not entry.difficulty:
        return None
    if unknown := _difficulty(gpt, entry.difficulty):
        return unknown
    if chart_of_song(catalogue, song, gpt.playtype, entry.difficulty, version) is None:
        return SongOrChartNotFound(
            f"Cannot find chart for {song.title} ({gpt.playtype} {entry.difficulty})"
        )
    return None


def _by_sdvx_id(
    entry: Any, gpt: GPT, version: str | None, catalogue: GameCatalogue
) -> ConversionFailure | None:
    difficulties = gpt.difficulties or ()
    if entry.difficulty not in (*difficulties, "ANY_INF"):
        return InvalidScore(
            f"Invalid difficulty '{text_of(entry.difficulty)}', Expected any of"
            f" {', '.join(difficulties)} or ANY_INF"
        )
    if version and version not in gpt.versions:
        expected = ", ".join(gpt.versions)
        return InvalidScore(f"Unsupported version {version}. Expected any of {expected}.")
    wanted = FOURTH if entry.difficulty == "ANY_INF" else (entry.difficulty,)
    if not version or _has(catalogue, "inGameID", entry.identifier, gpt, wanted, version):
        return None
    return SongOrChartNotFound(
        f"Cannot find SDVX chart with inGameID {entry.identifier}, difficulty"
        f" {entry.difficulty} and version {version}."
    )


def _by_game_id(
    entry: Any, gpt: GPT, version: str | None, catalogue: GameCatalogue
) -> ConversionFailure | None:
    kind, wanted = entry.matchType, (entry.difficulty,)
    if not version or _has(catalogue, kind, entry.identifier, gpt, wanted, version):
        return None
    if kind != "ddrSongHash":
        return SongOrChartNotFound(
            f"Cannot find chart for {kind} {entry.identifier} ({gpt.playtype})."
        )
    if _songs_of_hash(catalogue, entry.identifier):
        return SongOrChartNotFound(
            f"Found song with ddrSongHash {entry.identifier} but cannot find chart"
            f" {gpt.playtype} {entry.difficulty}."
        )
    return None


def _has(
    catalogue: GameCatalogue,
    kind: str,
    identifier: str,
    gpt: GPT,
    difficulties: Sequence[str],
    version: str,
) -> bool:
    """Whether a chart of that version goes by the identifier."""
    songs = _songs_of_hash(catalogue, identifier) if kind == "ddrSongHash" else ()
    for chart in catalogue.charts:
        value = getattr(chart.data, kind, None)
        values = value if isinstance(value, list) else [value]
        if (
            (chart.songID in songs or identifier in map(str, values))
            and chart.difficulty in difficulties
            and chart.playtype == gpt.playtype
            and version in chart.versions
        ):
            return True
    return False


def _songs_of_hash(catalogue: GameCatalogue, identifier: str) -> list[int]:
    return [
        song.id
        for song in catalogue.songs.values()
        if getattr(song.data, "ddrSongHash", None) == identifier
    ]


def _difficulty(gpt: GPT, given: Any) -> ConversionFailure | None:
    if gpt.difficulties is None or given in gpt.difficulties:
        return None
    if (gpt.game, given) in REFUSED:
        return InvalidScore(REFUSED[gpt.game, given])
    return InvalidScore(
        f"Invalid Difficulty for {gpt.game} {gpt.playtype} - Expected any of"
        f" {', '.join(gpt.difficulties)} (Got {text_of(given)})"
    )
