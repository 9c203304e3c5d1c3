"""Personal bests as stored: they follow from the user's scores on a chart, written in bulk.

`rebuild` works them out from all scores there are. `compose` does so from the few that the stored
ones are made of, and those that came: which is the same, for what was best of some scores is all
that can be best of them and others.

Source: specification, pipeline-pbs-stats.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.database.columns import Columns
from common.database.parameters import text_array
from common.database.statements import Statement
from common.errors import InternalFailure
from common.games.kit.ratings import profile_values
from common.games.model import GPT
from common.games.registry import get_game
from common.games.scoring.leaderboards import ranking_values
from common.games.scoring.personal_bests import PersonalBest, PlayedScore, merge
from common.profiles.profile_tables import PersonalBest as PersonalBestRow

COLUMNS: Final = Columns(PersonalBestRow)

_Best = tuple[GPT, Chart, PersonalBest]

_DELETE = text(
    """
    DELETE FROM personal_bests
    WHERE user_id = :user_id
      AND chart_id = ANY(CAST(:chart_ids AS text[]))
    """
)

_SCORE: Final = "chart_id, score_id, score_data, time_achieved, time_added, highlight"
_SCORES = text(
    f"""
    SELECT {_SCORE} FROM scores
    WHERE user_id = :user_id AND chart_id = ANY(CAST(:chart_ids AS text[]))
    ORDER BY chart_id
    """  # noqa: S608 (the columns above)
)
_SCORES_BY_ID = Statement(
    f"""
    SELECT {_SCORE} FROM scores
    WHERE user_id = :user_id AND score_id = ANY(CAST(:score_ids AS text[]))
    """  # noqa: S608
)
_BEFORE = Statement(
    """
    SELECT chart_id, song_id, is_primary, highlight, time_achieved, calculated_data, composed_from,
           profile_values IS NULL AS unplaced,
           (SELECT min(rules) FROM user_game_stats
            WHERE user_id = :user_id AND game = :game) AS rules
    FROM personal_bests
    WHERE user_id = :user_id AND chart_id = ANY(CAST(:chart_ids AS text[]))
    """
)


_WHOLE = text(
    COLUMNS.select + " WHERE user_id = :user_id AND chart_id = ANY(CAST(:chart_ids AS text[]))"
)
_CHARTS = text(
    """
    SELECT chart_id FROM personal_bests WHERE user_id = :user_id AND game = :game
    UNION SELECT chart_id FROM scores WHERE user_id = :user_id AND game = :game
    ORDER BY chart_id
    """
)


def rebuild(
    connection: Connection, user_id: int, catalogue: GameCatalogue, chart_ids: Collection[str]
) -> None:
    """Makes the user's personal bests on these charts those of the user's scores.

    A chart without any score has none afterwards. Three statements, whatever the number of
    charts. Of the scores only the rows as they came are all in memory at once.
    """
    # COPY cannot begin before all is read.
    lines = COLUMNS.lines({"user_id": user_id, "game": catalogue.game})
    made = list(map(lines.line, of_scores(connection, user_id, catalogue, chart_ids)))
    connection.execute(_DELETE, {"user_id": user_id, "chart_ids": text_array(chart_ids)})
    lines.copy(connection, made)


def of_scores(
    connection: Connection, user_id: int, catalogue: GameCatalogue, chart_ids: Collection[str]
) -> Iterator[dict[str, Any]]:
    """The rows that all of the user's scores on these charts make; without user and game."""
    parameters = {"user_id": user_id, "chart_ids": text_array(chart_ids)}
    for best in _best_of(catalogue, _by_chart(connection.execute(_SCORES, parameters))):
        yield _row(*best)


def on_charts(
    connection: Connection, user_id: int, chart_ids: Collection[str]
) -> dict[str, Row[Any]]:
    """The rows that are stored, by chart."""
    parameters = {"user_id": user_id, "chart_ids": text_array(chart_ids)}
    return {row.chart_id: row for row in connection.execute(_WHOLE, parameters)}


def charts_of(connection: Connection, user_id: int, game: str) -> list[str]:
    """The charts of the game on which the user has a personal best or a score."""
    return list(connection.scalars(_CHARTS, {"user_id": user_id, "game": game}))


