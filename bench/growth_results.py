"""What `bench.growth` found, the limits it is held against, and how it is shown."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.report import Ratio, Table, milliseconds

# How many times as much CPU time as for a user with nothing an import may take, by its scores;
# what is aimed at is 1.5. Noise is a larger part of a small one.
MOST: Final = {1: 3.0, 1000: 2.0, 8000: 2.0, 20_000: 1.0}


@dataclass(slots=True)
class Measured:
    """Imports of one kind. Seconds: from claim to commit, of CPU, of each step."""

    name: str
    scores: int
    seconds: list[float] = field(default_factory=list)
    python: list[float] = field(default_factory=list)
    postgres: list[float] = field(default_factory=list)
    steps: list[dict[str, float]] = field(default_factory=list)
    statements: list[tuple[str, int, float]] = field(default_factory=list)

    @property
    def cpu(self) -> float:
        return statistics.median(map(sum, zip(self.python, self.postgres, strict=True)))

    @property
    def wall(self) -> float:
        return statistics.median(self.seconds)


def ratios(measured: Sequence[Measured]) -> list[Ratio]:
    """By CPU time, to what the same import costs the first user of that size."""
    return list(_ratios(measured))


def _ratios(measured: Sequence[Measured]) -> Iterator[Ratio]:
    first: dict[int, Measured] = {}
    for each in measured:
        base = first.setdefault(each.scores, each)
        if base is not each:
            name = f"{each.scores:,} scores, user has {each.name}"
            yield Ratio(name, each.cpu / base.cpu, MOST[each.scores])


def tables(measured: Sequence[Measured]) -> list[Table]:
    first: dict[int, Measured] = {}
    for each in measured:
        first.setdefault(each.scores, each)
    names = list(dict.fromkeys(name for each in measured for run in each.steps for name in run))
    return [
        Table(
            title="Imports: what else they depend on",
            columns=["user has", "imports", "ms", "× first", "CPU ms", "× first", "Python", "SQL"],
            rows=[
                [
                    each.name,
                    f"{each.scores:,}",
                    milliseconds(each.wall),
                    f"{each.wall / first[each.scores].wall:.2f}",
                    milliseconds(each.cpu),
                    f"{each.cpu / first[each.scores].cpu:.2f}",
                    milliseconds(statistics.median(each.python)),
                    milliseconds(statistics.median(each.postgres)),
                ]
                for each in measured
            ],
            note="The worker's part, from claim to commit, in one process; medians. × first: times"
            " what the same import costs the first user of that size. CPU: of Python and of its"
            " PostgreSQL process.",
        ),
        Table(
            title="Imports: by step (ms)",
            columns=["user has", "imports", *names],
            rows=[
                [
                    each.name,
                    f"{each.scores:,}",
                    *(
                        milliseconds(
                            statistics.median(run.get(name, 0.0) for run in each.steps) / 1000
                        )
                        for name in names
                    ),
                ]
                for each in measured
            ],
        ),
    ]


def statements(each: Measured) -> Table:
    return Table(
        title=f"{each.scores:,} scores, user has {each.name}: statements",
        columns=["statement", "calls", "ms"],
        rows=[
            [statement[:100], f"{calls}", milliseconds(seconds)]
            for statement, calls, seconds in each.statements
        ],
    )
