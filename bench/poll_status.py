"""How quickly poll-status answers: `python -m bench.poll_status`.

Every client asks once a second while its import runs. Each kind of answer is measured against
a constant one of the same size from the same web server (same configuration file, processes,
threads), a few seconds each in turns, so that both see the same machine.

The web server is one process: on a machine of two cores that leaves one to the clients.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click
import orjson
from rich.console import Console
from sqlalchemy import text

from bench import load
from bench.client import KeepAliveClient, WrongResult, imported, poll_path
from bench.load import Plan
from bench.poll_results import Case, Results, Sample, tables
from bench.report import open_console
from bench.service import Service, User, Web, running_service
from bench.usage import tree_seconds
from bench.workload import payload, payloads

CONNECTIONS: Final = 4
ROUNDS: Final = 5
ROUNDS_WITHOUT_REDIS: Final = 2
SECONDS: Final = 2.0
QUICK_SECONDS: Final = 0.5
SMALL, LARGE = 10, 5000  # scores
NO_SUCH_IMPORT: Final = "0" * 40
REACHED_SECONDS: Final = 30.0
# Counted in Redis like any limit, and never reached.
HIGH_LIMIT: Final = "1000000000"
# Seconds: the import that is held up outlasts any number of rounds.
LONG_JOBS: Final = {"JOB_SOFT_TIME_LIMIT": "7200", "JOB_HARD_TIME_LIMIT": "7260"}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is polled, where, and the good status."""

    name: str
    web: Web
    import_id: str
    status: int = 200


def measure(*, rounds: int, seconds: float, console: Console) -> Results:
    """All cases, with and without Redis, on a service of its own."""
    with running_service() as service:
        with console.status("Loading the catalogue ..."):
            service.load_catalogue()
        web = service.start_web(WEB_WORKERS="1")
        limited = service.start_web(WEB_WORKERS="1", RATE_LIMIT=HIGH_LIMIT)
        constant = service.start_web("bench.constant:app", WEB_WORKERS="1")
        service.start_worker(**LONG_JOBS)
        user = service.new_user()
        turns = _Turns(user, constant, seconds)
        with KeepAliveClient(web, user) as client:
            small = client.submit(payload(SMALL))
            imported(client.wait(small), new=SMALL)
            large = client.submit(payload(SMALL + LARGE))
            imported(client.wait(large), new=LARGE, duplicates=SMALL)
        with _held_up_import(service, web, user) as running:
            subjects = [
                Subject("running", web, running),
                Subject("completed, 10 scores", web, small),
                Subject("completed, 5000 scores", web, large),
                Subject("unknown", web, NO_SUCH_IMPORT, 404),
            ]
            counted = Subject("running, requests counted", limited, running)
            with console.status("Polling ..."):
                cases = turns.measure([*subjects, counted], rounds)
            service.redis.kill()
            with console.status("Polling without Redis ..."):
                fallback = turns.measure(subjects, min(rounds, ROUNDS_WITHOUT_REDIS))
            service.redis.start()
    return Results(CONNECTIONS, cases, fallback)


@contextlib.contextmanager
def _held_up_import(service: Service, web: Web, user: User) -> Iterator[str]:
    """An import that stays where it would write its document, and is completed afterwards."""
    _, content = payloads(2, SMALL + LARGE)
    with service.engine.connect() as connection:
        connection.execute(text("LOCK TABLE imports IN SHARE ROW EXCLUSIVE MODE"))
        with KeepAliveClient(web, user) as client:
            import_id = client.submit(content)
        _wait_until_held_up(service)
        yield import_id
        with KeepAliveClient(web, user) as client:
            if client.poll(import_id) is not None:
                raise WrongResult("the import that is held up was said to be completed")
    with KeepAliveClient(web, user) as client:
        imported(client.wait(import_id), new=SMALL + LARGE)


def _wait_until_held_up(service: Service) -> None:
    query = text(
        "SELECT count(*) FROM pg_locks WHERE relation = 'imports'::regclass AND NOT granted"
    )
    deadline = time.monotonic() + REACHED_SECONDS
    while True:
        # A transaction sees the activity of one moment only.
        with service.engine.connect() as connection:
            if connection.scalar(query):
                return
        if time.monotonic() > deadline:
            raise WrongResult("the import that should be held up never got there")
        time.sleep(0.05)


class _Turns:
    """Measures polls and constants in turns."""

    def __init__(self, user: User, constant: Web, seconds: float) -> None:
        self._user = user
        self._constant = constant
        self._seconds = seconds

    def measure(self, subjects: Sequence[Subject], rounds: int) -> list[Case]:
        cases = [Case(subject.name) for subject in subjects]
        for _ in range(rounds):
            for subject, case in zip(subjects, cases, strict=True):
                plan = self._plan(subject)
                sample = _sample(subject.web, plan)
                case.poll.append(sample)
                case.constant.append(
                    _sample(
                        self._constant,
                        replace(
                            plan,
                            port=self._constant.port,
                            path=f"/{sample.load.body}",
                            status=200,
                        ),
                    )
                )
        return cases

    def _plan(self, subject: Subject) -> Plan:
        return Plan(
            host=subject.web.host,
            port=subject.web.port,
            path=poll_path(subject.import_id),
            status=subject.status,
            seconds=self._seconds,
            connections=CONNECTIONS,
            token=self._user.token,
        )


def _sample(web: Web, plan: Plan) -> Sample:
    before = tree_seconds(web.process)
    result = load.run(plan)
    requests = result.requests + plan.connections * plan.warm_up
    return Sample(result, (tree_seconds(web.process) - before) / requests)


@click.command()
@click.option("--rounds", type=click.IntRange(1, 20), default=ROUNDS, show_default=True)
@click.option("--seconds", type=click.FloatRange(0.1, 10), help="of each measurement")
@click.option("--quick", is_flag=True, help="one short round")
@click.option("--json", "file", type=click.Path(path_type=Path), help="write what was measured")
def main(rounds: int, seconds: float | None, quick: bool, file: Path | None) -> None:
    """Measure poll-status against a constant answer from the same web server."""
    console = open_console()
    seconds = seconds or (QUICK_SECONDS if quick else SECONDS)
    results = measure(rounds=1 if quick else rounds, seconds=seconds, console=console)
    for table in tables(results):
        table.show(console)
    if file is not None:
        file.write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    main()
