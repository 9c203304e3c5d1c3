"""A catalogue with the charts that hooks play, and callers of hooks."""

from __future__ import annotations

import secrets

import pytest
from sqlalchemy import text

from tests.golden.pipelines.catalogue import add_catalogue
from tests.support.stack import Player, Stack
from tests.worker.import_types.hooks import arcade_documents


@pytest.fixture(scope="module")
def arcade(service: Stack) -> None:
    """The catalogue knows the charts and a course of `arcade_documents`."""
    with service.engine.begin() as connection:
        add_catalogue(connection, arcade_documents.CATALOGUE)
        connection.execute(
            text(
                "INSERT INTO bms_courses (md5sums, title, playtype, set, value, content_hash)"
                " VALUES (:md5sums, 'Course', '7K', 'genocideDan', 'INSANE_1', '')"
            ),
            {"md5sums": arcade_documents.COURSE_MD5},
        )


@pytest.fixture
def gamer(service: Stack) -> Player:
    """Somebody who has played nothing yet, in person."""
    return service.user(f"g{secrets.token_hex(6)}", "submit_score", "manage_account")
