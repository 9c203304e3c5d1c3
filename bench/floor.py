"""The floor of storing scores: COPY of the very same rows into the very same table.

No import can be quicker than that, so an import's time is told as a multiple of it.
"""

from __future__ import annotations

import io
import time
from typing import Any

from sqlalchemy import Connection, text

from bench.client import WrongResult
from bench.service import Service
from worker.records import scores

_COLUMNS = scores.COLUMNS.listed


def copy_seconds(service: Service, import_id: str, count: int) -> float:
    """How long COPY and commit take for the scores of an import, which are taken out first."""
    with service.engine.connect() as connection:
        rows = _take_out(connection, import_id)
    with service.engine.connect() as connection:
        # The indexes as they were before the import, not full of the dead.
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        autocommit.execute(text("VACUUM scores"))
    with service.engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        started = time.perf_counter()
        cursor.copy_expert(f"COPY scores ({_COLUMNS}) FROM STDIN", rows)
        connection.connection.commit()
        seconds = time.perf_counter() - started
    if cursor.rowcount != count:
        raise WrongResult(f"{cursor.rowcount} rows copied instead of {count}")
    return seconds


def _take_out(connection: Connection, import_id: str) -> io.BytesIO:
    rows = io.BytesIO()
    cursor: Any = connection.connection.cursor()
    cursor.execute("SELECT user_id FROM imports WHERE import_id = %s", [import_id])
    mine = cursor.mogrify("user_id = %s AND import_id = %s", [*cursor.fetchone(), import_id])
    where = mine.decode()
    select = f"SELECT {_COLUMNS} FROM scores WHERE {where} ORDER BY position"
    cursor.copy_expert(f"COPY ({select}) TO STDOUT", rows)
    cursor.execute(f"DELETE FROM scores WHERE {where}")
    connection.connection.commit()
    rows.seek(0)
    return rows
