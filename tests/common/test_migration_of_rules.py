"""Goals and charts keep their meaning where version 3 renumbered and renamed what they name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text

from cli.local import EmbeddedPostgres
from common.database.engine import MIGRATIONS, open_engine
from common.text.canonical import goal_id

CHART = "ab" * 20
BEFORE = ("FAILED", "ASSIST", "CLEAR", "FULL COMBO", "GFC", "PFC", "MFC", "LIFE4")
AFTER = ("FAILED", "ASSIST", "CLEAR", "LIFE4", "FULL COMBO", "GFC", "PFC", "MFC")


@pytest.fixture(scope="module")
def engine(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    postgres.create_database("before_rules")
    engine = open_engine(postgres.url_of("before_rules"))
    yield engine
    engine.dispose()


def goal(lamp: int) -> tuple[str, dict[str, Any], dict[str, Any]]:
    charts = {"type": "single", "data": CHART}
    criteria = {"key": "lamp", "value": lamp, "mode": "single"}
    return goal_id("ddr", "SP", charts, criteria), charts, criteria


def insert(connection: Connection, table: str, **columns: Any) -> None:
    """A row; columns that are not given and may not be null hold what is empty."""
    needed = connection.execute(
        text(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = :table AND is_nullable = 'NO' AND column_default IS NULL"
            " AND is_identity = 'NO'"
        ),
        {"table": table},
    )
    empty = {"text": "", "jsonb": "{}", "boolean": False, "ARRAY": "{}", "bytea": b""}
    row = {name: empty.get(kind, 0) for name, kind in needed} | columns
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)


def lamps_of(connection: Connection, names: tuple[str, ...]) -> dict[int, str]:
    """By user, the lamp that the goal is about to which they subscribed."""
    rows = connection.execute(
        text("SELECT user_id, goal_id, criteria FROM goals JOIN goal_subscriptions USING (goal_id)")
    )
    found = {}
    for user, goal_id_stored, criteria in rows:
        assert goal_id_stored == goal(criteria["value"])[0], "the ID follows from the value"
        found[user] = names[criteria["value"]]
    return found


def test_goals_on_lamps_and_re_masters_keep_their_meaning_there_and_back(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_url"] = engine.url.render_as_string(hide_password=False)
    command.upgrade(config, "0007_reads")
    lunatics = {"re": {"isReMaster": True}, "lunatic": {"isReMaster": False}}
    with engine.begin() as connection:
        for lamp in range(8):
            identity, charts, criteria = goal(lamp)
            described = {"charts": json.dumps(charts), "criteria": json.dumps(criteria)}
            insert(connection, "goals", goal_id=identity, game="ddr", playtype="SP", **described)
            insert(
                connection,
                "goal_subscriptions",
                user_id=lamp + 1,
                goal_id=identity,
                game="ddr",
                playtype="SP",
            )
        section = {"goals": [{"goalID": goal(lamp)[0]} for lamp in range(8)]}
        quest_data = json.dumps([section])
        insert(connection, "quests", quest_id="q", game="ddr", playtype="SP", quest_data=quest_data)
        for name, data in lunatics.items():
            insert(
                connection,
                "charts",
                game="ongeki",
                chart_id=name,
                difficulty="LUNATIC",
                data=json.dumps(data),
            )
        before = lamps_of(connection, BEFORE)
    assert before == dict(enumerate(BEFORE, start=1))

    command.upgrade(config, "0008_rules_of_profiles")
    with engine.connect() as connection:
        assert lamps_of(connection, AFTER) == before
        (stored,) = connection.scalars(text("SELECT quest_data FROM quests"))
        ids = [each["goalID"] for each in stored[0]["goals"]]
        assert ids == [goal(AFTER.index(name))[0] for name in BEFORE]
        charts_now = dict(
            tuple(row)
            for row in connection.execute(text("SELECT chart_id, difficulty FROM charts"))
        )
        assert charts_now == {"re": "Re:MASTER", "lunatic": "LUNATIC"}

    command.downgrade(config, "0007_reads")
    with engine.connect() as connection:
        assert lamps_of(connection, BEFORE) == before
        marks = connection.execute(
            text("SELECT chart_id, difficulty, data->'isReMaster' FROM charts ORDER BY chart_id")
        )
        assert [tuple(row) for row in marks] == [
            ("lunatic", "LUNATIC", None),
            ("re", "LUNATIC", True),
        ]
