"""Lists that may be a moment old are read from a standby; where that is away, from PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from api.app import create_app
from cli.local import EmbeddedPostgres
from common.database.engine import open_engine
from common.settings import load_settings
from tests.support.fresh import fresh_database


@pytest.fixture
def replica(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    """Another database, told apart by a song's title."""
    with fresh_database(postgres, template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            connection.execute(
                text("UPDATE songs SET title = 'As of a moment ago' WHERE game = 'sdvx' AND id = 1")
            )
        yield url
        engine.dispose()


@pytest.mark.parametrize("away", [False, True])
def test_lists_come_from_the_standby_unless_it_is_away(
    away: bool, database: str, replica: str
) -> None:
    settings = load_settings(
        {
            "DATABASE_URL": database,
            "DATABASE_REPLICA_URL": "postgresql://nobody@127.0.0.1:1/none" if away else replica,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "OUR_URL": "http://127.0.0.1",
        }
    )
    client = create_app(settings).test_client()
    song = client.get("/api/v1/games/sdvx/Single/songs/1").json["body"]["song"]
    assert song["title"] == ("Lighthouse Signal" if away else "As of a moment ago")
