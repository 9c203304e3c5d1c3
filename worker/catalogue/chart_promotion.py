"""Moving charts from the orphan-chart queue into the catalogue.

Source: specification, pipeline-orphans.md section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from common.catalogue import chart_queue_rows, other_ids
from common.catalogue.collections import FIRST_SONG_OF_PLAYERS, STORED, content_hash
from common.catalogue.follow_ups import accept_follow_ups, accept_orphan_jobs
from common.catalogue.locking import hold_catalogue
from common.catalogue.lookup import refresh_lookup
from common.catalogue.sync import Difference, insert_new
from common.catalogue.versions import raise_versions
from common.games.registry import GAMES
from common.seeds.schema import Document
from common.seeds.seed_documents import CHARTS, SONGS, Kind
from common.seeds.summary import Summary


@dataclass(frozen=True, slots=True)
class QueuedChart:
    """A chart that is not in the catalogue yet. user_ids: who has played it."""

    gpt: str
    chart_hash: str
    song: Document
    chart: Document
    user_ids: list[int]

    @property
    def place(self) -> tuple[str, str]:
        """What tells the chart from all others of the game."""
        return self.chart["playtype"], self.chart_hash


def promote(
    connection: Connection, game: str, charts: Sequence[QueuedChart], *, promoter: int
) -> list[str]:
    """Makes charts of the queue charts of the catalogue; the chartIDs they have there.

    promoter: the user whose import does so; the orphans of all other players of the charts are
    tried again in the background.
    """
    hold_catalogue(connection)
    present = _present(connection, game, charts)
    new = [chart for chart in charts if chart.place not in present]
    if new:
        _add_to_catalogue(connection, game, new)
    others = {player for chart in charts for player in chart.user_ids} - {promoter}
    accept_orphan_jobs(connection, [game], others)
    chart_queue_rows.remove(connection, [(chart.gpt, chart.chart_hash) for chart in charts])
    return [present.get(chart.place) or chart.chart["chartID"] for chart in charts]


def _present(
    connection: Connection, game: str, charts: Sequence[QueuedChart]
) -> dict[tuple[str, str], str]:
    """The chartIDs, by place, of charts that the catalogue has got meanwhile."""
    field = GAMES[game].players_charts_by or ""
    rows = chart_queue_rows.in_catalogue(connection, game, field, [c.chart_hash for c in charts])
    return {(row.playtype, row.chart_hash): row.chart_id for row in rows}


def _add_to_catalogue(connection: Connection, game: str, charts: Sequence[QueuedChart]) -> None:
    # Nobody else adds songs meanwhile: the catalogue is held.
    first = chart_queue_rows.next_song(connection, game, FIRST_SONG_OF_PLAYERS)
    numbered = list(enumerate(charts, first))
    _insert(connection, SONGS, game, [chart.song | {"id": n} for n, chart in numbered])
    _insert(connection, CHARTS, game, [chart.chart | {"songID": n} for n, chart in numbered])
    change = refresh_lookup(connection, game)
    accept_follow_ups(connection, Summary(lookups={game: change}))
    raise_versions(connection, [game])


def _insert(connection: Connection, kind: Kind, game: str, documents: list[Document]) -> None:
    stored = STORED[kind.name]
    rows = [stored.row(document, content_hash(document), game) for document in documents]
    insert_new(connection, Difference(stored, game, new=rows))
    keys = [str(document[kind.key]) for document in documents]
    other_ids.name_new(connection, kind.name, game, keys)
