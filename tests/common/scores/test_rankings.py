"""Ranks on charts, read from real tables."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, text

from common.database.engine import copy_rows, open_engine
from common.profiles import best_rows
from common.scores.ranking_rows import Ranking, chart_rankings, rankings_of_page, user_rankings

CHART = "a chart"
PB_COLUMNS = (
    "user_id",
    "chart_id",
    "game",
    "playtype",
    "song_id",
    "is_primary",
    "highlight",
    "time_achieved",
    "ranking_values",
    "score_data",
    "calculated_data",
    "composed_from",
)


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = open_engine(database)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def personal_best(
    connection: Connection,
    user: int,
    values: Sequence[float],
    time: float | None = None,
    chart: str = CHART,
) -> None:
    row: list[Any] = [user, chart, "sdvx", "Single", 1, True, False, time, list(values), {}, {}, {}]
    copy_rows(connection, "personal_bests", PB_COLUMNS, [row])


def rivals(connection: Connection, user: int, *others: int, playtype: str = "Single") -> None:
    connection.execute(
        text("INSERT INTO game_settings VALUES (:user, 'sdvx', :playtype, :rivals, '{}')"),
        {"user": user, "playtype": playtype, "rivals": list(others)},
    )


def ranks(connection: Connection, chart: str = CHART) -> dict[int, Ranking]:
    """The leaderboard, which must say the same to everybody on it, and on each of its pages."""
    leaderboard = chart_rankings(connection, "sdvx", "Single", [chart]).get(chart, {})
    for first, (user, ranking) in enumerate(leaderboard.items(), 1):
        assert user_rankings(connection, user, [chart]) == {chart: ranking}
        page = best_rows.leaderboard(connection, chart, first, 3)
        assert rankings_of_page(connection, page, first) == {
            (row.user_id, chart): leaderboard[row.user_id] for row in page
        }
    return leaderboard


def order(connection: Connection) -> list[int]:
    """The users as they stand."""
    leaderboard = ranks(connection)
    assert {ranking.out_of for ranking in leaderboard.values()} == {len(leaderboard)}
    return list(leaderboard)


def test_the_highest_value_ranks_first(connection: Connection) -> None:
    personal_best(connection, 1, [8_000_000])
    personal_best(connection, 2, [9_000_000])
    personal_best(connection, 3, [95])
    assert order(connection) == [2, 1, 3]


def test_further_values_decide_between_equals(connection: Connection) -> None:
    personal_best(connection, 1, [1_000_000, 2, 9], time=1)
    personal_best(connection, 2, [1_000_000, 3, 0], time=3)
    personal_best(connection, 3, [1_000_000, 3, 1], time=2)
    assert order(connection) == [3, 2, 1]


def test_among_equals_the_earliest_ranks_first_then_unknown_times_and_the_same_is_shared(
    connection: Connection,
) -> None:
    personal_best(connection, 5, [95])
    personal_best(connection, 4, [95])
    personal_best(connection, 3, [95], time=2000.5)
    personal_best(connection, 2, [95], time=2000)
    personal_best(connection, 6, [95], time=2000)
    assert order(connection) == [2, 6, 3, 4, 5]
    assert [each.rank for each in ranks(connection).values()] == [1, 1, 3, 4, 4]


def test_a_value_that_is_not_there_is_less_than_any(connection: Connection) -> None:
    personal_best(connection, 1, [95, 3, -math.inf])
    personal_best(connection, 2, [95, 3, -400])
    assert order(connection) == [2, 1]


def test_among_rivals_only_the_first_value_counts(connection: Connection) -> None:
    personal_best(connection, 1, [95, 3])
    personal_best(connection, 2, [95, 4])
    personal_best(connection, 3, [96, 0])
    rivals(connection, 1, 2, 3)
    assert ranks(connection)[1] == Ranking(3, 3, 2)


def test_only_rivals_who_have_a_personal_best_and_stand_before_count(
    connection: Connection,
) -> None:
    for user in range(1, 6):
        personal_best(connection, user, [user])
    rivals(connection, 1, 2, 5, 99)
    rivals(connection, 3, 1, 2)
    rivals(connection, 4)
    rivals(connection, 2, 5, playtype="Double")
    assert {user: ranking.rival_rank for user, ranking in ranks(connection).items()} == {
        1: 3,
        2: None,
        3: 1,
        4: None,
        5: None,
    }


def test_each_chart_has_its_own_leaderboard(connection: Connection) -> None:
    for user, value in ((1, 10), (2, 20)):
        personal_best(connection, user, [value])
    personal_best(connection, 1, [10], chart="another")
    assert user_rankings(connection, 1, [CHART, "another", "nobody's"]) == {
        CHART: Ranking(2, 2, None),
        "another": Ranking(1, 1, None),
    }
    assert chart_rankings(connection, "sdvx", "Single", ["nobody's"]) == {}


def test_the_order_is_total_whatever_ties_there_are(connection: Connection) -> None:
    chance = random.Random(1)
    expected = []
    for user in range(1, 61):
        values = [chance.randrange(3), chance.randrange(2)]
        time = chance.choice([None, 1, 2])
        personal_best(connection, user, values, time)
        expected.append(([-v for v in values], math.inf if time is None else time, user))
    rivals(connection, 30, *range(1, 61, 7))
    assert order(connection) == [user for *_, user in sorted(expected)]


def test_the_document_has_the_names_of_the_wire() -> None:
    assert Ranking(2, 7, None).document() == {"rank": 2, "outOf": 7, "rivalRank": None}
