"""Ranks on charts that many play are those of the whole leaderboard, counted from marks on it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from common.catalogue.catalogue_rows import charts_by_players
from common.database.engine import copy_rows, open_engine
from common.games.registry import get_gpt
from common.scores.mark_rows import CROWD, FEW, STEP, count_anew
from common.scores.ranking_rows import chart_rankings, rankings_of, user_rankings
from tests.common.scores.test_rankings import PB_COLUMNS

GPT = get_gpt("sdvx", "Single")
PLAYERS = 450

_CHART = """
    INSERT INTO charts (game, chart_id, song_id, playtype, difficulty, level, level_num, is_primary,
                        versions, data, content_hash)
    VALUES ('sdvx', :chart, 1, 'Single', 'X', '1', 1, true, '{}', '{}', '')
"""
_PLAYERS = """
    INSERT INTO user_game_stats (user_id, game, playtype, ratings, classes)
    SELECT number, 'sdvx', 'Single', '{}', '{}' FROM generate_series(1, :players) AS number
"""


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = open_engine(database)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def chart(connection: Connection, name: str, values: list[list[float]]) -> None:
    """Played by the users 1, 2, ... with these values, some of them at unknown times."""
    connection.execute(text(_CHART), {"chart": name})
    rows: list[list[Any]] = [
        [user, name, "sdvx", "Single", 1, True, False, user % 5 or None, each, {}, {}, []]
        for user, each in enumerate(values, 1)
    ]
    copy_rows(connection, "personal_bests", PB_COLUMNS, rows)


def asked(connection: Connection, name: str, players: int) -> dict[int, tuple[int, int]]:
    """Rank and number of players, by user, as pages ask for them."""
    found = rankings_of(connection, [(user, name) for user in range(1, players + 1)])
    return {user: (each.rank, each.out_of) for (user, _), each in found.items()}


def alone(connection: Connection, name: str, user: int) -> tuple[int, int]:
    """The same of one user, as a page of one personal best asks for it."""
    (found,) = user_rankings(connection, user, [name]).values()
    assert rankings_of(connection, [(user, name)]) == {(user, name): found}
    return found.rank, found.out_of


def whole(connection: Connection, name: str) -> dict[int, tuple[int, int]]:
    """The same, of the whole leaderboard."""
    board = chart_rankings(connection, "sdvx", "Single", [name])[name]
    return {user: (each.rank, each.out_of) for user, each in board.items()}


def marks(connection: Connection, name: str) -> list[tuple[float, int]]:
    return [
        (value, ahead)
        for value, ahead in connection.execute(
            text("SELECT value, ahead FROM leaderboard_marks WHERE chart_id = :c ORDER BY ahead"),
            {"c": name},
        )
    ]


# How many different values there are: none but ties, many of them, hardly any.
@pytest.mark.parametrize("different", [1, 7, 100_000])
def test_ranks_counted_from_marks_are_those_of_all(connection: Connection, different: int) -> None:
    drawn = random.Random(different)
    values = [
        [float(drawn.randrange(different)), float(drawn.randrange(2))] for _ in range(PLAYERS)
    ]
    chart(connection, "crowded", values)
    connection.execute(text(_PLAYERS), {"players": PLAYERS})
    before = asked(connection, "crowded", PLAYERS)
    assert before == whole(connection, "crowded")
    count_anew(connection, GPT)
    assert marks(connection, "crowded")
    assert asked(connection, "crowded", PLAYERS) == before


def test_marks_follow_the_leaderboard(connection: Connection) -> None:
    chart(connection, "crowded", [[float(user)] for user in range(PLAYERS)])
    chart(connection, "quiet", [[float(user)] for user in range(CROWD)])
    connection.execute(text(_PLAYERS), {"players": PLAYERS})
    count_anew(connection, GPT)
    lowest = float("-inf")
    assert marks(connection, "quiet") == [(lowest, CROWD)]
    assert marks(connection, "crowded") == [
        *((float(PLAYERS - place), place) for place in range(STEP, PLAYERS, STEP)),
        (lowest, PLAYERS),
    ]

    # Whoever is last becomes first: the first hundred say so at once, the others when counted.
    connection.execute(
        text("UPDATE personal_bests SET ranking_values = '{9999}' WHERE user_id = 1")
    )
    now, shown = whole(connection, "crowded"), asked(connection, "crowded", PLAYERS)
    first = {user for user, (rank, _) in now.items() if rank <= STEP}
    assert {user: shown[user] for user in first} == {user: now[user] for user in first}
    assert all(abs(shown[user][0] - now[user][0]) <= 1 for user in now)
    # Few are counted whatever the marks say.
    assert {user: rank for user in now for rank in [alone(connection, "crowded", user)]} == now
    quiet = asked(connection, "quiet", CROWD)
    assert quiet == whole(connection, "quiet")
    count_anew(connection, GPT)
    assert asked(connection, "crowded", PLAYERS) == now

    connection.execute(text("DELETE FROM personal_bests WHERE chart_id = 'quiet'"))
    count_anew(connection, GPT)
    assert marks(connection, "quiet") == []


def test_of_a_game_that_few_play_nothing_is_noted(connection: Connection) -> None:
    chart(connection, "crowded", [[float(user)] for user in range(PLAYERS)])
    connection.execute(text(_PLAYERS), {"players": FEW})
    count_anew(connection, GPT)
    assert marks(connection, "crowded")
    connection.execute(text("DELETE FROM user_game_stats WHERE user_id = 1"))
    count_anew(connection, GPT)
    assert marks(connection, "crowded") == []


def test_charts_are_listed_by_players_alike_with_and_without_marks(connection: Connection) -> None:
    for number in range(9):
        chart(connection, f"chart {number}", [[1.0]] * (number * 7 % 9))
    connection.execute(text(_PLAYERS), {"players": PLAYERS})

    def listed(most: int, played_by: int | None = None) -> list[tuple[str, int]]:
        rows = charts_by_players(connection, GPT, None, played_by, most)
        return [(row.chart_id, row.playcount) for row in rows]

    wanted = [(most, user) for most in (3, 8, 20) for user in (None, 5)]
    before = [listed(*each) for each in wanted]
    assert [count for _, count in before[0]] == [8, 7, 6]
    count_anew(connection, GPT)
    assert [listed(*each) for each in wanted] == before
