"""What searches over all games read: a fixed number of statements, whatever the games."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import orjson
from sqlalchemy import Connection

from common.catalogue.catalogue_rows import PLAYERS_OF_CHART, Found, ids_of
from common.database.parameters import text_array
from common.database.statements import Row, Statement
from common.games.model import GPT
from common.text.patterns import containing
from common.text.storable import storable_text

# What charts call the hashes of their files.
HASHES: Final = ("hashMD5", "hashSHA256", "hashSHA1", "hashGSv3")

_WANTED: Final = """
    unnest(CAST(:games AS text[]), CAST(:songs AS integer[])) AS wanted (game, song_id)
"""
_SONGS = Statement(
    f"SELECT songs.* FROM {_WANTED}"  # noqa: S608 (a constant of ours)
    " JOIN songs ON songs.game = wanted.game AND songs.id = wanted.song_id"
)
_CHARTS = Statement(
    f"""
    SELECT ranked.* FROM (
        SELECT charts.*, played.count AS playcount,
               row_number() OVER (PARTITION BY charts.game, charts.playtype
                                  ORDER BY played.count DESC, level_num, chart_id) AS place
        FROM {_WANTED}
        JOIN charts ON charts.game = wanted.game AND charts.song_id = wanted.song_id
        CROSS JOIN LATERAL (SELECT {PLAYERS_OF_CHART} AS count) AS played) AS ranked
    WHERE place <= :most ORDER BY place
    """  # noqa: S608
)
_CHARTS_BY_ID = Statement(
    """
    SELECT charts.*
    FROM unnest(CAST(:games AS text[]), CAST(:charts AS text[])) AS wanted (game, chart_id)
    JOIN charts ON charts.game = wanted.game AND charts.chart_id = wanted.chart_id
    ORDER BY charts.chart_id
    """
)
_BY_HASH = Statement(
    """
    SELECT * FROM charts
    WHERE data @> ANY(CAST(:patterns AS jsonb[])) AND game = ANY(CAST(:games AS text[]))
    ORDER BY is_primary DESC, chart_id
    """
)
_USERS = Statement(
    "SELECT * FROM users WHERE username_lowercase LIKE :pattern"
    " ORDER BY length(username), id LIMIT :most"
)
_FOLDERS = Statement(
    """
    SELECT * FROM folders WHERE NOT inactive AND lower(title) LIKE :pattern
      AND (game, playtype) IN (
        SELECT * FROM unnest(CAST(:games AS text[]), CAST(:playtypes AS text[])))
    ORDER BY length(title), folder_id LIMIT :most
    """
)


def _parameters(songs: Mapping[str, Collection[int]]) -> dict[str, str]:
    pairs = [(game, str(song_id)) for game, ids in songs.items() for song_id in ids]
    return {
        "games": text_array([game for game, _ in pairs]),
        "songs": text_array([song_id for _, song_id in pairs]),
    }


def songs(connection: Connection, wanted: Mapping[str, Collection[int]]) -> list[Row]:
    """Songs of several games. wanted: their ids by game."""
    return _SONGS.rows(connection, _parameters(wanted))


def found_on(connection: Connection, rows: Collection[Row]) -> dict[str, Found]:
    """By game, the charts and songs that scores are on. Two statements."""
    pairs = sorted({(row.game, row.chart_id) for row in rows})
    parameters = {
        "games": text_array([game for game, _ in pairs]),
        "charts": text_array([chart_id for _, chart_id in pairs]),
    }
    charts = _CHARTS_BY_ID.rows(connection, parameters)
    of_songs = songs(connection, song_ids(rows))
    found = {}
    for game in {row.game for row in charts}:
        charts_of_game = [row for row in charts if row.game == game]
        songs_of_game = [row for row in of_songs if row.game == game]
        found[game] = Found(charts_of_game, songs_of_game, ids_of(charts_of_game, songs_of_game))
    return found


def song_ids(rows: Collection[Row]) -> dict[str, set[int]]:
    """The songs of charts or scores, by game."""
    found: dict[str, set[int]] = {}
    for row in rows:
        found.setdefault(row.game, set()).add(row.song_id)
    return found


def charts_of_songs(
    connection: Connection, wanted: Mapping[str, Collection[int]], most: int
) -> Sequence[Row]:
    """The most played charts of songs, with `playcount`; so many of each GPT."""
    return _CHARTS.rows(connection, {**_parameters(wanted), "most": most})


def charts_by_hash(connection: Connection, games: Collection[str], wanted: str) -> list[Row]:
    """The charts of these games with this hash."""
    values = {storable_text(wanted), storable_text(wanted.lower())}
    patterns = [
        orjson.dumps({name: form}).decode()
        for name in HASHES
        for value in sorted(values)
        for form in (value, [value])
    ]
    parameters = {"patterns": text_array(patterns), "games": text_array(games)}
    return _BY_HASH.rows(connection, parameters)


def users_named(connection: Connection, part: str, most: int) -> Sequence[Row]:
    return _USERS.rows(connection, {"pattern": containing(part), "most": most})


def folders_named(
    connection: Connection, gpts: Collection[GPT], part: str, most: int
) -> Sequence[Row]:
    """Folders of these GPTs whose titles hold the text, the shortest first."""
    parameters = {
        "pattern": containing(part),
        "most": most,
        "games": text_array([gpt.game for gpt in gpts]),
        "playtypes": text_array([gpt.playtype for gpt in gpts]),
    }
    return _FOLDERS.rows(connection, parameters)


_GPTS: Final = Statement("SELECT game, playtype FROM user_game_stats WHERE user_id = :user_id")


def gpts_of(connection: Connection, user_id: int) -> set[tuple[str, str]]:
    """What the user has played: games with playtypes."""
    rows = _GPTS.rows(connection, {"user_id": user_id})
    return {(game, playtype) for game, playtype in rows}


_RIVALS: Final = Statement("SELECT unnest(rivals) FROM game_settings WHERE user_id = :user_id")


def all_rivals(connection: Connection, user_id: int) -> set[int]:
    """The user's rivals in any game."""
    return set(_RIVALS.values(connection, {"user_id": user_id}))
