"""The rows of orphan_charts: charts that players reported and the catalogue lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, text

# Rows are locked in the order of their keys, so that two who offer the same charts cannot wait
# for each other. The second sees the first among the players.
_ADD_PLAYER: Final = text(
    """
    INSERT INTO orphan_charts AS queued (gpt, chart_hash, song, chart, user_ids)
    SELECT gpt, chart_hash, song, chart, jsonb_build_array(CAST(:user_id AS integer))
    FROM json_to_recordset(CAST(:offered AS json)) AS offered (
        gpt text, chart_hash text, song jsonb, chart jsonb)
    ORDER BY gpt, chart_hash
    ON CONFLICT (gpt, chart_hash) DO UPDATE
    SET user_ids = CASE
        WHEN queued.user_ids @> EXCLUDED.user_ids THEN queued.user_ids
        ELSE queued.user_ids || EXCLUDED.user_ids END
    RETURNING gpt, chart_hash, song, chart, user_ids
    """
)
_REMOVE: Final = text(
    """
    DELETE FROM orphan_charts
    USING unnest(CAST(:gpts AS text[]), CAST(:hashes AS text[])) AS gone (gpt, chart_hash)
    WHERE orphan_charts.gpt = gone.gpt AND orphan_charts.chart_hash = gone.chart_hash
    """
)
_PRESENT: Final = text(
    """
    SELECT playtype, data ->> :field AS chart_hash, chart_id FROM charts
    WHERE game = :game AND data ->> :field = ANY(:hashes)
    """
)
_NEXT_SONG: Final = text("SELECT greatest(max(id) + 1, :first) FROM songs WHERE game = :game")


def add_player(
    connection: Connection, user_id: int, offered: Sequence[dict[str, Any]]
) -> Sequence[Row[Any]]:
    """The charts as they are queued now, with the user among their players.

    offered: `gpt`, `chart_hash`, `song`, `chart` of each; the documents count only where the
    chart was not queued yet.
    """
    parameters = {"user_id": user_id, "offered": orjson.dumps(offered).decode()}
    return connection.execute(_ADD_PLAYER, parameters).all()


def remove(connection: Connection, queued: Iterable[tuple[str, str]]) -> None:
    """Takes charts, each a GPT and a hash, out of the queue."""
    gone = list(queued)
    parameters = {
        "gpts": [gpt for gpt, _ in gone],
        "hashes": [chart_hash for _, chart_hash in gone],
    }
    connection.execute(_REMOVE, parameters)


# --- where they go -------------------------------------------------------------------------


def in_catalogue(
    connection: Connection, game: str, field: str, hashes: Collection[str]
) -> Sequence[Row[Any]]:
    """`playtype`, `chart_hash` and `chart_id` of the charts that the catalogue has by now.

    field: of a chart's data, that holds the hash.
    """
    return connection.execute(
        _PRESENT, {"game": game, "field": field, "hashes": list(hashes)}
    ).all()


def next_song(connection: Connection, game: str, first: int) -> int:
    """The number of the next song that players bring; `first`: of all of those."""
    number: int = connection.scalar(_NEXT_SONG, {"game": game, "first": first})
    return number
