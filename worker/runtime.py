"""What one worker process keeps between jobs: connections and the catalogue in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import httpx
from redis import Redis
from sqlalchemy import Engine

from common.clock import FollowedClock, database_ms
from common.database.engine import open_engine
from common.redis_client import open_redis
from common.settings import Settings, load_settings
from worker.catalogue.memory import CatalogueStore


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


def make_runtime(settings: Settings, *, pool_size: int = 1) -> Runtime:
    engine = open_engine(settings.database_url, pool_size=pool_size, name="score-import worker")
    return Runtime(settings, engine, open_redis(settings.redis_url), CatalogueStore())


@cache
def process_runtime() -> Runtime:
    """The runtime of this process, made on first use: nothing is shared across a fork."""
    return make_runtime(load_settings())
