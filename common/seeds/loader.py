"""Loading a seeds folder into the database: all of it or nothing.

Everything is validated first. Then one transaction writes what differs: readers see the
catalogue as it was or as it will be. A file that is the same as last time is skipped whole.

Source: specification, seeds-format.md section 13.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, text

from common.catalogue.locking import hold_catalogue
from common.games.model import Game
from common.games.registry import GAMES
from common.seeds.integrity import check
from common.seeds.joining import join_players_charts, reserved
from common.seeds.reading import SeedFiles, parse, read_files
from common.seeds.seed_documents import CHARTS, KINDS, SONGS
from common.seeds.stored import stored_references
from common.seeds.summary import CollectionSummary, Summary
from common.seeds.violations import SeedsError
from common.seeds.writer import Progress, Writer

# Raise this where the same files would now be judged or stored differently.
FORMAT: Final = b"2"


def load_directory(
    engine: Engine,
    directory: Path,
    *,
    progress: Progress | None = None,
    retire: bool = False,
    games: Mapping[str, Game] = GAMES,
) -> Summary:
    """Brings the catalogue in line with the collections in `directory`.

    progress: told (what is being done, steps done, steps in all).
    retire: keep charts that vanished but are needed by scores, personal bests or goals as
    retired (not primary, in no version); without it they are a reason to refuse.
    games: those whose rules the seeds are held against.

    Raises SeedsError, with nothing written, if anything is wrong with the seeds.
    """
    started = time.monotonic()
    with _collector_paused():
        summary = _load(engine, directory, progress or _silence, retire, games)
    summary.seconds = time.monotonic() - started
    return summary


def _load(
    engine: Engine, directory: Path, tell: Progress, retire: bool, games: Mapping[str, Game]
) -> Summary:
    files = read_files(directory)
    fingerprints = files.fingerprints(FORMAT + ",".join(sorted(games)).encode())

    with engine.connect() as connection:
        if not _outdated(connection, fingerprints):
            return _complete(Summary(), files, games)
    tell("checking", 0, len(files.collections) + 1)
    seeds, violations = parse(files, games)
    if seeds.broken:
        raise SeedsError(violations)
    with engine.begin() as connection:
        # Until the end of the transaction: what is checked now still holds when it is written.
        hold_catalogue(connection)
        findings = check(seeds, games, stored_references(connection, files.collections))
        violations += reserved(seeds)
        if violations or findings.violations:
            raise SeedsError([*violations, *findings.violations])
        join_players_charts(connection, seeds)
        # Another load may have come first.
        outdated = _outdated(connection, fingerprints)
        writer = Writer(connection, seeds, outdated, retire=retire, progress=tell)
        summary = writer.write()
        _remember(connection, {name: fingerprints[name] for name in outdated})
    summary.warnings = findings.warnings
    return _complete(summary, files, games)


def _silence(what: str, done: int, total: int) -> None:
    pass


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Seeds are a million small objects that stay: to look among them for garbage again and
    again takes longer than to read them."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _outdated(connection: Connection, fingerprints: Mapping[str, bytes]) -> set[str]:
    """The collections whose files differ from those loaded last."""
    rows = connection.execute(text("SELECT name, content_hash FROM seed_collections"))
    loaded = {name: bytes(content_hash) for name, content_hash in rows}
    return {name for name, value in fingerprints.items() if loaded.get(name) != value}


def _remember(connection: Connection, fingerprints: Mapping[str, bytes]) -> None:
    if fingerprints:
        connection.execute(
            text(
                "INSERT INTO seed_collections (name, content_hash) VALUES (:name, :content_hash)"
                " ON CONFLICT (name) DO UPDATE SET content_hash = EXCLUDED.content_hash"
            ),
            [{"name": name, "content_hash": value} for name, value in fingerprints.items()],
        )


def _complete(summary: Summary, files: SeedFiles, games: Mapping[str, Game]) -> Summary:
    """Adds what follows from the names of the files alone."""
    written = {each.name for each in summary.collections}
    skipped = (name for name in files.collections if name not in written)
    summary.collections += (CollectionSummary(name, skipped=True) for name in skipped)
    summary.unchecked = [game for game in files.games if game not in games]
    expected = [kind.name for kind in KINDS if kind not in (SONGS, CHARTS)]
    expected += (f"{kind.name}-{game}" for game in files.games for kind in (SONGS, CHARTS))
    summary.absent = [name for name in expected if name not in files.collections]
    summary.ignored = list(files.ignored)
    return summary
