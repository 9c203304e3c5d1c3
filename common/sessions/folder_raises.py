"""What a session improved on the folders of its charts.

A chart is raised to a value of an ENUM metric where the session reached the value, or one above,
and its player had not before. Source: specification, http-api-inspect.md section 2.3.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from common.catalogue import catalogue_documents, catalogue_rows
from common.database.statements import Row
from common.games.model import GPT, Enum
from common.games.registry import get_gpt
from common.scores import score_rows
from common.sessions import raise_rows
from common.sessions.session_answers import FolderRaise
from common.sessions.session_documents import ScoreInfo
from common.sessions.session_info import score_info
from common.wire import Wire

# A metric's name, and the place of one of its values.
_Value = tuple[str, int]


def raises_of(connection: Connection, session: Row, wire: Wire) -> list[FolderRaise]:
    """The raises of a row of `sessions`. A fixed number of statements."""
    gpt = get_gpt(session.game, session.playtype)
    scores = score_rows.compared(connection, session.user_id, session.score_ids)
    infos = {info["scoreID"]: info for info in score_info(connection, session)}
    metrics = {name: metric for name, metric in gpt.metrics.items() if isinstance(metric, Enum)}
    folders = raise_rows.active_folders(connection, gpt, {row.chart_id for row in scores})
    contents = raise_rows.contents(connection, [folder.folder_id for folder in folders])
    charts = {chart_id for held in contents.values() for chart_id in held}
    before = raise_rows.reached_before(
        connection, session.user_id, charts, metrics, session.time_started
    )
    raised = _raised(metrics, scores, infos)
    names = _names(connection, gpt, {chart for held in raised.values() for chart in held}, wire)
    return [
        FolderRaise(
            folder=catalogue_documents.folder(folder, wire),
            previousCount=sum(before.get((chart, metric), -1) >= place for chart in held),
            raisedCharts=[names[chart] for chart in here],
            type=metric,
            value=metrics[metric].values[place],
            totalCharts=len(held),
        )
        for folder in folders
        for held in (contents[folder.folder_id],)
        for (metric, place), charts_raised in raised.items()
        if (here := sorted(held & charts_raised))
    ]


def _raised(
    metrics: dict[str, Enum], scores: Sequence[Row], infos: dict[str, ScoreInfo]
) -> dict[_Value, set[str]]:
    """The charts that were raised to each value."""
    found: dict[_Value, set[str]] = defaultdict(set)
    for name, metric in metrics.items():
        lowest = 0 if metric.minimum_relevant is None else metric.index[metric.minimum_relevant]
        for row in _best_on_each_chart(scores, name):
            for place in _places(row, name, lowest, infos[row.score_id]):
                found[name, place].add(row.chart_id)
    return dict(sorted(found.items()))


def _best_on_each_chart(scores: Sequence[Row], metric: str) -> Iterator[Row]:
    best: dict[str, Row] = {}
    for row in scores:
        known = best.get(row.chart_id)
        if known is None or _place(row, metric) > _place(known, metric):
            best[row.chart_id] = row
    yield from best.values()


def _place(row: Row, metric: str) -> int:
    return int(row.score_data["enumIndexes"][metric])


def _places(row: Row, metric: str, lowest: int, info: ScoreInfo) -> range:
    """The places that the score raised its chart to."""
    reached = _place(row, metric)
    risen = reached if info["isNewScore"] else int(info["deltas"][metric])
    return range(max(lowest, reached - risen + 1), reached + 1)


def _names(connection: Connection, gpt: GPT, charts: set[str], wire: Wire) -> dict[str, str]:
    """What the wire calls each of the charts."""
    rows = catalogue_rows.charts_by_id(connection, gpt.game, charts)
    ids = catalogue_rows.ids_of(rows, ())
    return {chart: chart if wire.has_v2 else ids.chart(chart) for chart in charts}
