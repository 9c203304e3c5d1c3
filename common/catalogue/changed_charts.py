"""What a change of charts means for the scores and goals that name them.

A chart that players have scores on never disappears: it is kept as *retired* (not primary,
in no version), or the load is refused. And scores say whether their chart is primary.

Source: specification, seeds-format.md section 13 and pipeline-mutation.md section 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from common.catalogue.collections import FIRST_SONG_OF_PLAYERS


@dataclass(frozen=True, slots=True)
class Effects:
    """What the staged changes of charts bring about.

    moved: charts whose isPrimary or song changes. rerated: charts whose ratings, or the
    profiles made of them, may change; the moved ones are among them.
    """

    moved: list[str]
    rerated: list[str]


def effects(connection: Connection, game: str) -> Effects:
    """Compares the staged charts (`sync.stage_changed`) with those they are about to replace."""
    rows = connection.execute(
        text(
            """
            SELECT chart_id,
                   (old.is_primary, old.song_id) <> (new.is_primary, new.song_id) AS moved,
                   (old.level, old.level_num, old.is_primary, old.song_id, old.data)
                       <> (new.level, new.level_num, new.is_primary, new.song_id, new.data)
                       AS rerated
            FROM charts AS old JOIN changed_charts AS new USING (game, chart_id)
            WHERE game = :game
            """
        ),
        {"game": game},
    ).all()
    return Effects(
        [row.chart_id for row in rows if row.moved], [row.chart_id for row in rows if row.rerated]
    )


def rerated_by_songs(connection: Connection, game: str) -> list[str]:
    """The charts of staged songs whose `data` changes; some ratings look at it."""
    rows = connection.scalars(
        text(
            """
            SELECT chart_id
            FROM changed_songs AS new
            JOIN songs AS old USING (game, id)
            JOIN charts ON charts.game = old.game AND charts.song_id = old.id
            WHERE old.game = :game AND old.data <> new.data
            """
        ),
        {"game": game},
    )
    return list(rows)


def follow(connection: Connection, game: str, chart_ids: Sequence[str]) -> None:
    """Makes scores and personal bests agree with their charts, in both directions.

    The caller holds the users (`locking.hold_users`).
    """
    # Scores have no index that begins with the chart: this is one pass over the table, some
    # times a year, against an index to maintain with every score.
    for table in ("scores", "personal_bests"):
        connection.execute(
            text(
                f"""
                UPDATE {table} AS mine
                SET is_primary = charts.is_primary, song_id = charts.song_id
                FROM charts
                WHERE charts.game = :game AND charts.chart_id = ANY(:chart_ids)
                  AND mine.game = charts.game AND mine.chart_id = charts.chart_id
                  AND (mine.is_primary, mine.song_id) <> (charts.is_primary, charts.song_id)
                """  # noqa: S608
            ),
            {"game": game, "chart_ids": list(chart_ids)},
        )


def uses_of(connection: Connection, game: str, chart_ids: Sequence[str]) -> dict[str, str]:
    """Which of the charts are needed, and by what, in words: `2 scores, 1 goal`.

    The caller holds the users (`locking.hold_users`).
    """
    rows = connection.execute(
        text(
            """
            WITH asked AS (SELECT unnest(CAST(:chart_ids AS text[])) AS chart_id),
            uses AS (
                SELECT chart_id, 'score' AS noun, count(*) AS number
                FROM scores JOIN asked USING (chart_id) WHERE game = :game GROUP BY chart_id
                UNION ALL
                SELECT chart_id, 'personal best', count(*)
                FROM personal_bests JOIN asked USING (chart_id) WHERE game = :game
                GROUP BY chart_id
                UNION ALL
                SELECT chart_id, 'goal', count(*)
                FROM goals JOIN asked ON charts->'data' ? chart_id
                WHERE game = :game AND charts->>'type' <> 'folder' GROUP BY chart_id
            )
            SELECT chart_id,
                   string_agg(number || ' ' || noun || CASE number WHEN 1 THEN '' ELSE 's' END,
                              ', ' ORDER BY noun DESC)
            FROM uses GROUP BY chart_id
            """
        ),
        {"game": game, "chart_ids": list(chart_ids)},
    )
    return {chart_id: uses for chart_id, uses in rows}  # noqa: C416 (Row is no plain tuple)


def retired(connection: Connection, game: str, chart_ids: Iterable[str]) -> set[str]:
    """Which of the charts already are as retiring would leave them."""
    rows = connection.scalars(
        text(
            "SELECT chart_id FROM charts WHERE game = :game AND chart_id = ANY(:chart_ids)"
            " AND NOT is_primary AND versions = '{}'"
        ),
        {"game": game, "chart_ids": list(chart_ids)},
    )
    return set(rows)


def retire(connection: Connection, game: str, chart_ids: Sequence[str]) -> None:
    # Without a hash a retired chart differs from any document: it is taken up again if it
    # comes back.
    connection.execute(
        text(
            "UPDATE charts SET is_primary = false, versions = '{}', content_hash = ''"
            " WHERE game = :game AND chart_id = ANY(:chart_ids)"
        ),
        {"game": game, "chart_ids": list(chart_ids)},
    )


def songs_with_charts(
    connection: Connection, game: str, song_ids: Sequence[int]
) -> dict[int, bool]:
    """Which of the songs still have charts, and whether all of those are retired."""
    rows = connection.execute(
        text(
            "SELECT song_id, bool_and(NOT is_primary AND versions = '{}') FROM charts"
            " WHERE game = :game AND song_id = ANY(:song_ids) GROUP BY song_id"
        ),
        {"game": game, "song_ids": list(song_ids)},
    )
    return {song_id: all_retired for song_id, all_retired in rows}  # noqa: C416


# --- charts that players brought ---------------------------------------------------------


def charts_by_hash(
    connection: Connection, game: str, field: str
) -> list[tuple[tuple[str, str], str]]:
    """(playtype, hash) and chartID of all charts; of several alike, the smallest ID last.

    field: of a chart's data, that holds the hash.
    """
    rows = connection.execute(
        text(
            "SELECT playtype, data ->> :field AS chart_hash, chart_id FROM charts"
            " WHERE game = :game ORDER BY chart_id DESC"
        ),
        {"game": game, "field": field},
    )
    return [((row.playtype, row.chart_hash), row.chart_id) for row in rows]


def forget_songs_without_charts(connection: Connection, game: str) -> None:
    """Deletes players' songs all of whose charts belong to songs of the seeds now."""
    connection.execute(
        text(
            "DELETE FROM songs WHERE game = :game AND id >= :first AND NOT EXISTS ("
            " SELECT FROM charts WHERE charts.game = songs.game AND charts.song_id = songs.id)"
        ),
        {"game": game, "first": FIRST_SONG_OF_PLAYERS},
    )
