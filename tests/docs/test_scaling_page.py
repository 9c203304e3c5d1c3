"""The figures of docs/scaling.md are those that were measured last."""

from __future__ import annotations

import re

import pytest

from tests.support.stack import ROOT

PAGE = " ".join((ROOT / "docs" / "scaling.md").read_text().split())
RESULTS = (ROOT / "bench" / "RESULTS.md").read_text()
# How far a figure may be from what is measured: two runs differ by as much.
NEAR = 0.25


def measured(section: str, row: str, *columns: str) -> float:
    """The sum of a row's cells in a table of bench/RESULTS.md."""
    table = RESULTS.split(f"\n### {section}")[1].split("\n### ")[0]
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in table.splitlines()
        if line.startswith("|")
    ]
    (cells,) = [line for line in lines if line[0] == row]
    return sum(float(cells[lines[0].index(name)].replace(",", "")) for name in columns)


MANY = ("Imports: many at once", "200 imports of 10, 200 users")
CPU = "Imports: CPU time"
MANY_WORKER = measured(*MANY, "worker main, ms", "worker child, ms")
LARGE_WORKER = measured(CPU, "20,000", "worker main", "worker child")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (
            r"200 users at once \| (\S+) a second \| (\S+) ms, (\S+) ms, (\S+) ms",
            [
                measured(*MANY, "imports/s"),
                measured(*MANY, "web, ms"),
                MANY_WORKER,
                measured(*MANY, "PostgreSQL, ms"),
            ],
        ),
        (
            r"an import of 1,000 scores \| (\S+) ms \| (\S+) ms, (\S+) ms, (\S+) ms",
            [
                measured("Imports: from POST to completed", "1,000", "median ms"),
                measured(CPU, "1,000", "web"),
                measured(CPU, "1,000", "worker main", "worker child"),
                measured(CPU, "1,000", "PostgreSQL"),
            ],
        ),
        (
            r"an import of 20,000 scores \| (\S+) s, (\S+) scores a second \| (\S+) ms, (\S+) ms,"
            r" (\S+) ms",
            [
                measured("Imports: from POST to completed", "20,000", "median ms") / 1000,
                measured("Imports: from POST to completed", "20,000", "scores/s"),
                measured(CPU, "20,000", "web"),
                LARGE_WORKER,
                measured(CPU, "20,000", "PostgreSQL"),
            ],
        ),
        (
            r"polls of a running import \| (\S+) a second and web process \| (\S+) ms",
            [
                measured("Polls\n", "running", "requests/s"),
                measured("Polls\n", "running", "CPU µs") / 1000,
            ],
        ),
        (
            r"a core of PostgreSQL carries some (\S+) small imports, or (\S+) scores",
            [
                1000 / measured(*MANY, "PostgreSQL, ms"),
                20_000 * 1000 / measured(CPU, "20,000", "PostgreSQL"),
            ],
        ),
        (
            r"a core of workers some (\S+), or (\S+):",
            [1000 / MANY_WORKER, 20_000 * 1000 / LARGE_WORKER],
        ),
        (
            r"(\S+) clients that wait take one web process",
            [measured("Polls\n", "running", "requests/s")],
        ),
    ],
)
def test_what_one_machine_does_is_what_was_measured(said: str, found: list[float]) -> None:
    figures = re.search(said, PAGE)
    assert figures is not None
    assert [float(each.replace(",", "")) for each in figures.groups()] == pytest.approx(
        found, rel=NEAR
    )
