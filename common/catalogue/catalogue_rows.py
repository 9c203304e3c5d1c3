"""Songs, charts, folders and tables, read for those who look at them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, text

from common.catalogue.catalogue_documents import Ids
from common.database.parameters import text_array
from common.database.statements import Row, Statement
from common.games.model import GPT
from common.games.version3 import version3_id

# The largest number that the catalogue takes for a song's id.
MOST: Final = 2**31 - 1

_CHARTS = Statement(
    "SELECT * FROM charts WHERE game = :game AND chart_id = ANY(CAST(:ids AS text[]))"
    " ORDER BY chart_id"
)
_SONGS = Statement(
    "SELECT * FROM songs WHERE game = :game AND id = ANY(CAST(:ids AS integer[])) ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Found:
    """Charts and their songs. ids: what version 3 calls them."""

    charts: Sequence[Row]
    songs: Sequence[Row]
    ids: Ids


NOTHING: Final = Found((), (), Ids())


def ids_of(charts: Collection[Row], songs: Collection[Row]) -> Ids:
    """What version 3 calls these."""
    return Ids(
        {row.chart_id: row.v3_id for row in charts if getattr(row, "v3_id", None)},
        {row.id: row.v3_id for row in songs if getattr(row, "v3_id", None)},
    )


def charts_and_songs(
    connection: Connection, game: str, chart_ids: Collection[str], song_ids: Collection[int]
) -> Found:
    """Those of the game with these ids, as far as there are any."""
    charts = charts_by_id(connection, game, chart_ids)
    songs = songs_by_id(connection, game, song_ids)
    return Found(charts, songs, ids_of(charts, songs))


def of_rows(connection: Connection, game: str, rows: Collection[Row]) -> Found:
    """The charts and songs that scores or personal bests of the game are on."""
    return charts_and_songs(
        connection, game, {row.chart_id for row in rows}, {row.song_id for row in rows}
    )


def of_charts(connection: Connection, game: str, charts: Sequence[Row]) -> Found:
    """These charts of the game with their songs."""
    songs = songs_by_id(connection, game, {chart.song_id for chart in charts})
    return Found(charts, songs, ids_of(charts, songs))


def charts_by_id(connection: Connection, game: str, chart_ids: Collection[str]) -> Sequence[Row]:
    return _CHARTS.rows(connection, {"game": game, "ids": text_array(chart_ids)})


def songs_by_id(connection: Connection, game: str, song_ids: Collection[int]) -> Sequence[Row]:
    ids = text_array(list(map(str, song_ids)))
    return _SONGS.rows(connection, {"game": game, "ids": ids})


# --- all of a game -------------------------------------------------------------------------


def all_songs(connection: Connection, game: str) -> Iterable[Row]:
    """The songs of a game as an index is made of them; `data` as a text."""
    return connection.execute(
        text(
            "SELECT id, title, artist, alt_titles, search_terms, data::text AS data"
            " FROM songs WHERE game = :game"
        ),
        {"game": game},
    )


def all_charts(connection: Connection, game: str) -> Iterable[Row]:
    """The charts of a game as an index is made of them; `data` as a text."""
    return connection.execute(
        text(
            "SELECT chart_id, song_id, playtype, difficulty, level, level_num, is_primary,"
            " versions, data::text AS data FROM charts WHERE game = :game"
        ),
        {"game": game},
    )


# --- one of them ---------------------------------------------------------------------------

# What an id of version 3 stands for; nothing where it is none.
_KEY: Final = """
    (SELECT key FROM other_ids WHERE kind = '{kind}' AND game = :game AND other_id = :id)
"""
_CHART: Final = Statement(
    "SELECT * FROM charts WHERE game = :game AND playtype = :playtype"  # noqa: S608
    f" AND chart_id = ANY(ARRAY[:id, {_KEY.format(kind='charts')}])"
)
_SONG: Final = Statement(
    "SELECT * FROM songs WHERE game = :game"  # noqa: S608
    f" AND id = ANY(ARRAY[:number, CAST({_KEY.format(kind='songs')} AS integer)])"
)
# A slug goes before the ids.
_FOLDER: Final = Statement(
    "SELECT folders.* FROM unnest(ARRAY["  # noqa: S608
    " (SELECT key FROM other_ids WHERE kind = 'slugs' AND game = :version3 AND other_id = :id),"
    f" :id, {_KEY.format(kind='folders')}]) WITH ORDINALITY AS called (folder_id, place)"
    " JOIN folders USING (folder_id) WHERE game = :game AND playtype = :playtype"
    " ORDER BY place LIMIT 1"
)
_TABLE: Final = Statement(
    "SELECT * FROM tables WHERE game = :game AND playtype = :playtype"  # noqa: S608
    f" AND table_id = ANY(ARRAY[:id, {_KEY.format(kind='tables')}])"
)


def find_chart(connection: Connection, gpt: GPT, chart_id: str) -> Row | None:
    """The GPT's chart that either version of Tachi calls so."""
    parameters = {"game": gpt.game, "playtype": gpt.playtype, "id": chart_id}
    return _CHART.row(connection, parameters)


