"""How long loading a seeds folder takes: `python -m bench.seeds [DIRECTORY]`.

Measures a load into an empty database, the same load again, a load after one chart changed,
and as the floor a bare COPY of the rows that the first load wrote: into the same tables with
their indexes, in one transaction. It starts a PostgreSQL of its own.

The folder defaults to `seeds/collections` of $SCORE_IMPORT_SHARED (by default `shared` beside
the project).
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, text

from cli.installation import unprivileged
from cli.local import EmbeddedPostgres
from common.catalogue.collections import STORED
from common.database.engine import migrate, open_engine
from common.seeds.loader import load_directory

ROUNDS = 3
FLOOR = "floor: COPY of the same rows"
TABLES = (*(stored.table for stored in STORED.values()), "folder_charts", "seed_collections")
PROJECT = Path(__file__).resolve().parent.parent


def measure(directory: Path, rounds: int = ROUNDS) -> dict[str, float]:
    """Seconds of each load and of the floor, the best of some rounds."""
    with (
        unprivileged.temporary_folder() as folder,
        EmbeddedPostgres(folder / "postgres") as server,
        tempfile.TemporaryDirectory() as changed,
    ):
        _change_one_chart(directory, Path(changed))
        server.create_database("bench")
        url = server.url_of("bench")
        migrate(url)
        engine = open_engine(url)
        times = [_round(engine, directory, Path(changed)) for _ in range(rounds)]
        engine.dispose()
    return {name: min(each[name] for each in times) for name in times[0]}


def _round(engine: Engine, directory: Path, changed: Path) -> dict[str, float]:
    _empty(engine)
    into_empty = _seconds(lambda: load_directory(engine, directory))
    again = _seconds(lambda: load_directory(engine, directory))
    one_chart = _seconds(lambda: load_directory(engine, changed))
    rows = _copy_out(engine)
    _empty(engine)
    floor = _seconds(lambda: _copy_in(engine, rows))
    return {
        "load into an empty database": into_empty,
        "the same again": again,
        "one chart changed": one_chart,
        FLOOR: floor,
    }


def _seconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _change_one_chart(directory: Path, changed: Path) -> None:
    """The same seeds, but for one chart in the largest collection of charts."""
    shutil.copytree(directory, changed, dirs_exist_ok=True, copy_function=shutil.copyfile)
    largest = max(changed.glob("charts-*.json"), key=lambda path: path.stat().st_size)
    charts = orjson.loads(largest.read_bytes())
    charts[0]["versions"] = []
    largest.write_bytes(orjson.dumps(charts))


def _empty(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(TABLES)}, catalogue_versions"))


def _copy_out(engine: Engine) -> dict[str, bytes]:
    contents = {}
    with engine.connect() as connection:
        cursor: Any = connection.connection.cursor()
        for table in TABLES:
            buffer = io.BytesIO()
            cursor.copy_expert(f"COPY {table} TO STDOUT", buffer)
            contents[table] = buffer.getvalue()
    return contents


def _copy_in(engine: Engine, contents: dict[str, bytes]) -> None:
    with engine.begin() as connection:
        cursor: Any = connection.connection.cursor()
        for table, content in contents.items():
            cursor.copy_expert(f"COPY {table} FROM STDIN", io.BytesIO(content))


def default_directory() -> Path:
    shared = os.environ.get("SCORE_IMPORT_SHARED")
    return (Path(shared) if shared else PROJECT.parent / "shared") / "seeds" / "collections"


def main() -> None:
    directory = Path(sys.argv[1]) if len(sys.argv) > 1 else default_directory()
    if not directory.is_dir():
        print(f"skipped: there are no seeds in {directory}")
        return
    times = measure(directory)
    print(f"best of {ROUNDS} rounds")
    for name, seconds in times.items():
        print(f"{name:<30} {seconds:8.2f} s {seconds / times[FLOOR]:8.2f} x floor")


if __name__ == "__main__":
    main()
