"""Two checkouts against each other: `python -m bench.side_by_side CHECKOUT`.

A machine that other programs or other machines share is quicker now and slower then; two runs one
after the other may differ by more than what they are to tell apart. Here both checkouts serve at
the same time, and make the same imports in turns.

The other checkout has an environment of its own (`make venv`). What runs in it is this file, so it
may be any that has `bench.client`, `bench.service`, `bench.usage` and `bench.workload` as they are.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final, Self

import click

HERE: Final = Path(__file__).resolve().parent.parent
# Scores in a file: rounds, and imports in a round.
ROUNDS: Final = {
    1: (30, 4),
    10: (20, 5),
    100: (20, 2),
    1000: (16, 1),
    5000: (14, 1),
    20_000: (7, 1),
}
QUICK_ROUNDS: Final = {1: (4, 2), 1000: (2, 1)}
MATCH_TYPES: Final = ("tachiSongID", "songTitle")


# --- in each checkout ----------------------------------------------------------------------


def serve() -> None:
    """Makes the imports that are asked for on standard input, a line each."""
    from bench import usage
    from bench.client import KeepAliveClient
    from bench.service import running_service
    from bench.workload import payload

    contents: dict[tuple[int, str], bytes] = {}
    with running_service() as service:
        service.load_catalogue()
        web, worker = service.start_web(), service.start_worker()
        parts = usage.parts(service, web, worker)
        print("ready", flush=True)
        for line in sys.stdin:
            count, match_type, times = json.loads(line)
            if (count, match_type) not in contents:
                contents[count, match_type] = payload(count, match_type)
            content = contents[count, match_type]
            users = [service.new_user() for _ in range(times)]
            new, again = [], []
            before = sum(part() for part in parts.values())
            for user in users:
                with KeepAliveClient(web, user) as client:
                    for seconds in (new, again):
                        started = time.perf_counter()
                        client.wait(client.submit(content))
                        seconds.append(time.perf_counter() - started)
            used = sum(part() for part in parts.values()) - before
            print(json.dumps([new, again, used / times]), flush=True)


# --- between them --------------------------------------------------------------------------


@dataclass(slots=True)
class Side:
    """Seconds of imports of one kind in one checkout; of the same again; of CPU for both."""

    new: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


class Served:
    """A checkout that serves in processes of its own; a context manager."""

    def __init__(self, checkout: Path) -> None:
        command = [str(checkout / ".venv" / "bin" / "python"), str(Path(__file__).resolve())]
        self._process = subprocess.Popen(
            [*command, "--serve"],
            cwd=checkout,
            env=_environment(checkout),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        if self._answer() != "ready\n":
            raise click.ClickException("the other checkout does not serve")
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(BrokenPipeError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        self._process.wait()

    def imports(self, count: int, match_type: str, times: int, side: Side) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([count, match_type, times]) + "\n")
        self._process.stdin.flush()
        new, again, cpu = json.loads(self._answer())
        side.new += new
        side.again += again
        side.cpu.append(cpu)

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def _environment(checkout: Path) -> dict[str, str]:

    return {**os.environ, "PYTHONPATH": str(checkout)}


def compare(other: Path, rounds: dict[int, tuple[int, int]]) -> Iterator[tuple[str, int, Any]]:
    """(match type, scores, (the other's, ours)) of each size."""
    with Served(other) as theirs, Served(HERE) as ours:
        for match_type in MATCH_TYPES:
            for count, (number, times) in rounds.items():
                sides = (Side(), Side())
                both = list(zip((theirs, ours), sides, strict=True))
                for served, _ in both:
                    served.imports(count, match_type, 1, Side())
                for turn in range(number):
                    # Whoever was first is second next.
                    for served, side in both if turn % 2 else both[::-1]:
                        served.imports(count, match_type, times, side)
                yield match_type, count, sides


@click.command()
@click.argument("checkout", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--quick", is_flag=True, help="few imports")
def main(checkout: Path, quick: bool) -> None:
    """Make the same imports in another checkout and in this one, in turns."""
    from bench.report import Table, milliseconds, open_console

    rows = []
    for match_type, count, (theirs, ours) in compare(
        checkout.resolve(), QUICK_ROUNDS if quick else ROUNDS
    ):
        row = [f"{count:,} by {match_type}"]
        for name in ("new", "again", "cpu"):
            before, now = (median(getattr(side, name)) for side in (theirs, ours))
            row += [milliseconds(before), milliseconds(now), f"{now / before:.2f}"]
        rows.append(row)
        click.echo("  ".join(row), err=True)
    Table(
        title=f"{checkout.name} and this checkout",
        columns=[
            *["scores", "ms", "here", "×", "again ms", "here", "×"],
            *["CPU ms of both", "here", "×"],
        ],
        rows=rows,
        note="From POST to completed, medians, in turns. CPU: of all processes.",
    ).show(open_console())


if __name__ == "__main__":
    serve() if sys.argv[1:] == ["--serve"] else main()
