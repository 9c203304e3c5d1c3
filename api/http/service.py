"""What the parts of the API share: settings and connections, reached through the Flask app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from flask import current_app
from sqlalchemy import Engine

from common.catalogue.song_search import SongSearch
from common.clock import now_ms
from common.redis_client import GuardedRedis
from common.settings import Settings

if TYPE_CHECKING:
    from api.http.admission import Admissions
    from api.jobs.door import Processor

EXTENSION = "score-import"


@dataclass(slots=True)
class Service:
    settings: Settings
    engine: Engine
    redis: GuardedRedis
    processor: Processor
    admissions: Admissions
    songs: SongSearch = field(default_factory=SongSearch)
    # The OpenAPI document, once it was asked for.
    openapi: bytes | None = None
    start_time: int = field(default_factory=now_ms)


def service() -> Service:
    """The service of the app that handles the current request."""
    return cast(Service, current_app.extensions[EXTENSION])
