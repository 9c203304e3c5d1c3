"""Loading a seeds folder into the database: all of it or nothing.

Everything is validated first. Then one transaction writes what differs: readers see the
catalogue as it was or as it will be. A file that is the same as last time is skipped whole.

Source: specification, seeds-format.md section 13.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine

from common.catalogue import collection_rows, giving_way_rows, other_ids
from common.catalogue.locking import hold_catalogue, hold_users
from common.games.model import Game
from common.games.registry import GAMES
from common.seeds.integrity import check
from common.seeds.joining import join_players_charts, reserved
from common.seeds.reading import SeedFiles, Seeds, charts_in, parse, read_files
from common.seeds.seed_documents import CHARTS, KINDS, SONGS, kind_of
from common.seeds.stored_rows import stored_references
from common.seeds.summary import CollectionSummary, GaveWay, Summary
from common.seeds.version3.conversion import Converted, as_version_2, is_version_3
from common.seeds.violations import SeedsError, Violation
from common.seeds.writer import Progress, Writer

# Raise this where the same files would now be judged or stored differently.
FORMAT: Final = b"2"


def _silence(what: str, done: int, total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Loading:
    """How seeds are loaded.

    retire: keep charts that vanished but are needed by scores, personal bests or goals as
    retired (not primary, in no version); without it they are a reason to refuse.
    dry_run: find out what would change, and change nothing.
    giving_way: a folder whose catalogue, where it is the one that is loaded and the new one has
    none of its charts, goes first, with everything that was played on it.
    games: those whose rules the seeds are held against.
    tell: told (what is being done, steps done, steps in all).
    """

    retire: bool = False
    dry_run: bool = False
    giving_way: Path | None = None
    games: Mapping[str, Game] = field(default_factory=lambda: GAMES)
    tell: Progress = _silence


_PLAINLY: Final = Loading()


def load_directory(engine: Engine, directory: Path, how: Loading = _PLAINLY) -> Summary:
    """Brings the catalogue in line with the collections in `directory`.

    The folder may be one of version 2 or of version 3; its documents tell. Raises SeedsError,
    with nothing written, if anything is wrong with the seeds.
    """
    started = time.monotonic()
    with _collector_paused():
        summary = _load(engine, directory, how)
    summary.seconds = time.monotonic() - started
    return summary


def _load(engine: Engine, directory: Path, how: Loading) -> Summary:
    games, tell = how.games, how.tell
    files = read_files(directory)
    converted = None
    if is_version_3(files):
        tell("reading", 0, 1)
        with engine.connect() as connection:
            stored = collection_rows.folder_ids(connection)
        converted = as_version_2(files, stored)
        files = converted.files
    fingerprints = files.fingerprints(_context(files, converted, games))

    with engine.begin() as connection:
        if not (converted and converted.violations) and not _outdated(connection, fingerprints):
            if converted is not None and not how.dry_run:
                _store_other_ids(connection, converted, {})
            return _complete(Summary(), files, games)
    tell("checking", 0, len(files.collections) + 1)
    seeds, violations = parse(files, games)
    if converted is not None:
        violations = [*converted.violations, *violations]
        seeds = converted.limited(seeds)
    if seeds.broken:
        raise SeedsError(_named(violations, converted))
    with engine.connect() as connection, connection.begin() as transaction:
        # Until the end of the transaction: what is checked now still holds when it is written.
        hold_catalogue(connection)
        gave_way = _give_way(connection, how.giving_way, seeds)
        findings = check(seeds, games, stored_references(connection, files.collections))
        violations += reserved(seeds)
        if violations or findings.violations:
            raise SeedsError(_named([*violations, *findings.violations], converted))
        join_players_charts(connection, seeds)
        # Another load may have come first.
        outdated = _outdated(connection, fingerprints)
        writer = Writer(connection, seeds, outdated, retire=how.retire, progress=tell)
        try:
            summary = writer.write()
        except SeedsError as refused:
            raise SeedsError(_named(refused.violations, converted)) from refused
        collection_rows.remember(connection, {name: fingerprints[name] for name in outdated})
        _store_other_ids(connection, converted, writer.entered)
        if how.dry_run:
            transaction.rollback()
    summary.gave_way = gave_way
    summary.warnings = _named(findings.warnings, converted)
    return _complete(summary, files, games)


def _context(files: SeedFiles, converted: Converted | None, games: Mapping[str, Game]) -> bytes:
    """What else than a file decides what becomes of it: the rules, and whose charts there are.

    What belongs to playtypes without charts stays, though no file has it.
    """
    charts = []
    for kind, game in filter(None, map(kind_of, files.collections)):
        if kind is CHARTS and game is not None:
            every = set(games[game].playtypes) if game in games else set()
            have = every if converted is None else converted.playtypes.get(game, every)
            charts.append(f"{game}:{'+'.join(sorted(have))}")
    return FORMAT + ",".join(sorted(games)).encode() + ",".join(sorted(charts)).encode()


def _give_way(connection: Connection, folder: Path | None, seeds: Seeds) -> GaveWay | None:
    """Removes the folder's catalogue where that is loaded and the seeds are another."""
    if folder is None:
        return None
    files = read_files(folder)
    charts_of_files = charts_in(files)
    ours = seeds.of_kind(CHARTS)
    if not ours or any(charts_of_files & each.keys for each in ours):
        return None
    games = giving_way_rows.games_of(connection, charts_of_files)
    if games.isdisjoint(each.game for each in ours):
        return None
    hold_users(connection)
    return GaveWay(sorted(games), giving_way_rows.remove(connection, games, files.collections))


def _store_other_ids(
    connection: Connection, converted: Converted | None, entered: Mapping[str, set[str]]
) -> None:
    """Has everything named in version 3. entered: see Writer."""
    games = {kind: set(of_kind) for kind, of_kind in entered.items()}
    if converted is not None:
        for (kind, game), ids in converted.others.items():
            if other_ids.store(connection, kind, game, ids):
                games.setdefault(kind, set()).add(game)
    other_ids.name_all(connection, games)
    if "folders" in games or "slugs" in games:
        other_ids.show_slugs(connection)


def _named(violations: Iterable[Violation], converted: Converted | None) -> list[Violation]:
    """Violations with the files and the IDs that the folder has."""
    if converted is None:
        return list(violations)
    return [converted.named(violation) for violation in violations]


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
    loaded = collection_rows.loaded(connection)
    return {name for name, value in fingerprints.items() if loaded.get(name) != value}


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