def find_song(connection: Connection, game: str, song_id: str) -> Row | None:
    """The game's song that either version of Tachi calls so."""
    is_number = song_id.isascii() and song_id.isdigit()
    number = min(int(song_id[:20]), MOST) if is_number else None
    parameters = {"game": game, "id": song_id, "number": number}
    return _SONG.row(connection, parameters)


_BY_DATA: Final = Statement(
    """
    SELECT song_id FROM charts
    WHERE game = :game AND data @> ANY(CAST(:patterns AS jsonb[]))
    UNION
    SELECT id FROM songs WHERE game = :game AND data @> ANY(CAST(:patterns AS jsonb[]))
    LIMIT 1000
    """
)


def songs_by_data(connection: Connection, game: str, patterns: Collection[str]) -> Sequence[int]:
    """The songs whose data, or a chart's of theirs, contains one of these JSON documents."""
    parameters = {"game": game, "patterns": text_array(patterns)}
    return _BY_DATA.values(connection, parameters)


_CHARTS_OF_SONGS: Final = Statement(
    "SELECT * FROM charts WHERE game = :game AND song_id = ANY(CAST(:ids AS integer[]))"
)


def charts_of_songs(connection: Connection, game: str, song_ids: Collection[int]) -> Sequence[Row]:
    """All charts of these songs, in every playtype."""
    return _CHARTS_OF_SONGS.rows(
        connection, {"game": game, "ids": text_array(list(map(str, song_ids)))}
    )


_CHARTS_OF_SONG: Final = Statement(
    "SELECT * FROM charts"
    " WHERE game = :game AND song_id = :song_id AND playtype = :playtype"
    " ORDER BY is_primary DESC, level_num, chart_id"
)


def charts_of_song(connection: Connection, gpt: GPT, song_id: int) -> Sequence[Row]:
    return _CHARTS_OF_SONG.rows(
        connection, {"game": gpt.game, "song_id": song_id, "playtype": gpt.playtype}
    )


def charts_by_players(
    connection: Connection,
    gpt: GPT,
    song_ids: Collection[int] | None,
    played_by: int | None,
    most: int,
) -> Sequence[Row]:
    """Charts with `playcount`, the number of their players, most played first.

    song_ids: of these songs; None = of all. played_by: only what this user has played.
    """
    parameters: dict[str, Any] = {"game": gpt.game, "playtype": gpt.playtype, "most": most}
    if song_ids is None and played_by is None:
        counted = _MOST_PLAYED.rows(connection, parameters)
        if len(counted) == most:
            return counted
    if song_ids is not None:
        parameters["song_ids"] = text_array(list(map(str, song_ids)))
    if played_by is not None:
        parameters["user_id"] = played_by
    statement = _charts_by_players(song_ids is not None, played_by is not None)
    return statement.rows(connection, parameters)


# Players of a chart, as they were last counted; each that was not is a range of the ranking index.
PLAYERS_OF_CHART: Final = """
    coalesce(
        (SELECT ahead FROM leaderboard_marks AS mark
         WHERE mark.chart_id = charts.chart_id AND mark.value = '-Infinity'),
        (SELECT count(*) FROM personal_bests AS best WHERE best.chart_id = charts.chart_id))
"""
_CHARTS_BY_PLAYERS = """
    SELECT charts.*, {players} AS playcount FROM charts
    WHERE charts.game = :game AND charts.playtype = :playtype{conditions}
    ORDER BY playcount DESC, level_num, chart_id LIMIT :most
"""


