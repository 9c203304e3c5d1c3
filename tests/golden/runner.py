"""Runs every recorded case against our code: `python -m tests.golden.runner [pattern ...]`.

The cases lie in the folder `golden` of $SCORE_IMPORT_SHARED (by default `shared` beside the
project). Patterns (`ratings/*`) limit the run to some files. The exit status is 1 if any case
differs; without the folder there is nothing to run and it is 0.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from tests.golden.compare import first_difference
from tests.golden.suites.registry import (
    Case,
    Compared,
    NotBuilt,
    exemption_for,
    exemptions,
    load_suites,
    suite_for,
)

PROJECT = Path(__file__).resolve().parents[2]
CHUNK = 100  # cases a worker process takes at a time
SHOWN = 5  # differences printed in full


@dataclass
class Tally:
    """The outcome of some cases: agreed, differing, excepted, not built."""

    counts: Counter[str] = field(default_factory=Counter)
    excepted: Counter[str] = field(default_factory=Counter)
    not_built: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.counts += other.counts
        self.excepted += other.excepted
        self.not_built += other.not_built
        self.differences += other.differences


def golden_folder() -> Path:
    shared = os.environ.get("SCORE_IMPORT_SHARED")
    return (Path(shared) if shared else PROJECT.parent / "shared") / "golden"


def files(folder: Path, patterns: list[str]) -> list[str]:
    """The files of cases, by their path below the folder."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.jsonl"))
    return [p for p in paths if not patterns or any(fnmatchcase(p, x) for x in patterns)]


def run_case(case: Case) -> Tally:
    """Runs one case. Whatever its suite raises counts as a difference."""
    tally = Tally()
    suite = suite_for(case.path)
    if suite is None:
        tally.counts["not built"] += 1
        tally.not_built["(no suite for the file)"] += 1
        return tally
    try:
        outcome = suite(case)
    except NotBuilt as missing:
        tally.counts["not built"] += 1
        tally.not_built[str(missing)] += 1
        return tally
    except Exception:
        tally.counts["differing"] += 1
        tally.differences.append(f"{case.path} {case.id}\n{traceback.format_exc()}")
        return tally
    if not isinstance(outcome, Compared):
        outcome = Compared(outcome, case.expected)
    difference = first_difference(outcome.expected, outcome.got)
    if difference is None:
        tally.counts["agreed"] += 1
    elif exemption := exemption_for(case, outcome.got):
        tally.counts["excepted"] += 1
        tally.excepted[exemption.name] += 1
    else:
        tally.counts["differing"] += 1
        tally.differences.append(f"{case.path} {case.id}\n{difference}")
    return tally


def _run_chunk(path: str, lines: list[str]) -> tuple[str, Tally]:
    load_suites()
    tally = Tally()
    for line in lines:
        record = json.loads(line)
        case = Case(path, record["id"], record["input"], record["expected"])
        tally.add(run_case(case))
    return path, tally


def _chunks(folder: Path, paths: list[str]) -> Iterator[tuple[str, list[str]]]:
    for path in paths:
        with (folder / path).open(encoding="utf-8") as lines:
            while chunk := list(islice(lines, CHUNK)):
                yield path, chunk


def run(folder: Path, paths: list[str], processes: int | None = None) -> dict[str, Tally]:
    """Runs the cases of the files; the tally of each file, in the order given."""
    tallies = {path: Tally() for path in paths}
    if processes == 1:
        for path, lines in _chunks(folder, paths):
            tallies[path].add(_run_chunk(path, lines)[1])
        return tallies
    with ProcessPoolExecutor(processes) as pool:
        jobs = [pool.submit(_run_chunk, path, lines) for path, lines in _chunks(folder, paths)]
        for job in jobs:
            path, tally = job.result()
            tallies[path].add(tally)
    return tallies


COLUMNS = ("agreed", "differing", "excepted", "not built")


def report(tallies: dict[str, Tally], shown: int) -> Tally:
    """Prints the table, the reasons and the first differences; returns the totals."""
    total = Tally()
    width = max(map(len, tallies), default=0)
    print(f"{'file':<{width}}  " + "  ".join(f"{column:>9}" for column in COLUMNS))
    for path, tally in tallies.items():
        total.add(tally)
        _print_row(path, tally, width)
    _print_row("total", total, width)
    if total.excepted:
        print("\nexcepted:")
        for exemption in exemptions():
            if count := total.excepted[exemption.name]:
                print(f"  {count:>6}  {exemption.name}: {exemption.reason}")
    if total.not_built:
        print("\nnot built:")
        for name, count in total.not_built.items():
            print(f"  {count:>6}  {name}")
    for difference in total.differences[:shown]:
        print(f"\ndiffers: {difference}")
    if len(total.differences) > shown:
        print(f"\n... and {len(total.differences) - shown} more")
    return total


def _print_row(name: str, tally: Tally, width: int) -> None:
    cells = "  ".join(f"{tally.counts[column]:>9}" for column in COLUMNS)
    print(f"{name:<{width}}  {cells}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("patterns", nargs="*", help="files to run, all by default")
    parser.add_argument("--show", type=int, default=SHOWN, help="differences printed in full")
    parser.add_argument("--processes", type=int, default=None)
    options = parser.parse_args()
    folder = golden_folder()
    if not folder.is_dir():
        print(f"skipped: there are no recorded cases, {folder} does not exist")
        return 0
    started = time.monotonic()
    load_suites()
    total = report(run(folder, files(folder, options.patterns), options.processes), options.show)
    print(f"\n{time.monotonic() - started:.1f} s")
    return 1 if total.counts["differing"] else 0


if __name__ == "__main__":
    sys.exit(main())
