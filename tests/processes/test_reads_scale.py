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
from api.routes import API
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
    """
    DELETE FROM imports WHERE user_id = :user AND import_id NOT IN (
        SELECT import_id FROM scores WHERE user_id = :user)
    """,
    """
    DELETE FROM quest_subscriptions WHERE user_id = :user AND quest_id NOT IN (
        SELECT quest_id FROM quest_subscriptions WHERE user_id = :user ORDER BY quest_id
        LIMIT :few)
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
    """A new one is, or says here why it is not."""
    asked = {_shape(each.partition("?")[0].replace("{game}", readings.GAME)) for each in TEMPLATES}
    known = set()
    for rule in client.application.url_map.iter_rules():
        # What is read in the form of version 3 is the same endpoint.
        if "GET" not in (rule.methods or ()) or rule.endpoint.endswith("_v3"):
            continue
        if rule.rule.startswith(API):
            path = rule.rule.removeprefix(API)
            known.add(_shape(path.replace("/games/<game>/<playtype>", readings.GAME)))
    assert len(known) > 100
    lacking = {path for path in known - asked if not path.startswith(OPERATORS)}
    assert lacking == NOT_ASKED.keys()
    assert asked <= known


def _shape(path: str) -> str:
    """A path with its names as stars."""
    return "/".join(
        "*" if part.startswith(("<", "{")) or part == "100001" else part for part in path.split("/")
    )


# Pages for those who run the service.
OPERATORS = "/admin/"
_OF_ACCOUNTS = "tests/common/accounts/test_account_plans.py"
_ONE_ROW = "one row, by its key"
_NO_ROWS = "what the process knows by itself"
_OTHER_GAME = f"{readings.GAME} has no such page: of BMS and IIDX"
_OF_REQUESTER = "a page of the requester's own, which the crowd has none of"
# Which are not, and why.
NOT_ASKED = {
    "/clients": _OF_ACCOUNTS,
    "/clients/*": _OF_ACCOUNTS,
    "/users/*/api-tokens": _OF_ACCOUNTS,
    "/users/*/is-email-verified": _OF_ACCOUNTS,
    "/users/*/logins": _OF_ACCOUNTS,
    "/users/*/notifications": _OF_ACCOUNTS,
    "/import/orphans": _OF_REQUESTER,
    "/import/orphans/*": _ONE_ROW,
    "/imports/*/failed-entries": _OF_REQUESTER,
    "/scores/*/replay": _ONE_ROW,
    "/users/*/import-timestops": _OF_REQUESTER,
    "/users/*/integrations/cg/*": _ONE_ROW,
    "/users/*/integrations/fervidex/settings": _ONE_ROW,
    "/users/*/integrations/kai/*": _ONE_ROW,
    "/users/*/integrations/kshook-sv6c/settings": _ONE_ROW,
    "/users/*/integrations/myt": _ONE_ROW,
    f"/users/*{readings.GAME}/best-score/*": _OTHER_GAME,
    f"/users/*{readings.GAME}/eamusement-csv": _OTHER_GAME,
    f"{readings.GAME}/targets/questlines/*": _OTHER_GAME,
    # Nothing but the number of players, which `{game}` asks for as well.
    "/games/*": "the version 3 form of {game}",
    "/config/beatoraja-queue-size": _NO_ROWS,
    "/config/max-rivals": _NO_ROWS,
    "/openapi.json": _NO_ROWS,
    "/schemas/batch-manual/*": _NO_ROWS,
    "/status": _NO_ROWS,
    "/ublock-blocks-this": "another name of /activity",
}
