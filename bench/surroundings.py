"""What surrounds an import: `python -m bench.surroundings`.

One score, from POST to completed: alone, while others send twenty imports a second, and with a
million ended jobs on record. And the largest file that is taken: its time, and the worker's memory.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Final

import click
from psutil import Process
from rich.console import Console
from sqlalchemy import text

from bench import usage
from bench.client import KeepAliveClient, WrongResult, imported
from bench.load import percentile
from bench.report import Ratio, Table, megabytes, milliseconds, open_console
from bench.service import Service, User, Web, running_service
from bench.workload import payload, payloads
from common.database.columns import Columns
from common.jobs.job_tables import Job

RUNS: Final = 300
QUICK_RUNS: Final = 30
WARM_UPS: Final = 10
# What others send: scores an import, imports a second, and by how many users.
OTHERS_SCORES: Final = 10
OTHERS_A_SECOND: Final = 20
OTHERS: Final = 50
ENDED_JOBS: Final = 1_000_000
QUICK_ENDED_JOBS: Final = 10_000
LARGEST_FILE: Final = 16 << 20  # bytes, as MAX_UPLOAD_BYTES is by default
BYTES_LIMIT: Final = 300e6  # of the worker's process that imports it
# Times the median of one score alone; with room for noise.
ENDED_JOBS_LIMIT: Final = 1.5


@dataclass(slots=True)
class Single:
    """Imports of one score: seconds from POST to completed."""

    name: str
    seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Largest:
    """The largest file: its scores, seconds to completed, and bytes of the worker's processes."""

    scores: int
    seconds: float
    peaks: list[int]


@dataclass(frozen=True, slots=True)
class Results:
    singles: list[Single]
    largest: Largest


def measure(runs: int, ended_jobs: int, *, console: Console) -> Results:
    """Everything, on a service of its own."""
    with running_service() as service:
        with console.status("Loading the catalogue ..."):
            service.load_catalogue()
        web, worker = service.start_web(), service.start_worker()
        for _ in range(WARM_UPS):
            _import_one(web, service.new_user(), payload(1), [])
        with console.status("One score, alone ..."):
            alone = _singles("alone", service, web, runs)
        name = f"beside {OTHERS_A_SECOND} imports a second"
        with console.status(f"One score, {name} ..."), _others_at_work(service, web):
            beside = _singles(name, service, web, runs)
        with console.status("The largest file ..."):
            largest = _largest(service, web, worker)
        with console.status(f"{ended_jobs:,} ended jobs ..."):
            _add_ended_jobs(service, ended_jobs)
        with console.status(f"One score, after {ended_jobs:,} jobs ..."):
            after = _singles(f"with {ended_jobs:,} ended jobs", service, web, runs)
    return Results([alone, beside, after], largest)


def _singles(name: str, service: Service, web: Web, runs: int) -> Single:
    users = [service.new_user() for _ in range(runs)]
    single, content = Single(name), payload(1)
    for user in users:
        _import_one(web, user, content, single.seconds)
    return single


def _import_one(web: Web, user: User, content: bytes, seconds: list[float]) -> None:
    with KeepAliveClient(web, user) as client:
        started = time.perf_counter()
        answer = client.wait(client.submit(content))
        seconds.append(time.perf_counter() - started)
    imported(answer, new=1)


@contextmanager
def _others_at_work(service: Service, web: Web) -> Iterator[None]:
    """Others submit at a steady rate, each over a connection that is kept."""
    over = threading.Event()
    problems: list[Exception] = []
    contents = itertools.cycle(payloads(OTHERS * 10, OTHERS_SCORES))
    with ExitStack() as stack:
        users = [service.new_user() for _ in range(OTHERS)]
        clients = [stack.enter_context(KeepAliveClient(web, user)) for user in users]

        def submit_all() -> None:
            next_time = time.monotonic()
            for client, content in zip(itertools.cycle(clients), contents, strict=False):
                if over.wait(max(0.0, next_time - time.monotonic())):
                    return
                next_time += 1 / OTHERS_A_SECOND
                try:
                    client.submit(content)
                except Exception as problem:
                    problems.append(problem)
                    return

        thread = threading.Thread(target=submit_all)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
    if problems:
        raise WrongResult("the others could not submit") from problems[0]


def _largest(service: Service, web: Web, worker: Process) -> Largest:
    thousands = payload(1000)
    scores = LARGEST_FILE * 1000 // len(thousands)
    while len(content := payload(scores)) > LARGEST_FILE:
        scores = scores * 99 // 100
    usage.reset_peaks(worker)
    with KeepAliveClient(web, service.new_user()) as client:
        started = time.perf_counter()
        answer = client.wait(client.submit(content))
        seconds = time.perf_counter() - started
    imported(answer, new=scores)
    return Largest(scores, seconds, usage.peaks(worker))


def _add_ended_jobs(service: Service, count: int) -> None:
    """Copies of an import's row, for all users alike."""
    others = {"user_id": "id", "job_id": "md5(id || ' ' || n) || 'ended' || n"}
    values = (others.get(name, f"one.{name}") for name in Columns(Job).names)
    with service.engine.begin() as connection:
        connection.execute(
            text(
                f"INSERT INTO jobs ({Columns(Job).listed}) SELECT {', '.join(values)}"
                " FROM (SELECT * FROM jobs WHERE state = 'completed' LIMIT 1) AS one, users,"
                " generate_series(1, :count / (SELECT count(*) FROM users) + 1) AS n LIMIT :count"
            ),
            {"count": count},
        )
    with service.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE jobs"))


def ratios(results: Results) -> list[Ratio]:
    alone, _, after = results.singles
    return [
        Ratio(
            f"1 score, {after.name}",
            median(after.seconds) / median(alone.seconds),
            ENDED_JOBS_LIMIT,
        ),
        Ratio(
            "largest file, memory of its process in 300 MB",
            results.largest.peaks[-1] / BYTES_LIMIT,
            1.0,
        ),
    ]


def tables(results: Results) -> list[Table]:
    return [
        Table(
            title="Imports: one score among others",
            columns=["", "runs", "median ms", "p99 ms", "best ms"],
            rows=[_row(single) for single in results.singles],
            note="From POST to completed, a new user each time."
            f" The others' imports have {OTHERS_SCORES} scores each.",
        ),
        Table(
            title="Imports: the largest file",
            columns=["scores", "s", "memory, main MB", "memory, child MB"],
            rows=[
                [
                    f"{results.largest.scores:,}",
                    f"{results.largest.seconds:.2f}",
                    megabytes(results.largest.peaks[0]),
                    megabytes(results.largest.peaks[-1]),
                ]
            ],
            note=f"{LARGEST_FILE >> 20} MiB. Memory: resident, at its highest.",
        ),
    ]


def _row(single: Single) -> Sequence[str]:
    seconds = sorted(single.seconds)
    figures = (median(seconds), percentile(seconds, 99), seconds[0])
    return [single.name, f"{len(seconds)}", *map(milliseconds, figures)]


@click.command()
@click.option("--quick", is_flag=True, help="few runs, and few ended jobs")
@click.option("--check", is_flag=True, help="exit with 1 where a limit is exceeded")
def main(quick: bool, check: bool) -> None:
    """Measure one score among others, and the largest file."""
    console = open_console()
    results = measure(
        QUICK_RUNS if quick else RUNS,
        QUICK_ENDED_JOBS if quick else ENDED_JOBS,
        console=console,
    )
    for table in tables(results):
        table.show(console)
    if check and not all(each.kept for each in ratios(results)):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
