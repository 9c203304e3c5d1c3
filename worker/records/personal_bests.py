"""Personal bests as stored: built from all scores of a user on a chart, written in bulk.

Source: specification, pipeline-pbs-stats.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.database.columns import Columns
from common.database.parameters import text_array
from common.errors import InternalFailure
from common.games.model import GPT
from common.games.registry import get_game
from common.games.scoring.leaderboards import ranking_values
from common.games.scoring.personal_bests import PersonalBest, PlayedScore, merge
from common.profiles.profile_tables import PersonalBest as PersonalBestRow

COLUMNS: Final = Columns(PersonalBestRow)

_DELETE = text(
    """
    DELETE FROM personal_bests
    WHERE user_id = :user_id
      AND chart_id = ANY(CAST(:chart_ids AS text[]))
    """
)

_STORED = text(
    """
    SELECT chart_id, score_id, score_data, time_achieved, time_added, highlight
    FROM scores
    WHERE user_id = :user_id
      AND chart_id = ANY(CAST(:chart_ids AS text[]))
      AND import_id <> :fresh_import
    ORDER BY chart_id
    """
)


def _no_scores(_chart_id: str) -> Iterable[PlayedScore]:
    return ()


def rebuild(
    connection: Connection,
    user_id: int,
    game: str,
    catalogue: GameCatalogue,
    chart_ids: Collection[str],
    *,
    fresh: Callable[[str], Iterable[PlayedScore]] = _no_scores,
    fresh_import: str = "",
) -> None:
    """Makes the user's personal bests on these charts those of the user's scores.

    A chart without any score has none afterwards. Three statements, whatever the number of
    charts. Of the scores only the rows as they came are all in memory at once.

    fresh: gives the scores of the import `fresh_import` on a chart: those need not be read
    again.
    """
    parameters = {
        "user_id": user_id,
        "chart_ids": text_array(chart_ids),
        "fresh_import": fresh_import,
    }
    stored = connection.execute(_STORED, parameters)
    alone = set(chart_ids)

    def rows(scores: Iterable[tuple[str, Iterable[PlayedScore]]]) -> Iterator[dict[str, Any]]:
        return _rows(user_id, game, _best_of(game, catalogue, scores))

    # COPY cannot begin before all is read; what needs no reading is composed while it runs.
    composed = list(map(COLUMNS.line, rows(_with_stored(stored, fresh, alone))))
    connection.execute(_DELETE, parameters)
    rest = rows((chart_id, fresh(chart_id)) for chart_id in sorted(alone))
    COLUMNS.copy_lines(connection, chain(composed, map(COLUMNS.line, rest)))


def _with_stored(
    stored: Iterable[Row[Any]], fresh: Callable[[str], Iterable[PlayedScore]], alone: set[str]
) -> Iterator[tuple[str, Iterable[PlayedScore]]]:
    """The charts that have stored scores, with all of theirs, to be used before the next.

    stored: ordered by chart. alone: those charts are taken out of it.
    """
    for chart_id, rows in groupby(stored, key=attrgetter("chart_id")):
        alone.remove(chart_id)
        yield chart_id, chain(fresh(chart_id), (PlayedScore(*tuple(row)[1:]) for row in rows))


def _best_of(
    game: str, catalogue: GameCatalogue, scores: Iterable[tuple[str, Iterable[PlayedScore]]]
) -> Iterator[tuple[GPT, Chart, PersonalBest]]:
    gpts = get_game(game).playtypes
    for chart_id, played in scores:
        chart = catalogue.chart(chart_id)
        if chart is None:
            if any(True for _ in played):
                raise InternalFailure(f"Couldn't find chart with ID {chart_id} ({game}).")
            continue
        gpt = gpts[chart.playtype]
        best = merge(gpt, chart, played)
        if best is not None:
            yield gpt, chart, best


def _rows(
    user_id: int, game: str, bests: Iterable[tuple[GPT, Chart, PersonalBest]]
) -> Iterator[dict[str, Any]]:
    for gpt, chart, best in bests:
        yield {
            "user_id": user_id,
            "chart_id": chart.chartID,
            "game": game,
            "playtype": chart.playtype,
            "song_id": chart.songID,
            "is_primary": chart.isPrimary,
            "highlight": best.highlight,
            "time_achieved": best.timeAchieved,
            "ranking_values": ranking_values(gpt, best.scoreData),
            "score_data": best.scoreData,
            "calculated_data": best.calculatedData,
            "composed_from": best.composedFrom,
        }
