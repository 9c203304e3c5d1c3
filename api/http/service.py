"""What the parts of the API share: settings and connections, reached through the Flask app."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import current_app
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from common.catalogue.song_search import SongSearch
from common.clock import now_ms
from common.database.failures import in_a_line
from common.redis_client import GuardedRedis
from common.settings import Settings

if TYPE_CHECKING:
    from api.http.admission import Admissions
    from api.jobs.door import Processor
    from api.jobs.elsewhere import Elsewhere

log = logging.getLogger(__name__)

EXTENSION = "score-import"


@dataclass(slots=True)
class Service:
    settings: Settings
    engine: Engine
    redis: GuardedRedis
    processor: Processor
    admissions: Admissions
    elsewhere: Elsewhere
    songs: SongSearch = field(default_factory=SongSearch)
    # The OpenAPI document, once it was asked for.
    openapi: bytes | None = None
    start_time: int = field(default_factory=now_ms)
    # A standby, for what may be a moment old.
    replica: Engine | None = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for lists that may be a moment old: the standby's, if there is one.

        Where that cannot be reached, PostgreSQL itself answers.
        """
        with self._reader() as connection:
            yield connection

    def _reader(self) -> Connection:
        if self.replica is not None:
            try:
                return self.replica.connect()
            except OperationalError as problem:
                log.warning("the standby cannot be reached: %s", in_a_line(problem))
        return self.engine.connect()


def service() -> Service:
    """The service of the app that handles the current request."""
    return cast(Service, current_app.extensions[EXTENSION])
