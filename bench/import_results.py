"""What `bench.import_file` found, the limits it is held against, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from bench.report import Ratio, Table, megabytes, milliseconds

# Seconds that an import of so many scores may take; half of it is the goal.
LIMITS: Final = {1: 0.060, 1000: 0.35, 5000: 1.0, 20000: 3.5}
DUPLICATES_LIMITS: Final = {20000: 1.5}
CROWD_LIMITS: Final = {200: 4.0}  # seconds, by the number of users
MEMORY_LIMIT: Final = 300e6  # bytes of all processes of a worker

# An import of so many scores, in COPY of the same rows.
COPY_LIMITS: Final = {5000: 8.0, 20_000: 4.5}

SHOWN: Final = 0.1  # milliseconds a step must take somewhere to be in the table


@dataclass(slots=True)
class Series:
    """Imports of one kind. `accept`: the part until 202. `cpu`: seconds an import, by part."""

    seconds: list[float] = field(default_factory=list)
    accept: list[float] = field(default_factory=list)
    steps: list[dict[str, float]] = field(default_factory=list)  # milliseconds
    cpu: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Size:
    """Imports of files of `count` scores. `peaks`: bytes of the worker's processes, main first."""

    count: int
    new: Series = field(default_factory=Series)
    duplicates: Series = field(default_factory=Series)
    floor: list[float] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Crowd:
    """Many imports of 10 scores at once: seconds from the first POST to the last completed.

    cpu: seconds an import, by part.
    """

    imports: int
    users: int
    seconds: list[float] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Results:
    """`cold_seconds`: the very first import of a worker, which reads the catalogue.

    servers: the versions of PostgreSQL and Redis.
    """

    match_type: str
    servers: dict[str, str]
    cold_seconds: float
    sizes: list[Size]
    crowds: list[Crowd]


@dataclass(frozen=True, slots=True)
class Limit:
    """What was measured, and what was asked for: seconds, or bytes."""

    name: str
    measured: float
    most: float
    is_memory: bool = False

    @property
    def kept(self) -> bool:
        return self.measured <= self.most

    def row(self) -> list[str]:
        show, unit = (megabytes, "MB") if self.is_memory else (milliseconds, "ms")
        verdict = "exceeded" if not self.kept else "goal" if self.used <= 0.5 else "kept"
        shown = [f"{show(value)} {unit}" for value in (self.measured, self.most)]
        return [self.name, *shown, f"{self.used:.0%}", verdict]

    @property
    def used(self) -> float:
        return self.measured / self.most


def limits(results: Results) -> list[Limit]:
    """Everything that was measured and has a limit; times are medians."""
    return list(_limits(results))


def _limits(results: Results) -> Iterator[Limit]:
    for size in results.sizes:
        name = "1 score" if size.count == 1 else f"{size.count:,} scores"
        if size.count in LIMITS:
            yield Limit(name, median(size.new.seconds), LIMITS[size.count])
        if size.count in DUPLICATES_LIMITS:
            most = DUPLICATES_LIMITS[size.count]
            yield Limit(f"{name} again", median(size.duplicates.seconds), most)
    for crowd in results.crowds:
        if crowd.users in CROWD_LIMITS:
            yield Limit(_name(crowd), median(crowd.seconds), CROWD_LIMITS[crowd.users])
    peak = max(sum(size.peaks) for size in results.sizes)
    yield Limit("memory of the worker", peak, MEMORY_LIMIT, is_memory=True)


def ratios(results: Results) -> list[Ratio]:
    return [
        Ratio(
            f"{size.count:,} scores, × COPY",
            median(size.new.seconds) / median(size.floor),
            COPY_LIMITS[size.count],
        )
        for size in results.sizes
        if size.count in COPY_LIMITS
    ]


def _name(crowd: Crowd) -> str:
    users = "1 user" if crowd.users == 1 else f"{crowd.users} users"
    return f"{crowd.imports} imports of 10, {users}"


