"""Personal bests as they are looked at."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from sqlalchemy import Connection, text

from common.database.engine import open_engine
from common.games.kit.ratings import highest_values, profile_values
from common.games.model import GPT, RatedPB
from common.games.registry import all_gpts, get_gpt
from common.profiles import best_rows, highest_rows

PLAYERS = 40
CHARTS = 30
SUPERSEDED = 4  # of them

_CHART = """
    INSERT INTO charts (game, chart_id, song_id, playtype, difficulty, level, level_num, is_primary,
                        versions, data, content_hash)
    VALUES (:game, :chart, 1, :playtype, 'X', '1', 1, :primary, '{}', '{}', '')
"""
_PLAYER = """
    INSERT INTO user_game_stats (user_id, game, playtype, ratings, classes, highest)
    VALUES (:user, :game, :playtype, '{}', '{}', CAST(:highest AS double precision[]))
"""
_BEST = """
    INSERT INTO personal_bests (user_id, chart_id, game, playtype, song_id, is_primary, highlight,
                                time_achieved, ranking_values, profile_values, score_data,
                                calculated_data, composed_from)
    VALUES (:user, :chart, :game, :playtype, 1, :primary, false, NULL, '{}', :places, '{}',
            CAST(:calculated AS jsonb), '[]')
"""

Best = tuple[int, str, dict[str, float | None]]


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = open_engine(database)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def made(connection: Connection, gpt: GPT, seed: int) -> list[Best]:
    """Personal bests of many ties, some without a rating, some on superseded charts."""
    drawn, found = random.Random(seed), []
    game = {"game": gpt.game, "playtype": gpt.playtype}
    charts = [f"{number:02}" for number in range(CHARTS)]
    for place, chart in enumerate(charts):
        parameters = {**game, "chart": chart, "primary": place >= SUPERSEDED}
        connection.execute(text(_CHART), parameters)
    for user in range(1, PLAYERS + 1):
        rated = []
        for chart in drawn.sample(charts, drawn.randint(1, CHARTS)):
            calculated = {
                name: drawn.choice([None, *map(float, range(user % 7 + 2))])
                for name in gpt.score_ratings
            }
            primary = int(chart) >= SUPERSEDED
            parameters = {**game, "user": user, "chart": chart, "primary": primary}
            parameters["places"] = profile_values(gpt, primary, calculated)
            parameters["calculated"] = orjson.dumps(calculated).decode()
            connection.execute(text(_BEST), parameters)
            found.append((user, chart, calculated))
            rated.append(RatedPB(chart, 1, primary, calculated))
        # Of some it is not known, as older workers leave it.
        highest = highest_values(gpt, rated) if user % 5 else None
        connection.execute(text(_PLAYER), {**game, "user": user, "highest": highest})
    return found


# usc here stands for a game of whose profile no rating says anything.
@pytest.mark.parametrize("game", ["sdvx", "jubeat", "usc"])
@pytest.mark.parametrize("most", [1, 7, 50, 2000])
def test_the_best_of_all_are_those_that_sorting_all_would_show(
    connection: Connection, game: str, most: int
) -> None:
    gpt = get_gpt(game, "Keyboard" if game == "usc" else "Single")
    if game == "usc":
        gpt = replace(gpt, profile_ratings={})
    bests = made(connection, gpt, seed=most)
    for alg in gpt.score_ratings:

        def place(best: Best, alg: str = alg) -> tuple[Any, ...]:
            user, chart, calculated = best
            value = calculated[alg]
            return (value is None, -(value or 0.0), user, chart)

        shown = best_rows.best_of_all(connection, gpt, alg, most)
        expected = [(user, chart) for user, chart, _ in sorted(bests, key=place)[:most]]
        assert [(row.user_id, row.chart_id) for row in shown] == expected


def test_what_others_play_is_none_of_a_game_s_best(connection: Connection) -> None:
    made(connection, get_gpt("usc", "Keyboard"), seed=1)
    for gpt in all_gpts():
        for alg in gpt.score_ratings:
            shown = best_rows.best_of_all(connection, gpt, alg, 50)
            assert len(shown) == (50 if gpt.v3_id == "usc-keyboard" else 0), (gpt.v3_id, alg)


@pytest.mark.parametrize("game", ["sdvx", "jubeat"])
def test_what_older_workers_left_out_is_what_the_personal_bests_say(
    connection: Connection, game: str
) -> None:
    gpt = get_gpt(game, "Single")
    made(connection, gpt, seed=3)
    known = text("SELECT user_id, highest FROM user_game_stats WHERE highest IS NOT NULL")
    before = dict(connection.execute(known).all())
    connection.execute(text("UPDATE user_game_stats SET highest = '{77}' WHERE user_id = 1"))
    assert highest_rows.set_right(connection, gpt) == PLAYERS // 5 + 1
    after = dict(connection.execute(known).all())
    assert len(after) == PLAYERS
    assert before.items() <= after.items()
    assert highest_rows.set_right(connection, gpt) == 0
