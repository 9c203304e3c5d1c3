"""Where personal bests stand on the leaderboards of their charts, computed when read.

A leaderboard is ordered by the ranking values, highest first; then by time, earliest first and
unknown ones last. That is the order of the index of personal bests, so nothing has to be sorted.
Those who are equal in all of it share a rank, and the ranks after it are left out.

Source: specification, pipeline-pbs-stats.md section 3 and v3/games.md section 5.1.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection

from common.database.parameters import text_array
from common.database.statements import Row, Statement
from common.scores.mark_rows import CROWD

# Personal bests up to which all who are ahead are counted: what somebody looks at by itself is
# never as of a while ago.
COUNTED: Final = 10


class Ranking(msgspec.Struct, frozen=True, rename="camel"):
    """rank is 1 for the best of `out_of` players.

    rival_rank: 1 for who has none of his rivals before him by the default metric, which is the
    first of the ranking values; None without rivals.
    """

    rank: int
    out_of: int
    rival_rank: int | None

    def document(self) -> dict[str, int | None]:
        """The `rankingData` of a personal best."""
        found: dict[str, int | None] = msgspec.to_builtins(self)
        return found


# Of `mine`, and what its player's `settings` say.
_RIVAL_RANK: Final = "CASE WHEN cardinality(settings.rivals) > 0 THEN 1 + rivals.count END"
_RIVALS: Final = """
    LEFT JOIN game_settings AS settings USING (user_id, game, playtype)
    CROSS JOIN LATERAL (
        SELECT count(*) FROM unnest(settings.rivals) AS rival CROSS JOIN LATERAL (
            SELECT ranking_values FROM personal_bests AS best
            WHERE best.user_id = rival AND best.chart_id = mine.chart_id OFFSET 0) AS other
        WHERE other.ranking_values[1] > mine.ranking_values[1]) AS rivals
"""

# Counted in parts, so that each is a range of the index: of everyone on the leaderboard, those
# with better values, and those with the same values earlier. Rivals are few and looked up.
# Where many play a chart, those ahead of the next mark were counted before: see `mark_rows`; but
# not where few charts are asked about.
_STANDING = (
    """
    SELECT mine.user_id, mine.chart_id, place.rank,
           greatest(everyone.count, place.rank) AS out_of, RIVAL_RANK AS rival_rank
    FROM {mine} AS mine
    RIVALS
    LEFT JOIN LATERAL (
        SELECT ahead FROM leaderboard_marks AS lowest
        WHERE lowest.chart_id = mine.chart_id AND lowest.value = '-Infinity'
          AND lowest.ahead > CROWD AND {marked} LIMIT 1) AS crowd ON true
    LEFT JOIN LATERAL (
        SELECT value, ahead FROM leaderboard_marks AS above
        WHERE above.chart_id = mine.chart_id AND above.value > mine.ranking_values[1]
        ORDER BY value LIMIT 1) AS mark ON crowd.ahead IS NOT NULL
    CROSS JOIN LATERAL (
        SELECT coalesce(crowd.ahead, (
            SELECT count(*) FROM personal_bests AS other
            WHERE other.chart_id = mine.chart_id)) AS count) AS everyone
    CROSS JOIN LATERAL (
        SELECT count(*) FROM personal_bests AS other
        WHERE other.chart_id = mine.chart_id
          AND other.ranking_values > mine.ranking_values
          AND other.ranking_values < ARRAY[coalesce(mark.value, 'NaN')]) AS better
    CROSS JOIN LATERAL (
        SELECT count(*) FROM personal_bests AS other
        WHERE other.chart_id = mine.chart_id
          AND other.ranking_values = mine.ranking_values
          AND coalesce(other.time_achieved, 'Infinity')
            < coalesce(mine.time_achieved, 'Infinity')) AS earlier
    CROSS JOIN LATERAL (
        SELECT 1 + coalesce(mark.ahead, 0) + better.count + earlier.count AS rank) AS place
    """.replace("CROWD", str(CROWD))
    .replace("RIVAL_RANK", _RIVAL_RANK)
    .replace("RIVALS", _RIVALS)
)
# OFFSET keeps the planner from ranking anything that was not asked for. To plan it takes a sixth of
# the time of ranking a hundred.
_OF_USERS = Statement(
    _STANDING.format(
        mine="""
        (SELECT best.*
         FROM unnest(CAST(:users AS integer[]), CAST(:charts AS text[]))
              AS asked (user_id, chart_id)
         JOIN personal_bests AS best USING (user_id, chart_id) OFFSET 0)""",
        marked=":marked",
    ),
    prepared=True,
)

_RIVAL_RANKS = Statement(
    f"""
    SELECT mine.user_id, {_RIVAL_RANK} AS rival_rank
    FROM (SELECT * FROM personal_bests
          WHERE user_id = ANY(CAST(:users AS integer[])) AND chart_id = :chart_id) AS mine
    {_RIVALS}
    """  # noqa: S608 (constants of ours)
)

# The personal bests of a user on a GPT, on charts of the present version, newest first.
WHOLE: Final = _STANDING.replace("SELECT mine.user_id, mine.chart_id,", "SELECT mine.*,").format(
    mine="""
    (SELECT * FROM personal_bests
     WHERE user_id = :user_id AND game = :game AND playtype = :playtype AND is_primary OFFSET 0)""",
    marked="true",
)

_OF_CHARTS = Statement(
    """
    SELECT leaderboard.*, settings.rivals
    FROM (
        SELECT chart_id, user_id, ranking_values[1] AS value,
               rank() OVER (
                   PARTITION BY chart_id ORDER BY ranking_values DESC, time_achieved) AS rank,
               count(*) OVER (PARTITION BY chart_id) AS total
        FROM personal_bests WHERE chart_id = ANY(:chart_ids)) AS leaderboard
    LEFT JOIN game_settings AS settings
        ON settings.user_id = leaderboard.user_id
       AND settings.game = :game AND settings.playtype = :playtype
    ORDER BY chart_id, rank, user_id
    """
)


def user_rankings(
    connection: Connection, user_id: int, chart_ids: Collection[str]
) -> dict[str, Ranking]:
    """Where the user's personal bests on these charts stand, by chart."""
    found = rankings_of(connection, [(user_id, chart_id) for chart_id in chart_ids])
    return {chart_id: ranking for (_, chart_id), ranking in found.items()}


