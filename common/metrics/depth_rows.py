"""What PostgreSQL says of the service in this moment: cheap statements, for whoever watches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.clock import NOW_MS

_JOBS: Final = text(
    """
    SELECT state, kind, coalesce(import_type, '') AS type, count(*) AS how_many
    FROM jobs WHERE state IN ('queued', 'running') GROUP BY state, kind, type
    """
)
_AGE: Final = text(
    f"""
    SELECT coalesce(({NOW_MS} - min(accepted_at)) / 1000.0, 0)
    FROM jobs WHERE state = 'queued' AND NOT in_background
    """  # noqa: S608 (a constant of ours)
)
_PAUSED: Final = text(
    """
    SELECT lane, EXISTS (SELECT FROM queue_pauses WHERE queue_pauses.lane = lanes.lane) AS is_paused
    FROM (VALUES ('all'), ('background')) AS lanes (lane)
    """
)
_CATALOGUE: Final = text("SELECT game, version FROM catalogue_versions ORDER BY game")
_DELIVERIES: Final = text(
    "SELECT state, count(*) AS how_many FROM webhook_deliveries GROUP BY state"
)
_SESSIONS: Final = text(
    """
    SELECT application_name AS application, coalesce(state, '') AS state, count(*) AS how_many
    FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1, 2
    """
)
_ROOM: Final = text("SELECT CAST(current_setting('max_connections') AS integer)")


def unfinished_jobs(connection: Connection) -> Sequence[Row[Any]]:
    """How many wait and run, by kind and import type."""
    return connection.execute(_JOBS).all()


def queue_age(connection: Connection) -> float:
    """Seconds since the acceptance of the oldest job that somebody waits for; 0 if none does."""
    return float(connection.scalar(_AGE) or 0)


def lanes(connection: Connection) -> Sequence[Row[Any]]:
    """What those who run the service can pause, and whether they have."""
    return connection.execute(_PAUSED).all()


def catalogue_versions(connection: Connection) -> Sequence[Row[Any]]:
    """By game."""
    return connection.execute(_CATALOGUE).all()


def kept_deliveries(connection: Connection) -> Sequence[Row[Any]]:
    """Deliveries of events that are to be made, and those given up, by state."""
    return connection.execute(_DELIVERIES).all()


def sessions(connection: Connection) -> Sequence[Row[Any]]:
    """Sessions of this database, by what has them and what they are at."""
    return connection.execute(_SESSIONS).all()


def most_sessions(connection: Connection) -> int:
    """How many the server allows, of all databases."""
    return int(connection.scalar(_ROOM) or 0)
