"""Which chart somebody means: found as for a score, without the whole catalogue in memory.

The few songs and charts that could be meant make a small catalogue, in which the match types
look as they do for imports.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import orjson
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from common.catalogue import catalogue_rows, other_ids
from common.catalogue.catalogue_documents import chart_document, song_document
from common.catalogue.index import GameCatalogue
from common.catalogue.song_search import SongSearch
from common.games.model import GPT
from common.games.registry import get_game
from common.text.storable import storable_json
from worker.import_types.reading.matching import ChartFinder

# Where a chart's or song's data names it by.
_NAMED_BY: Final = (
    "inGameID",
    "inGameStrID",
    "hashMD5",
    "hashSHA256",
    "hashSHA1",
    "hashGSv3",
    "ddrSongHash",
)


class Wanted(msgspec.Struct):
    """How a chart is named: as in an entry of batch-manual."""

    matchType: str
    identifier: str
    difficulty: str | UnsetType | None = UNSET
    artist: str | UnsetType | None = UNSET
    version: str | None = None


def resolve(connection: Connection, search: SongSearch, gpt: GPT, wanted: Wanted) -> str:
    """The chartID of the GPT's chart that is meant.

    Raises what ChartFinder does. A fixed number of statements.
    """
    others = other_ids.songs_called(connection, gpt.game, wanted.identifier)
    songs = _candidates(connection, search, gpt.game, wanted.identifier) | set(others.values())
    catalogue = GameCatalogue.from_documents(
        get_game(gpt.game),
        map(song_document, catalogue_rows.songs_by_id(connection, gpt.game, songs)),
        map(chart_document, catalogue_rows.charts_of_songs(connection, gpt.game, songs)),
        versions=search.versions(connection, gpt.game),
    )
    catalogue.other_song_ids = others
    return ChartFinder(gpt, wanted.version, catalogue).find(wanted)[1].chartID


def _candidates(connection: Connection, search: SongSearch, game: str, identifier: str) -> set[int]:
    """The songs that the identifier could have to do with."""
    titled = search.titled(connection, game, identifier)
    numbers = [int(identifier)] if identifier.isascii() and identifier.isdigit() else []
    named = catalogue_rows.songs_by_data(connection, game, list(_patterns(identifier)))
    return {*titled, *named, *(number for number in numbers if number < 2**31)}


def _patterns(identifier: str) -> Iterable[str]:
    """What data that holds the identifier contains, alone or in a list, as text or as number."""
    values: list[Any] = [identifier]
    with contextlib.suppress(ValueError):
        values.append(float(identifier))
    for name in _NAMED_BY:
        for value in values:
            for form in (value, [value]):
                pattern = storable_json(orjson.dumps({name: form}))
                # NaN and infinity have no form in JSON.
                if b"null" not in pattern:
                    yield pattern.decode()