def compose(
    connection: Connection,
    user_id: int,
    catalogue: GameCatalogue,
    new_scores: Mapping[str, Sequence[Any]],
    played: Callable[[Any], PlayedScore],
) -> None:
    """Makes the user's personal bests what they are with the scores that came to those before.

    new_scores: by chart, and of charts on which something else changed of the scores, none;
    `played` makes of each what is compared. Those on the charts were up to date before; where they
    follow other rules than the game's present ones, or lack a score, they are rebuilt. Four
    statements at most, whatever the number of charts and of the scores on them; those that stay as
    they are are not written.
    """
    game = catalogue.game
    parameters = {"user_id": user_id, "game": game, "chart_ids": text_array(new_scores)}
    before = {row.chart_id: row for row in _BEFORE.rows(connection, parameters)}
    made_of = {
        part["scoreID"]: chart_id for chart_id, row in before.items() for part in row.composed_from
    }
    parts: dict[str, list[PlayedScore]] = {chart_id: [] for chart_id in new_scores}
    if made_of:
        given_parts = {"user_id": user_id, "score_ids": text_array(made_of)}
        found = 0
        for _, *part in _SCORES_BY_ID.rows(connection, given_parts):
            found += 1
            score = PlayedScore(*part)
            parts[made_of[score.scoreID]].append(score)
        rules = get_game(game).rules
        if found < len(made_of) or any(row.rules != rules for row in before.values()):
            rebuild(connection, user_id, catalogue, new_scores)
            return

    def scores(chart_ids: Iterable[str]) -> Iterator[tuple[str, Iterable[PlayedScore]]]:
        for chart_id in chart_ids:
            yield chart_id, chain(parts[chart_id], map(played, new_scores[chart_id]))

    changed: dict[str, _Best] = {}
    for best in _best_of(catalogue, scores(before)):
        chart_id = best[1].chartID
        if not _is_as_stored(before[chart_id], best):
            changed[chart_id] = best
    if changed:
        connection.execute(_DELETE, {"user_id": user_id, "chart_ids": text_array(changed)})
    # What is new is composed while COPY runs.
    new = _best_of(catalogue, scores(each for each in new_scores if each not in before))
    rows = (_row(*best) for best in chain(changed.values(), new))
    COLUMNS.copy(connection, rows, {"user_id": user_id, "game": game})


def _is_as_stored(stored: Row[Any], made: _Best) -> bool:
    """Whether a personal best is what was stored before; its score_data follows from its parts."""
    _, chart, best = made
    parts = [(part.name, part.scoreID) for part in best.composedFrom]
    return (
        parts == [(part["name"], part["scoreID"]) for part in stored.composed_from]
        and best.calculatedData == stored.calculated_data
        and best.highlight == stored.highlight
        and best.timeAchieved == stored.time_achieved
        and chart.isPrimary == stored.is_primary
        and chart.songID == stored.song_id
        and not stored.unplaced
    )


def _by_chart(stored: Iterable[Row[Any]]) -> Iterator[tuple[str, Iterable[PlayedScore]]]:
    """The scores on each chart, to be used before the next. stored: ordered by chart."""
    for chart_id, rows in groupby(stored, key=attrgetter("chart_id")):
        yield chart_id, (PlayedScore(*tuple(row)[1:]) for row in rows)


def _best_of(
    catalogue: GameCatalogue, scores: Iterable[tuple[str, Iterable[PlayedScore]]]
) -> Iterator[_Best]:
    gpts = get_game(catalogue.game).playtypes
    for chart_id, played in scores:
        chart = catalogue.chart(chart_id)
        if chart is None:
            if any(True for _ in played):
                raise InternalFailure(f"Couldn't find chart with ID {chart_id} ({catalogue.game}).")
            continue
        gpt = gpts[chart.playtype]
        best = merge(gpt, chart, played)
        if best is not None:
            yield gpt, chart, best


def _row(gpt: GPT, chart: Chart, best: PersonalBest) -> dict[str, Any]:
    return {
        "chart_id": chart.chartID,
        "playtype": chart.playtype,
        "song_id": chart.songID,
        "is_primary": chart.isPrimary,
        "highlight": best.highlight,
        "time_achieved": best.timeAchieved,
        "ranking_values": ranking_values(gpt, best.scoreData),
        "profile_values": profile_values(gpt, chart.isPrimary, best.calculatedData),
        "score_data": best.scoreData if best.encoded is None else best.encoded,
        "calculated_data": best.calculatedData,
        "composed_from": best.composedFrom,
    }
