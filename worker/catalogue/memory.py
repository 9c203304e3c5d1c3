"""The catalogue in the worker's memory: one index a game, dropped when seeds were loaded."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection

from common.catalogue import catalogue_rows, other_ids
from common.catalogue.documents import Chart, Song
from common.catalogue.index import GameCatalogue
from common.catalogue.locking import keep_version
from common.catalogue.versions import version_of
from common.games.model import Game
from common.games.registry import get_game

log = logging.getLogger(__name__)

Result = TypeVar("Result")


class CatalogueChanged(Exception):
    """What was matched against the catalogue has to be matched again: it changed since."""


class CatalogueStore:
    """The indexes this process has loaded."""

    def __init__(self) -> None:
        self._loaded: dict[str, GameCatalogue] = {}
        # Where imports run in the threads of the API, one of them loads for all.
        self._loading = threading.Lock()

    def get(self, connection: Connection, game_id: str) -> GameCatalogue:
        """The game's index, loaded anew if the catalogue changed since."""
        version = version_of(connection, game_id)
        with self._loading:
            catalogue = self._loaded.get(game_id)
            if catalogue is None or catalogue.version != version:
                # Free the old one first: two at once would double the memory.
                self._loaded.pop(game_id, None)
                catalogue = load(connection, get_game(game_id), version)
                self._loaded[game_id] = catalogue
                # It stays as it is: the garbage collector need not look through it again.
                gc.freeze()
            return catalogue


def keep_unchanged(connection: Connection, catalogue: GameCatalogue) -> None:
    """Keeps this catalogue the present one until the transaction ends.

    To be called before anything that was matched against it is written. Raises
    CatalogueChanged where it is not the present one any more.
    """
    if keep_version(connection, catalogue.game) != catalogue.version:
        raise CatalogueChanged


def until_unchanged(connection: Connection, attempt: Callable[[], Result]) -> Result:
    """Makes the attempt again, from the start, as long as the catalogue changes under it."""
    while True:
        try:
            return attempt()
        except CatalogueChanged:
            connection.rollback()
            log.info("the catalogue changed meanwhile: scores are matched again")


def load(connection: Connection, game: Game, version: int) -> GameCatalogue:
    """Reads all songs and charts of a game."""
    songs = _load_songs(connection, game)
    charts = _load_charts(connection, game)
    catalogue = GameCatalogue(game.id, version, songs, charts)
    catalogue.other_song_ids = other_ids.songs_of(connection, game.id)
    return catalogue


def _load_songs(connection: Connection, game: Game) -> list[Song]:
    decode = msgspec.json.Decoder(game.song_data).decode
    rows = catalogue_rows.all_songs(connection, game.id)
    return [
        Song(
            id=row.id,
            title=row.title,
            artist=row.artist,
            altTitles=row.alt_titles,
            searchTerms=row.search_terms,
            data=decode(row.data),
        )
        for row in rows
    ]


def _load_charts(connection: Connection, game: Game) -> list[Chart]:
    decoders = {
        playtype: msgspec.json.Decoder(gpt.chart_data).decode
        for playtype, gpt in game.playtypes.items()
    }

    def chart(row: Any) -> Chart:
        return Chart(
            chartID=row.chart_id,
            songID=row.song_id,
            playtype=row.playtype,
            difficulty=row.difficulty,
            level=row.level,
            levelNum=row.level_num,
            isPrimary=row.is_primary,
            versions=row.versions,
            data=decoders[row.playtype](row.data),
        )

    rows = catalogue_rows.all_charts(connection, game.id)
    return [chart(row) for row in rows]