def rankings_of(
    connection: Connection, of: Collection[tuple[int, str]]
) -> dict[tuple[int, str], Ranking]:
    """Where the personal bests of these users on these charts stand, by user and chart.

    Each costs a walk over a part of a leaderboard: a hundred places where there are marks.
    """
    parameters = {
        "users": text_array([str(user_id) for user_id, _ in of]),
        "charts": text_array([chart_id for _, chart_id in of]),
        "marked": len(of) > COUNTED,
    }
    rows = _OF_USERS.rows(connection, parameters)
    return {(user_id, chart_id): Ranking(*ranking) for user_id, chart_id, *ranking in rows}


def rankings_of_page(
    connection: Connection, page: Sequence[Row], first: int
) -> dict[tuple[int, str], Ranking]:
    """Where the personal bests of a page of a chart's leaderboard stand, by user and chart.

    Who is ahead is counted for the first of them only: the others follow it.

    Parameters:
        page: rows of `personal_bests`, in order, none left out.
        first: the place on the leaderboard that the page begins with.
    """
    keys = [(row.user_id, row.chart_id) for row in page]
    start = rankings_of(connection, keys[:1]).get(keys[0]) if keys else None
    if start is None:
        return {}
    parameters = {"users": text_array([str(user) for user, _ in keys]), "chart_id": keys[0][1]}
    rival_ranks = dict(_RIVAL_RANKS.rows(connection, parameters))
    found: dict[tuple[int, str], Ranking] = {}
    rank = start.rank
    for place, (key, row) in enumerate(zip(keys, page, strict=True)):
        if place and not _are_equal(row, page[place - 1]):
            rank = first + place
        found[key] = Ranking(rank, start.out_of, rival_ranks.get(row.user_id))
    return found


def _are_equal(one: Row, other: Row) -> bool:
    """Whether two personal bests on a chart share a rank."""
    return (one.ranking_values, one.time_achieved) == (other.ranking_values, other.time_achieved)


def chart_rankings(
    connection: Connection, game: str, playtype: str, chart_ids: Collection[str]
) -> dict[str, dict[int, Ranking]]:
    """The whole leaderboards of these charts: by chart and user, best first.

    game, playtype: of the charts.
    """
    parameters = {"game": game, "playtype": playtype, "chart_ids": list(chart_ids)}
    rows = _OF_CHARTS.rows(connection, parameters)
    values = {(row.chart_id, row.user_id): row.value for row in rows}
    leaderboards: dict[str, dict[int, Ranking]] = {}
    for chart_id, user_id, value, rank, total, rivals in rows:
        rival_rank = None
        if rivals:
            theirs = (values.get((chart_id, rival), value) for rival in rivals)
            rival_rank = 1 + sum(each > value for each in theirs)
        leaderboards.setdefault(chart_id, {})[user_id] = Ranking(rank, total, rival_rank)
    return leaderboards
