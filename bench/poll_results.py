"""What `bench.poll_status` found, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from bench.load import Load
from bench.report import Ratio, Table, milliseconds

# Above this share of the time, the clients themselves may be what was measured.
BUSY_CLIENT: Final = 0.7


@dataclass(frozen=True, slots=True)
class Sample:
    """Some seconds of one load. `cpu`: seconds of CPU time the web server used a request."""

    load: Load
    cpu: float


@dataclass(slots=True)
class Case:
    """One kind of poll, and the constant answer of the same size, measured in turns."""

    name: str
    poll: list[Sample] = field(default_factory=list)
    constant: list[Sample] = field(default_factory=list)

    def times_constant(self) -> float:
        """How many times as long a poll takes as a constant; the median of the turns."""
        turns = zip(self.poll, self.constant, strict=True)
        return median(constant.load.rate / poll.load.rate for poll, constant in turns)

    def times_constant_cpu(self) -> float:
        """The same for the CPU time of the web server, which other programs disturb less."""
        turns = zip(self.poll, self.constant, strict=True)
        return median(poll.cpu / constant.cpu for poll, constant in turns)


# CPU time of a poll, in that of a constant of its size.
MOST: Final = {
    "running": 2.2,
    "completed, 10 scores": 2.2,
    "completed, 5000 scores": 3.0,
    "unknown": 2.2,
}


@dataclass(slots=True)
class Results:
    connections: int
    cases: list[Case]
    without_redis: list[Case]


def ratios(results: Results) -> list[Ratio]:
    return [
        Ratio(f"poll: {case.name}, CPU × const", case.times_constant_cpu(), MOST[case.name])
        for case in results.cases
        if case.name in MOST
    ]


def tables(results: Results) -> list[Table]:
    samples = [
        sample
        for case in [*results.cases, *results.without_redis]
        for sample in [*case.poll, *case.constant]
    ]
    busiest = max(sample.load.client_share for sample in samples)
    verdict = "the server was what was measured" if busiest < BUSY_CLIENT else "TOO BUSY"
    return [
        _table(
            "Polls",
            results.cases,
            f"{results.connections} connections, one gunicorn process. × const: how many times "
            "as long as a constant answer of the same size from the same server, measured in "
            f"turns. The clients were at work for {busiest:.0%} of the time at most: {verdict}.",
        ),
        _table(
            "Polls while Redis is down", results.without_redis, "PostgreSQL answers all of them."
        ),
    ]


def _table(title: str, cases: Sequence[Case], note: str) -> Table:
    return Table(
        title=title,
        columns=[
            *["import", "bytes", "requests/s", "best", "p50 ms", "p99 ms", "CPU µs"],
            *["const/s", "const p50", "const µs", "× const", "× const CPU"],
        ],
        rows=[_row(case) for case in cases],
        note=note,
    )


def _row(case: Case) -> list[str]:
    poll, constant = case.poll, case.constant
    return [
        case.name,
        f"{poll[0].load.body:,}",
        f"{_rate(poll):,.0f}",
        f"{max(sample.load.rate for sample in poll):,.0f}",
        milliseconds(_p50(poll)),
        milliseconds(median(sample.load.p99 for sample in poll)),
        f"{_cpu(poll):.0f}",
        f"{_rate(constant):,.0f}",
        milliseconds(_p50(constant)),
        f"{_cpu(constant):.0f}",
        f"{case.times_constant():.2f}",
        f"{case.times_constant_cpu():.2f}",
    ]


def _rate(samples: Sequence[Sample]) -> float:
    return median(sample.load.rate for sample in samples)


def _p50(samples: Sequence[Sample]) -> float:
    return median(sample.load.p50 for sample in samples)


def _cpu(samples: Sequence[Sample]) -> float:
    return median(sample.cpu for sample in samples) * 1e6
