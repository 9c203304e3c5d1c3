"""Personal bests as stored: they follow from the user's scores on a chart, written in bulk.

`rebuild` works them out from all scores there are. `compose` does so from the stored ones and the
scores that came: which is the same, for what was best of some scores is all that can be best of
them and others. Most of the stored ones say themselves what there is to know of those scores; of
the rest the few are read that they are made of.

Source: specification, pipeline-pbs-stats.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby
from operator import attrgetter
from typing import Any, Final

import msgspec
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
from common.games.scoring.personal_bests import (
    Choice,
    PersonalBest,
    PlayedScore,
    choose,
    composed,
    contenders,
    is_behind,
    merge,
)
from common.profiles.profile_tables import PersonalBest as PersonalBestRow

COLUMNS: Final = Columns(PersonalBestRow)

_Best = tuple[GPT, Chart, PersonalBest]
_Chosen = tuple[GPT, Chart, Choice]


class _Contest(msgspec.Struct, gc=False):
    """A stored personal best, and the scores among which it is chosen anew."""

    gpt: GPT
    chart: Chart
    stored: Any
    scores: list[PlayedScore]


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
    SELECT chart_id, song_id, is_primary, highlight, time_achieved, score_data, composed_from,
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
    touched: Collection[str] = (),
) -> None:
    """Makes the user's personal bests what they are with the scores that came to those before.

    new_scores: by chart; `played` makes of each what is compared. touched: charts on which
    something else changed of the scores. Those on the charts were up to date before; where they
    follow other rules than the game's present ones, or lack a score that is looked for, they are
    rebuilt. Four statements, or five where one is missing, at most, whatever the number of charts
    and of the scores on them; those that stay as they are are not written.
    """
    game = catalogue.game
    charts = dict.fromkeys(chain(new_scores, touched))
    parameters = {"user_id": user_id, "game": game, "chart_ids": text_array(charts)}
    before = {row.chart_id: row for row in _BEFORE.rows(connection, parameters)}

    def on_chart(chart_id: str) -> Iterator[PlayedScore]:
        return map(played, new_scores.get(chart_id, ()))

    changed: list[_Chosen] = []
    if before:
        rules = get_game(game).rules
        contests = None
        if all(row.rules == rules for row in before.values()):
            contests = _contests(connection, user_id, catalogue, before, on_chart, touched)
        if contests is None:
            rebuild(connection, user_id, catalogue, charts)
            return
        changed = list(_changed(contests))
    if changed:
        changed_ids = text_array([chart.chartID for _, chart, _ in changed])
        connection.execute(_DELETE, {"user_id": user_id, "chart_ids": changed_ids})
    # What is written is composed while COPY runs.
    again = ((gpt, chart, composed(gpt, chart, choice)) for gpt, chart, choice in changed)
    new = ((chart_id, on_chart(chart_id)) for chart_id in charts if chart_id not in before)
    rows = (_row(*best) for best in chain(again, _best_of(catalogue, new)))
    COLUMNS.copy(connection, rows, {"user_id": user_id, "game": game})


def _contests(
    connection: Connection,
    user_id: int,
    catalogue: GameCatalogue,
    before: Mapping[str, Any],
    new_scores: Callable[[str], Iterator[PlayedScore]],
    touched: Collection[str],
) -> list[_Contest] | None:
    """The stored personal bests that may not stay; None where a score is missing of one of them."""
    gpts = get_game(catalogue.game).playtypes
    contests = []
    to_read: dict[str, list[PlayedScore]] = {}
    for chart_id, row in before.items():
        chart = catalogue.chart(chart_id)
        if chart is None:
            raise _unknown(chart_id, catalogue)
        gpt = gpts[chart.playtype]
        scores = contenders(gpt, new_scores(chart_id))
        is_sound = chart_id not in touched and _fits(row, chart)
        if is_sound and _is_one_score(row, scores):
            scores.append(_only_score(row))
        elif is_sound and all(is_behind(gpt, new.scoreData, row.score_data) for new in scores):
            continue
        else:
            for part in row.composed_from:
                to_read[part["scoreID"]] = scores
        contests.append(_Contest(gpt, chart, row, scores))
    if to_read:
        parameters = {"user_id": user_id, "score_ids": text_array(to_read)}
        stored = _SCORES_BY_ID.rows(connection, parameters)
        if len(stored) < len(to_read):
            return None
        for _, *columns in stored:
            part = PlayedScore(*columns)
            to_read[part.scoreID].append(part)
    return contests


def _is_one_score(stored: Any, others: Iterable[PlayedScore]) -> bool:
    """Whether a personal best is one score, and says of it all that others are compared with.

    It does not say when the score was added, which decides between two of the same time.
    """
    return len(stored.composed_from) == 1 and all(
        other.timeAchieved != stored.time_achieved for other in others
    )


def _only_score(stored: Any) -> PlayedScore:
    (part,) = stored.composed_from
    return PlayedScore(
        part["scoreID"], stored.score_data, stored.time_achieved, highlight=stored.highlight
    )


def _changed(contests: Iterable[_Contest]) -> Iterator[_Chosen]:
    """What other personal bests are made of now than what is stored."""
    for contest in contests:
        gpt, chart, stored = contest.gpt, contest.chart, contest.stored
        choice = choose(gpt, contest.scores)
        if choice is not None and not (_fits(stored, chart) and _is_stored(gpt, choice, stored)):
            yield gpt, chart, choice


def _is_stored(gpt: GPT, choice: Choice, stored: Any) -> bool:
    """Whether a personal best was made of the same before; its other values follow from them."""
    parts = [(part["name"], part["scoreID"]) for part in stored.composed_from]
    return (
        parts == [(part.name, part.scoreID) for part in choice.composed_from(gpt)]
        and choice.highlight == stored.highlight
        and choice.time_achieved == stored.time_achieved
    )


def _fits(stored: Any, chart: Chart) -> bool:
    """Whether what a personal best repeats of its chart is so, and it has its places."""
    return (
        chart.isPrimary == stored.is_primary
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
                raise _unknown(chart_id, catalogue)
            continue
        gpt = gpts[chart.playtype]
        best = merge(gpt, chart, played)
        if best is not None:
            yield gpt, chart, best


def _unknown(chart_id: str, catalogue: GameCatalogue) -> InternalFailure:
    return InternalFailure(f"Couldn't find chart with ID {chart_id} ({catalogue.game}).")


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
