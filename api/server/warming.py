"""What a web process reads before anybody asks for it."""

from __future__ import annotations

import logging
import threading

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from api.http.game_paths import enabled_games
from api.http.service import service
from common.database.failures import in_a_line
from common.database.schema_guard import SchemaMisfit

log = logging.getLogger(__name__)


def warm_up(app: Flask) -> threading.Thread:
    """Reads the titles of all songs, which takes a third of a second, beside what is asked."""
    thread = threading.Thread(target=_read_titles, args=(app,), name="warming", daemon=True)
    thread.start()
    return thread


def _read_titles(app: Flask) -> None:
    with app.app_context():
        here = service()
        try:
            with here.reading() as connection:
                here.songs.load(connection, [game.id for game in enabled_games()])
            log.info("the titles of songs are read")
        except (SQLAlchemyError, SchemaMisfit) as problem:
            # Whoever searches first reads them.
            log.info("the titles of songs are not read yet: %s", in_a_line(problem))
