"""How long an import takes, from POST to completed: `python -m bench.import_file`.

For every size, each run takes a fresh user and measures three things one after the other, so
that they see the same machine: the import of the reference workload, COPY of the rows it
stored (the floor), and the import of the same file again (all duplicates). Then many small
imports at once, of many users and of one.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import orjson
from psutil import Process
from rich.console import Console
from sqlalchemy import text

from bench import usage
from bench.client import KeepAliveClient, WrongResult, imported
from bench.floor import copy_seconds
from bench.import_results import Crowd, Results, Series, Size, limits, tables
from bench.report import open_console
from bench.service import Service, User, Web, running_service
from bench.workload import MATCH_TYPES, payload, payloads

# Scores in a file, and how often it is imported.
RUNS: Final = {1: 40, 100: 20, 1000: 15, 5000: 9, 20000: 5}
QUICK_RUNS: Final = {1: 5, 100: 3, 1000: 3, 5000: 1, 20000: 1}
WARM_UPS: Final = 5
CROWD_RUNS: Final = 3
CROWD_CLIENTS: Final = 4  # threads that submit and poll
CROWD_POLL_SECONDS: Final = 0.02  # often enough to tell the end, and no load to speak of
CROWD_SCORES: Final = 10
MANY_USERS: Final = 200
ONE_USER: Final = 50


@dataclass(frozen=True, slots=True)
class Bench:
    """The running service, as the measurements here need it."""

    service: Service
    web: Web
    worker: Process
    match_type: str

    def scalar(self, sql: str, **parameters: object) -> object:
        with self.service.engine.connect() as connection:
            return connection.scalar(text(sql), parameters)


def measure(match_type: str, runs: Mapping[int, int], *, console: Console) -> Results:
    """Everything, on a service of its own. `runs`: how often, by the number of scores."""
    with running_service() as service:
        with console.status("Loading the catalogue ..."):
            service.load_catalogue()
        bench = Bench(service, service.start_web(), service.start_worker(), match_type)
        cold, *_ = [_warm_up(bench) for _ in range(WARM_UPS)]
        sizes = []
        for count, times in runs.items():
            with console.status(f"Importing {count:,} scores {times} times ..."):
                sizes.append(_measure_size(bench, count, times))
        crowds = []
        for imports, users in ((MANY_USERS, MANY_USERS), (ONE_USER, 1)):
            with console.status(f"{imports} imports at once ..."):
                crowds.append(_measure_crowd(bench, imports, users))
        if repeated := bench.scalar("SELECT count(*) FROM jobs WHERE attempts <> 1"):
            raise WrongResult(f"{repeated} imports were not applied at the first attempt")
        return Results(match_type, service.versions(), cold, sizes, crowds)


def _warm_up(bench: Bench) -> float:
    size = Size(1)
    _measure_run(bench, size, payload(1, bench.match_type), {})
    return size.new.seconds[0]


def _measure_size(bench: Bench, count: int, runs: int) -> Size:
    size = Size(count)
    content = payload(count, bench.match_type)
    parts = usage.parts(bench.service, bench.web, bench.worker)
    usage.reset_peaks(bench.worker)
    for _ in range(runs):
        _measure_run(bench, size, content, parts)
    for series in (size.new, size.duplicates):
        series.cpu = {part: used / runs for part, used in series.cpu.items()}
    size.peaks = usage.peaks(bench.worker)
    return size


def _measure_run(bench: Bench, size: Size, content: bytes, parts: Mapping[str, usage.Part]) -> None:
    user = bench.service.new_user()
    with KeepAliveClient(bench.web, user) as client:
        meter = usage.CpuMeter(parts, size.new.cpu)
        import_id, answer = _timed(bench, client, content, size.new, meter)
        imported(answer, new=size.count)
        stored = bench.scalar("SELECT count(*) FROM scores WHERE user_id = :id", id=user.user_id)
        if stored != size.count:
            raise WrongResult(f"{stored} scores are stored instead of {size.count}")
        size.floor.append(copy_seconds(bench.service, import_id, size.count))
        meter = usage.CpuMeter(parts, size.duplicates.cpu)
        _, answer = _timed(bench, client, content, size.duplicates, meter)
        imported(answer, new=0, duplicates=size.count)


def _timed(
    bench: Bench, client: KeepAliveClient, content: bytes, series: Series, meter: usage.CpuMeter
) -> tuple[str, bytes]:
    """Imports a file; its id, and the final answer."""
    with meter.measuring():
        started = time.perf_counter()
        import_id = client.submit(content)
        accepted = time.perf_counter()
        answer = client.wait(import_id)
        ended = time.perf_counter()
    series.seconds.append(ended - started)
    series.accept.append(accepted - started)
    timings = bench.scalar("SELECT timings FROM imports WHERE import_id = :id", id=import_id)
    assert isinstance(timings, dict)
    series.steps.append(timings)
    return import_id, answer


# --- many at once ------------------------------------------------------------------------


def _measure_crowd(bench: Bench, imports: int, users: int) -> Crowd:
    crowd = Crowd(imports, users)
    contents = payloads(imports, CROWD_SCORES, bench.match_type)
    meter = usage.CpuMeter(usage.parts(bench.service, bench.web, bench.worker), crowd.cpu)
    for _ in range(CROWD_RUNS):
        them = [bench.service.new_user() for _ in range(users)]
        work = [(them[number % users], content) for number, content in enumerate(contents)]
        shares = [work[number::CROWD_CLIENTS] for number in range(CROWD_CLIENTS)]
        with ThreadPoolExecutor(CROWD_CLIENTS) as pool, meter.measuring():
            started = time.perf_counter()
            answers = [
                answer
                for share in pool.map(lambda share: _submit_and_wait(bench, share), shares)
                for answer in share
            ]
            crowd.seconds.append(time.perf_counter() - started)
        for answer in answers:
            imported(answer, new=CROWD_SCORES)
    crowd.cpu = {part: used / imports / CROWD_RUNS for part, used in crowd.cpu.items()}
    return crowd


def _submit_and_wait(bench: Bench, work: list[tuple[User, bytes]]) -> list[bytes]:
    clients = [(KeepAliveClient(bench.web, user), content) for user, content in work]
    submitted = [(client, client.submit(content)) for client, content in clients]
    answers = []
    for client, import_id in submitted:
        with client:
            answers.append(client.wait(import_id, pause=CROWD_POLL_SECONDS))
    return answers


# --- the command -------------------------------------------------------------------------


@click.command()
@click.option("--match", "match_type", type=click.Choice(MATCH_TYPES), default=MATCH_TYPES[0])
@click.option("--size", "sizes", type=int, multiple=True, help="scores in the file [repeatable]")
@click.option("--runs", type=click.IntRange(1), help="imports of each size")
@click.option("--quick", is_flag=True, help="few runs")
@click.option("--json", "file", type=click.Path(path_type=Path), help="write what was measured")
@click.option("--check", is_flag=True, help="exit with 1 where a limit is exceeded")
def main(
    match_type: str,
    sizes: tuple[int, ...],
    runs: int | None,
    quick: bool,
    file: Path | None,
    check: bool,
) -> None:
    """Measure imports from POST to completed, against COPY of the same rows."""
    console = open_console()
    usual = QUICK_RUNS if quick else RUNS
    wanted = {size: runs or usual.get(size, 5) for size in sizes or usual}
    results = measure(match_type, wanted, console=console)
    for table in tables(results):
        table.show(console)
    if file is not None:
        file.write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2))
    if check and not all(each.kept for each in limits(results)):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
