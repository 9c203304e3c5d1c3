"""What one worker process keeps between jobs: connections and the catalogue in memory."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from psycopg2 import DatabaseError
from redis import Redis
from sqlalchemy import Engine, event

from common import reporting, tracing
from common.clock import FollowedClock, database_ms
from common.database.engine import open_engine, untransacted
from common.database.schema_guard import guard_schema
from common.database.watcher import open_watched_engine
from common.metrics.counting import tally
from common.redis_client import open_redis
from common.settings import Settings, load_settings
from worker.catalogue.memory import CatalogueStore

log = logging.getLogger(__name__)


if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True)
class Runtime:
    settings: Settings
    engine: Engine
    redis: Redis
    catalogues: CatalogueStore
    # Milliseconds since the epoch; what documents are stamped with.
    clock: Callable[[], int] = database_ms
    # How other services are reached, where it is not over the network.
    transport: httpx.AsyncBaseTransport | None = None

    def follow_clock(self, seen: int) -> None:
        """Takes over PostgreSQL's time, in milliseconds since the epoch, as it was just read."""
        if isinstance(self.clock, FollowedClock):
            self.clock.follow(seen)


def make_runtime(settings: Settings, *, pool_size: int = 1, watched: bool = False) -> Runtime:
    """watched: somebody waits for an answer, so that none is waited for a database that hangs."""
    opened = open_watched_engine if watched else open_engine
    engine = opened(
        settings.database_url, pool_size=pool_size, name="score-import worker", holds_locks=True
    )
    event.listen(engine, "connect", _let_go_when_killed)
    event.listen(engine, "connect", _plan_by_indexes)
    guard_schema(engine)
    return Runtime(settings, engine, open_redis(settings.redis_url), CatalogueStore())


def _let_go_when_killed(connection: Any, _: Any) -> None:
    """Has PostgreSQL look while a statement lasts whether we still are there.

    Otherwise a statement that waits for a lock keeps its user's lock beyond the worker's death.
    """
    with untransacted(connection) as cursor:
        try:
            cursor.execute("SET client_connection_check_interval = '2s'")
        except DatabaseError as error:
            # Not where PostgreSQL itself runs on something else than Linux, macOS or BSD.
            log.warning("PostgreSQL does not look after killed workers: %s", str(error).strip())


def _plan_by_indexes(connection: Any, _: Any) -> None:
    """Has PostgreSQL look up what an index finds, however small it believes a table to be.

    It is right of small tables that reading all of one is as quick; but a plan outlives that, and
    statistics lag behind. Before version 18 what has no index is priced out of all proportion by
    this, and would be compiled.
    """
    with untransacted(connection) as cursor:
        cursor.execute("SET enable_seqscan = off; SET jit = off")


@cache
def process_runtime() -> Runtime:
    """The runtime of this process, made on first use: nothing is shared across a fork."""
    settings = load_settings()
    reporting.start(settings.sentry_dsn)
    tracing.start(settings.otlp_endpoint, "worker")
    runtime = make_runtime(settings)
    tally.publish_to(runtime.redis)
    return runtime
