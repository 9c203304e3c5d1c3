"""How long what clients look at takes: `python -m bench.reads`.

A database of two million scores of two thousand made-up players; a web process; requests at a
steady rate for all kinds of pages of players drawn at random. Latencies count from the moment a
request was due, so that a slow answer is not hidden by the requests that it delays.
"""

from __future__ import annotations

import contextlib
import datetime
import http.client
import math
import queue
import random
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from bench import machine, readings
from bench.crowd import Crowd, populate
from bench.readings import TEMPLATES, WHOLE, Player
from bench.report import Table, milliseconds, open_console
from bench.service import running_service

RESULTS: Final = Path(__file__).resolve().parent / "READS.md"
CONNECTIONS: Final = 8
LIMIT: Final = 0.020  # seconds, of all but one in a hundred
HEADING: Final = """\
# Reads

Written by `python -m bench.reads` on {date}: {users} players with {scores} scores each, requests
for all pages in turn at {rate} a second. `pbs/all` and `scores/all` send all that a player has and
are asked for one at a time; the others are single things and pages.
"""


@click.command()
@click.option("--users", default=2000, show_default=True, help="players")
@click.option("--scores", default=1000, show_default=True, help="scores of each")
@click.option("--rate", default=50, show_default=True, help="requests a second")
@click.option("--rounds", default=100, show_default=True, help="requests for each page")
@click.option("--keep", is_flag=True, help="write no file of figures")
def main(users: int, scores: int, rate: int, rounds: int, keep: bool) -> None:
    """Measure every endpoint that shows something. Takes a quarter of an hour."""
    console = open_console()
    described = machine.describe()
    with contextlib.ExitStack() as stack:
        service = stack.enter_context(running_service())
        service.load_catalogue()
        began = time.perf_counter()
        with console.status("Making the players ..."):
            user_ids = populate(service.engine, Crowd(users, scores))
            drawn = random.Random(1).sample(user_ids, min(50, len(user_ids)))
            players = [readings.player(service.engine, user) for user in drawn]
        made = time.perf_counter() - began
        web = service.start_web()
        address = (web.host, web.port)
        pages = [template for template in TEMPLATES if template not in WHOLE]
        with console.status("Warming up ..."):
            _measure(address, _requests(pages, players, 3, seed=2), rate)
        with console.status("Pages ..."):
            paged = _measure(address, _requests(pages, players, rounds, seed=3), rate)
        with console.status("Everything of a player ..."):
            whole = _one_by_one(address, sorted(WHOLE), players[:10])
    tables = [
        Table(
            title="Machine",
            columns=["", ""],
            rows=[*map(list, described.items()), ["making the players", f"{made:.0f} s"]],
            words=True,
        ),
        _table("Single things and pages", paged),
        _table("Everything of a player", whole),
    ]
    for table in tables:
        table.show(console)
    if not keep:
        heading = HEADING.format(
            date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            users=users,
            scores=scores,
            rate=rate,
        )
        parts = [heading, *(table.markdown() + "\n" for table in tables)]
        RESULTS.write_text("\n".join(parts), encoding="utf-8")


# Template and path of a request, in the order in which they are sent.
Requests = Sequence[tuple[str, str]]
# Of each template the seconds, and the bytes, that its answers took.
Times = Mapping[str, list[tuple[float, int]]]


def _requests(
    templates: Sequence[str], players: Sequence[Player], rounds: int, *, seed: int
) -> Requests:
    chosen = random.Random(seed)
    requests = []
    for _ in range(rounds):
        order = list(templates)
        chosen.shuffle(order)
        requests += [(each, chosen.choice(players).path(each)) for each in order]
    return requests


def _measure(address: tuple[str, int], requests: Requests, rate: float) -> Times:
    """Sends them at this rate, whatever becomes of those before."""
    times: dict[str, list[tuple[float, int]]] = defaultdict(list)
    due: queue.SimpleQueue[tuple[float, str, str] | None] = queue.SimpleQueue()

    def send() -> None:
        connection = http.client.HTTPConnection(*address, timeout=60)
        while (item := due.get()) is not None:
            moment, template, path = item
            size = _get(connection, path)
            times[template].append((time.perf_counter() - moment, size))
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    start = time.perf_counter()
    for number, (template, path) in enumerate(requests):
        moment = start + number / rate
        time.sleep(max(0.0, moment - time.perf_counter()))
        due.put((moment, template, path))
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join()
    return times


def _one_by_one(
    address: tuple[str, int], templates: Sequence[str], players: Sequence[Player]
) -> Times:
    times: dict[str, list[tuple[float, int]]] = defaultdict(list)
    connection = http.client.HTTPConnection(*address, timeout=60)
    for template in templates:
        for player in players:
            began = time.perf_counter()
            size = _get(connection, player.path(template))
            times[template].append((time.perf_counter() - began, size))
    connection.close()
    return times


def _get(connection: http.client.HTTPConnection, path: str) -> int:
    """The bytes of the answer; raises where it is no good one."""
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body[:200]!r}")
    return len(body)


def _table(title: str, times: Times) -> Table:
    rows = []
    slow = 0
    for template in sorted(times, key=lambda each: -_p99(times[each])):
        durations = [seconds for seconds, _ in times[template]]
        p99 = _p99(times[template])
        slow += p99 > LIMIT
        size = statistics.mean(size for _, size in times[template])
        name = template.replace("{game}", "/games/…")
        rows.append(
            [
                name,
                milliseconds(statistics.median(durations)),
                milliseconds(p99),
                f"{size / 1000:.1f}",
            ]
        )
    note = f"{len(rows) - slow} of {len(rows)} within {LIMIT * 1000:.0f} ms for 99 of 100 requests."
    return Table(title=title, columns=["", "median, ms", "p99, ms", "kB"], rows=rows, note=note)


def _p99(times: Sequence[tuple[float, int]]) -> float:
    """Seconds that 99 of 100 took at most: of a hundred, all but the slowest."""
    durations = sorted(seconds for seconds, _ in times)
    return durations[math.ceil(len(durations) * 0.99) - 1]


if __name__ == "__main__":
    main()