# --- tables ------------------------------------------------------------------------------


def tables(results: Results) -> list[Table]:
    return [
        Table(
            title="Imports: what was asked for",
            columns=["", "measured", "limit", "share", ""],
            rows=[limit.row() for limit in limits(results)],
            note="Medians. Half the limit is the goal.",
        ),
        Table(
            title="Imports: from POST to completed",
            columns=[
                *["scores", "runs", "median ms", "best ms", "scores/s"],
                *["COPY ms", "× COPY", "again ms", "again best"],
            ],
            rows=[_time_row(size) for size in results.sizes],
            note="COPY: the floor, COPY and commit of the same rows. Again: the same file once "
            f"more, all duplicates. Match type {results.match_type}. The first import of a "
            f"new worker took {milliseconds(results.cold_seconds)} ms.",
        ),
        _step_table(results.sizes),
        _usage_table(results.sizes),
        _crowd_table(results.crowds),
    ]


def _time_row(size: Size) -> list[str]:
    middle, floor = median(size.new.seconds), median(size.floor)
    return [
        f"{size.count:,}",
        f"{len(size.new.seconds)}",
        milliseconds(middle),
        milliseconds(min(size.new.seconds)),
        f"{size.count / middle:,.0f}",
        milliseconds(floor),
        f"{middle / floor:.1f}",
        milliseconds(median(size.duplicates.seconds)),
        milliseconds(min(size.duplicates.seconds)),
    ]


def _kinds(sizes: Sequence[Size]) -> Iterator[tuple[str, Series]]:
    for size in sizes:
        yield f"{size.count:,}", size.new
    yield f"{sizes[-1].count:,} again", sizes[-1].duplicates


def _step_table(sizes: Sequence[Size]) -> Table:
    names = [
        name
        for name in sizes[0].new.steps[0]
        if any(name in run and run[name] >= SHOWN for size in sizes for run in size.new.steps)
    ]
    rows = []
    for kind, series in _kinds(sizes):
        steps = [median(run.get(name, 0.0) for run in series.steps) / 1000 for name in names]
        accept = median(series.accept)
        rest = median(series.seconds) - accept - sum(steps)
        rows.append([kind, *map(milliseconds, [accept, *steps, rest])])
    return Table(
        title="Imports: where the time goes (ms)",
        columns=["scores", "accept", *names, "rest"],
        rows=rows,
        note="accept: POST to 202. rest: the message's way, locks and commits, and the answer.",
    )


def _usage_table(sizes: Sequence[Size]) -> Table:
    parts = list(sizes[0].new.cpu)
    memory = {f"{size.count:,}": [size.peaks[0], sum(size.peaks[1:])] for size in sizes}
    return Table(
        title="Imports: CPU time of one import (ms), and memory of the worker (MB)",
        columns=["scores", *parts, "memory, main", "memory, child"],
        rows=[
            [
                kind,
                *(milliseconds(series.cpu[part]) for part in parts),
                *(map(megabytes, memory[kind]) if kind in memory else ["", ""]),
            ]
            for kind, series in _kinds(sizes)
        ],
        note="CPU time on average, the client's polls included. Memory: resident, at its highest; "
        "what the two processes share counts in both.",
    )


def _crowd_table(crowds: Sequence[Crowd]) -> Table:
    parts = list(crowds[0].cpu)
    return Table(
        title="Imports: many at once",
        columns=["", "median s", "best s", "imports/s", *(f"{part}, ms" for part in parts)],
        rows=[
            [
                _name(crowd),
                f"{median(crowd.seconds):.2f}",
                f"{min(crowd.seconds):.2f}",
                f"{crowd.imports / median(crowd.seconds):.0f}",
                *(milliseconds(crowd.cpu[part]) for part in parts),
            ]
            for crowd in crowds
        ],
        note="From the first POST to the last completed; CPU time of one import on average.",
    )