@cache
def _charts_by_players(of_songs: bool, of_player: bool) -> Statement:
    conditions = " AND charts.song_id = ANY(CAST(:song_ids AS integer[]))" if of_songs else ""
    if of_player:
        conditions += (
            " AND charts.chart_id IN (SELECT chart_id FROM personal_bests"
            " WHERE user_id = :user_id AND game = :game AND playtype = :playtype)"
        )
    return Statement(_CHARTS_BY_PLAYERS.format(players=PLAYERS_OF_CHART, conditions=conditions))


_MOST_PLAYED = Statement(
    """
    SELECT charts.*, crowd.ahead AS playcount
    FROM (SELECT chart_id, ahead FROM leaderboard_marks
          WHERE game = :game AND playtype = :playtype AND value = '-Infinity'
          ORDER BY ahead DESC FETCH FIRST :most ROWS WITH TIES) AS crowd
    JOIN charts ON charts.game = :game AND charts.chart_id = crowd.chart_id
    ORDER BY playcount DESC, level_num, charts.chart_id LIMIT :most
    """
)


_COUNT_CHARTS: Final = Statement(
    "SELECT count(*) FROM charts WHERE game = :game AND playtype = :playtype"
)


def count_charts(connection: Connection, gpt: GPT) -> int:
    return int(_COUNT_CHARTS.value(connection, {"game": gpt.game, "playtype": gpt.playtype}) or 0)


# --- folders and tables ------------------------------------------------------------------


def find_folder(connection: Connection, gpt: GPT, folder_id: str) -> Row | None:
    """The GPT's folder that either version of Tachi calls so: by slug or id."""
    parameters = {
        "game": gpt.game,
        "playtype": gpt.playtype,
        "id": folder_id,
        "version3": version3_id(gpt),
    }
    return _FOLDER.row(connection, parameters)


_CHARTS_OF_FOLDER: Final = Statement(
    "SELECT charts.* FROM folder_charts JOIN charts USING (chart_id)"
    " WHERE folder_id = :id AND charts.game = :game ORDER BY chart_id"
)


def charts_of_folder(connection: Connection, game: str, folder_id: str) -> Found:
    """The charts that the folder holds, and their songs."""
    charts = _CHARTS_OF_FOLDER.rows(connection, {"id": folder_id, "game": game})
    return of_charts(connection, game, charts)


_FOLDERS_OF_GPT: Final = Statement(
    "SELECT * FROM folders WHERE game = :game AND playtype = :playtype"
    " AND (:with_inactive OR NOT inactive) ORDER BY folder_id"
)


def folders_of_gpt(connection: Connection, gpt: GPT, *, with_inactive: bool) -> Sequence[Row]:
    return _FOLDERS_OF_GPT.rows(
        connection, {"game": gpt.game, "playtype": gpt.playtype, "with_inactive": with_inactive}
    )


_FOLDERS_BY_ID: Final = Statement(
    "SELECT * FROM folders WHERE folder_id = ANY(CAST(:ids AS text[])) ORDER BY folder_id"
)


def folders_by_id(connection: Connection, folder_ids: Collection[str]) -> Sequence[Row]:
    return _FOLDERS_BY_ID.rows(connection, {"ids": text_array(folder_ids)})


_FOLDERS_OF_CHART: Final = Statement(
    "SELECT folders.* FROM folder_charts JOIN folders USING (folder_id)"
    " WHERE chart_id = :chart_id AND game = :game AND playtype = :playtype"
    " AND (:with_inactive OR NOT inactive) ORDER BY title, folder_id"
)


def folders_of_chart(
    connection: Connection, gpt: GPT, chart_id: str, *, with_inactive: bool
) -> Sequence[Row]:
    return _FOLDERS_OF_CHART.rows(
        connection,
        {
            "chart_id": chart_id,
            "game": gpt.game,
            "playtype": gpt.playtype,
            "with_inactive": with_inactive,
        },
    )


_TABLES_OF_GPT: Final = Statement(
    "SELECT * FROM tables WHERE game = :game AND playtype = :playtype"
    " AND (:with_inactive OR NOT inactive) ORDER BY title, table_id"
)


def tables_of_gpt(connection: Connection, gpt: GPT, *, with_inactive: bool) -> Sequence[Row]:
    return _TABLES_OF_GPT.rows(
        connection, {"game": gpt.game, "playtype": gpt.playtype, "with_inactive": with_inactive}
    )


def find_table(connection: Connection, gpt: GPT, table_id: str) -> Row | None:
    """The GPT's table that either version of Tachi calls so."""
    parameters = {"game": gpt.game, "playtype": gpt.playtype, "id": table_id}
    return _TABLE.row(connection, parameters)
