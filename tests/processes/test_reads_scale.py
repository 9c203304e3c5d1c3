"""Reads cost what they show: no more statements for more of it, and no walk through whole tables.

The players are made up, a few hundred with a few hundred scores each, in a database that knows of
them what PostgreSQL finds out by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text

from api.app import create_app
from api.http.service import EXTENSION
from bench import readings
from bench.crowd import Crowd, populate
from bench.readings import TEMPLATES, Player, player
from cli.local import EmbeddedPostgres, EmbeddedRedis
from common.database.engine import open_engine
from common.settings import load_settings
from tests.support.fresh import fresh_database
from tests.support.plans import recorded_plans

pytestmark = [pytest.mark.processes, pytest.mark.long]

CROWD = Crowd(users=300, scores=200, songs=250)
FEW = 5  # things of each kind that the smaller player is left with

# What is left hangs together: scores of the charts of the personal bests, and their sessions.
# An answer that happens to be empty needs fewer statements than one that is not.
_LEAVE_LITTLE = (
    """
    DELETE FROM personal_bests WHERE user_id = :user AND chart_id NOT IN (
        SELECT chart_id FROM personal_bests WHERE user_id = :user ORDER BY chart_id LIMIT :few)
    """,
    """
    DELETE FROM scores WHERE user_id = :user AND score_id NOT IN (
        SELECT composed_from->0->>'scoreID' FROM personal_bests WHERE user_id = :user)
    """,
    """
    DELETE FROM sessions WHERE user_id = :user AND NOT EXISTS (
        SELECT FROM scores
        WHERE scores.user_id = :user AND scores.score_id = ANY(sessions.score_ids))
    """,
    "UPDATE sessions SET highlight = true WHERE user_id = :user",
    """
    DELETE FROM goal_subscriptions WHERE user_id = :user AND goal_id NOT IN (
        SELECT goal_id FROM goal_subscriptions WHERE user_id = :user ORDER BY goal_id LIMIT :few)
    """,
)

# What grows with players and their scores.
LARGE = {
    "scores",
    "personal_bests",
    "sessions",
    "goal_subscriptions",
    "quest_subscriptions",
    "class_achievements",
    "imports",
}
# What is popular is told by counting everybody's subscriptions.
COUNTS_ALL = {"{game}/targets/goals/popular"}


@pytest.fixture(scope="module")
def database(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    with fresh_database(postgres, template) as url:
        yield url


@pytest.fixture(scope="module")
def players(database: str) -> tuple[Player, Player]:
    """One with much, one with little of everything."""
    engine = open_engine(database)
    much, little = populate(engine, CROWD)[:2]
    with engine.begin() as connection:
        for statement in _LEAVE_LITTLE:
            connection.execute(text(statement), {"user": little, "few": FEW})
    found = player(engine, much), player(engine, little)
    engine.dispose()
    return found


@pytest.fixture(scope="module")
def client(
    database: str, players: Any, server_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    with EmbeddedRedis(server_folder / "redis-of-reads") as redis:
        settings = load_settings(
            {
                "DATABASE_URL": database,
                "REDIS_URL": redis.url,
                "OUR_URL": "http://localhost",
                "RATE_LIMIT": "0",
            }
        )
        app = create_app(settings)
        yield app.test_client()
        engine_of(app.test_client()).dispose()


def engine_of(client: FlaskClient) -> Engine:
    engine: Engine = client.application.extensions[EXTENSION].engine
    return engine


def ask(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.get_data()[:300])
    answer.get_data()


def test_no_endpoint_sends_more_statements_for_more_to_show(
    client: FlaskClient, database: str, players: tuple[Player, Player], server_folder: Path
) -> None:
    engine = engine_of(client)
    with engine.begin() as connection:
        name = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f"ALTER DATABASE {name} SET log_statement = 'all'"))
    engine.dispose()
    for template in TEMPLATES:
        for each in players:
            ask(client, each.path(template))  # titles are loaded, connections opened
        counts = []
        for each in players:
            asked = []
            # The service looks after its connections now and then: the fewest are the page's.
            for _ in range(3):
                before = logged(server_folder)
                ask(client, each.path(template))
                asked.append(logged(server_folder) - before)
            counts.append(min(asked))
        assert counts[0] == counts[1], template
        assert counts[0] <= 40, template
    with engine.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {name} RESET log_statement"))
    engine.dispose()


def logged(folder: Path) -> int:
    """Statements in the log of the PostgreSQL below: BEGIN, COPY and FETCH are among them."""
    logs = (file for file in folder.rglob("*.log") if file.is_file())
    return sum(log.read_text(errors="replace").count(" statement: ") for log in logs)


def test_no_endpoint_walks_through_a_large_table(
    client: FlaskClient, players: tuple[Player, Player]
) -> None:
    offenders = []
    with recorded_plans(engine_of(client)) as plans:
        for template in (each for each in TEMPLATES if each not in COUNTS_ALL):
            del plans[:]
            ask(client, players[0].path(template))
            offenders += [
                f"{template}: {node['Relation Name']}"
                for plan in plans
                for node in plan.nodes
                if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE
            ]
            if template not in ("/config", "/games"):
                assert plans, template
    assert not offenders, "\n".join(offenders)


def test_every_endpoint_that_shows_something_is_looked_at(client: FlaskClient) -> None:
    """Those of games and players, but for a few that are another endpoint's twin."""
    asked = {
        template.partition("?")[0].replace("{user}", "<user>").replace("{game}", readings.GAME)
        for template in TEMPLATES
    }
    known = {path.rstrip("/").count("/") for path in asked}
    assert max(known) > 4
    rules = {
        rule.rule.removeprefix("/api/v1").replace("/games/<game>/<playtype>", readings.GAME)
        for rule in client.application.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and "/games/<game>/<playtype>" in rule.rule
    }
    shown = {_shape(path) for path in asked}
    lacking = {rule for rule in rules if _shape(rule) not in shown}
    assert lacking <= NOT_ASKED, lacking - NOT_ASKED


def _shape(path: str) -> str:
    """A path with its names as stars."""
    parts = path.split("/")
    return "/".join("*" if part[:1] in "<{" or part == "100001" else part for part in parts)


NOT_ASKED = {
    f"/users/<user>{readings.GAME}{rest}"
    for rest in (
        "/pbs/song/<song_id>",
        # Of other games than the crowd's.
        "/best-score/<checksum>",
        "/eamusement-csv",
        "/rivals/activity",
        "/tables/<table_id>",
        "/targets/goals/<goal_id>",
        "/targets/quests/<quest_id>",
        "/targets/recently-raised",
        "/targets/on-folder/<folder_id>",
    )
} | {
    f"{readings.GAME}{rest}"
    for rest in (
        "/charts/<chart_id>/pbs/search",
        "/pb-leaderboard",
        "/folders",
        "/tables",
        "/tables/<table_id>",
        "/targets/recently-raised",
        "/targets/quests",
        "/targets/quests/<quest_id>",
        "/targets/questlines",
        "/targets/questlines/<questline_id>",
    )
}
