"""What is written and read by a model's columns, against PostgreSQL and the models themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from common.all_tables import Base, GoalSubscription, OrphanScore, PersonalBest, ScoreRow
from common.database.columns import Columns, field_of
from common.database.engine import open_engine
from common.targets.subscriptions import GoalSubscription as Document

SCORE = {
    "user_id": 1,
    "score_id": "T1",
    "import_id": "i",
    "position": 0,
    "game": "iidx",
    "playtype": "SP",
    "song_id": 7,
    "chart_id": "a\tb",
    "is_primary": True,
    "service": "of a\\b",
    "import_type": None,
    "time_achieved": 1.5,
    "time_added": 10**12,
    "comment": "two\nlines",
    "highlight": False,
    "score_data": b'{"score":1}',
    "score_meta": {"text": "\\ and \t"},
    "calculated_data": {"a": None},
}


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    engine = open_engine(database)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def read(connection: Connection, columns: Columns) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(text(columns.select)).mappings()]


def test_a_row_comes_back_as_it_was_copied(connection: Connection) -> None:
    columns = Columns(ScoreRow)
    # In whatever order the values are given.
    columns.copy(connection, [dict(reversed(SCORE.items()))])
    assert read(connection, columns) == [{**SCORE, "score_data": {"score": 1}}]


def test_lists_and_empty_copies(connection: Connection) -> None:
    columns = Columns(PersonalBest)
    columns.copy(connection, [])
    assert read(connection, columns) == []
    best = dict.fromkeys(columns.names, 1) | {
        "chart_id": "c",
        "game": "iidx",
        "playtype": "SP",
        "is_primary": True,
        "highlight": True,
        "time_achieved": None,
        "ranking_values": [1.5, -2.0],
        "profile_values": [1.5, -2.0],
        "score_data": {},
        "calculated_data": {},
        "composed_from": [{"name": "Best Score", "scoreID": "T1"}],
    }
    columns.copy(connection, [best])
    assert read(connection, columns) == [best]


@pytest.mark.parametrize(
    "row", [{**SCORE, "colour": 1}, {k: v for k, v in SCORE.items() if k != "game"}]
)
def test_a_row_of_other_columns_is_refused(connection: Connection, row: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        Columns(ScoreRow).copy(connection, [row])
    # The driver has begun a transaction behind SQLAlchemy's back.
    connection.connection.rollback()
    assert read(connection, Columns(ScoreRow)) == []


def test_documents_are_written_and_read_by_name(connection: Connection) -> None:
    columns = Columns(GoalSubscription)
    document = Document(
        goalID="g",
        userID=3,
        game="iidx",
        playtype="SP",
        progress=None,
        progressHuman="NO DATA",
        outOf=4,
        outOfHuman="four",
        achieved=False,
        timeAchieved=None,
        lastInteraction=9,
        wasInstantlyAchieved=False,
        wasAssignedStandalone=True,
    )
    columns.copy(connection, [columns.values_of(document)])
    rows = connection.execute(text(columns.select))
    assert list(map(columns.reader(Document), rows)) == [document]


def test_names_that_are_words_of_sql_are_quoted() -> None:
    sessions = next(
        Columns(mapper.class_)
        for mapper in Base.registry.mappers
        if mapper.class_.__tablename__ == "sessions"
    )
    assert '"desc"' in sessions.listed
    assert "desc" in sessions.names


def test_an_insert_names_every_column() -> None:
    columns = Columns(OrphanScore)
    assert columns.insert.count(":") == len(columns.names)
    assert columns.listed in columns.insert


@pytest.mark.parametrize(
    ("column", "field"),
    [("goal_id", "goalID"), ("out_of_human", "outOfHuman"), ("game", "game")],
)
def test_fields_are_named_after_columns(column: str, field: str) -> None:
    assert field_of(column) == field
