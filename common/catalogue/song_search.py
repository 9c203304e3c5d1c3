"""Finding songs by what somebody types: the titles of a game in memory, a few bytes each.

Looking through the titles of the largest game takes about a millisecond, and needs no index that
would know the letters of Japanese.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

from common.catalogue.titles import fold_case, spellings
from common.catalogue.versions import version_of

_TITLES: Final = text(
    "SELECT id, title, artist, alt_titles, search_terms, data->>'eamusementCsvTitle'"
    " FROM songs WHERE game = :game ORDER BY id"
)

_VERSIONS: Final = text("SELECT DISTINCT playtype, unnest(versions) FROM charts WHERE game = :game")


@dataclass(frozen=True, slots=True)
class _Titles:
    """version: of the catalogue. songs: id, titles, and everything that can be searched for.

    versions: of the game, with playtypes, that have charts.
    """

    version: int
    songs: Sequence[tuple[int, tuple[str, ...], str]]
    versions: frozenset[tuple[str, str]]


class SongSearch:
    """The titles that this process has loaded, by game."""

    def __init__(self) -> None:
        self._loaded: dict[str, _Titles] = {}
        self._loading = threading.Lock()

    def find(self, connection: Connection, game: str, typed: str, most: int) -> list[int]:
        """The ids of songs that hold all words typed, the best first; of "" all songs.

        A title that is what was typed comes first, then those that begin so, then the shortest.
        """
        folded = fold_case(typed.strip())
        words = folded.split()
        songs = self._titles(connection, game).songs
        for word in sorted(words, key=len, reverse=True):
            songs = [song for song in songs if word in song[2]]
        found = sorted((_distance(folded, titles), song_id) for song_id, titles, _ in songs)
        return [song_id for _, song_id in found[:most]]

    def titled(self, connection: Connection, game: str, title: str) -> list[int]:
        """The ids of songs that could answer to this title, however it is spelled."""
        folded = set(map(fold_case, spellings(title)))
        return [
            song_id
            for song_id, titles, _ in self._titles(connection, game).songs
            if not folded.isdisjoint(titles)
        ]

    def versions(self, connection: Connection, game: str) -> frozenset[tuple[str, str]]:
        """The versions in which there are charts, with their playtypes."""
        return self._titles(connection, game).versions

    def load(self, connection: Connection, games: Iterable[str]) -> None:
        """Reads the titles of these games now, so that nobody waits for it who searches."""
        for game in games:
            self._titles(connection, game)

    def _titles(self, connection: Connection, game: str) -> _Titles:
        version = version_of(connection, game)
        known = self._loaded.get(game)
        if known is not None and known.version == version:
            return known
        with self._loading:
            known = self._loaded.get(game)
            if known is None or known.version != version:
                known = _Titles(version, _load(connection, game), _versions(connection, game))
                self._loaded[game] = known
            return known


def _load(connection: Connection, game: str) -> list[tuple[int, tuple[str, ...], str]]:
    songs = []
    for song_id, title, artist, others, terms, in_files in connection.execute(
        _TITLES, {"game": game}
    ):
        names = (title, *others, *([in_files] if in_files else []))
        titles = tuple(dict.fromkeys(fold_case(text) for name in names for text in spellings(name)))
        everything = "\n".join((*titles, fold_case(artist), *map(fold_case, terms)))
        songs.append((song_id, titles, everything))
    return songs


def _versions(connection: Connection, game: str) -> frozenset[tuple[str, str]]:
    rows = connection.execute(_VERSIONS, {"game": game})
    return frozenset((playtype, version) for playtype, version in rows)


def _distance(typed: str, titles: Sequence[str]) -> tuple[int, int]:
    best = min(
        (0 if title == typed else 1 if title.startswith(typed) else 2 if typed in title else 3)
        for title in titles
    )
    return best, min(map(len, titles))
