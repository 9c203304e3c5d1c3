"""Runs every recorded case against our code: `python -m tests.golden.runner [pattern ...]`.

The cases lie in the folder `golden` of $SCORE_IMPORT_SHARED (by default `shared` beside the
project). Patterns (`ratings/*`) limit the run to some files. The exit status is 1 if any case
differs, or a rule excepts another number of cases than is pinned. Without the folder the sample
in the repository is run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path

from tests.golden import pins
from tests.golden.compare import first_difference
from tests.golden.suites.registry import (
    Case,
    Compared,
    NotBuilt,
    as_decided,
    departures,
    load_suites,
    suite_for,
)

PROJECT = Path(__file__).resolve().parents[2]
# The cases that the repository itself holds.
SAMPLE = Path(__file__).with_name("sample")
CHUNK = 100  # cases a worker process takes at a time
HISTORIES = 8  # the same of whole histories of imports
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
    try:
        expected, applied = as_decided(case, outcome.expected, outcome.got)
    except Exception:
        tally.counts["differing"] += 1
        tally.differences.append(f"{case.path} {case.id}\n{traceback.format_exc()}")
        return tally
    difference = first_difference(expected, outcome.got)
    if difference is None:
        tally.counts["excepted" if applied or outcome.departures else "agreed"] += 1
        tally.excepted.update([*(each.name for each in applied), *outcome.departures])
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


class NoSuchCase(Exception):
    """None of the files holds the case."""


def _chunks(
    folder: Path, paths: list[str], cases: Collection[str]
) -> Iterator[tuple[str, list[str]]]:
    for path in paths:
        size = HISTORIES if path.startswith("pipeline/") else CHUNK
        with (folder / path).open(encoding="utf-8") as lines:
            wanted = (line for line in lines if not cases or _is_of(line, cases))
            while chunk := list(islice(wanted, size)):
                yield path, chunk


def _is_of(line: str, cases: Collection[str]) -> bool:
    # The id comes first, and what follows may be a whole history.
    return any(line.startswith(f'{{"id":{json.dumps(each)},') for each in cases)


def run(
    folder: Path,
    paths: list[str],
    processes: int | None = None,
    *,
    stop: bool = False,
    cases: Collection[str] = (),
) -> dict[str, Tally]:
    """Runs the cases of the files; the tally of each file, in the order given.

    stop: at the first chunk with a difference. cases: the ids of those to run, where it is not
    all. Raises NoSuchCase.
    """
    tallies = {path: Tally() for path in paths}
    for path, tally in _tallies(_chunks(folder, paths, cases), processes):
        tallies[path].add(tally)
        if stop and tally.differences:
            break
    if cases and not any(tally.counts for tally in tallies.values()):
        raise NoSuchCase(", ".join(cases))
    return tallies


def _tallies(
    chunks: Iterator[tuple[str, list[str]]], processes: int | None
) -> Iterator[tuple[str, Tally]]:
    """Of each chunk. Where no more are taken, the rest is not begun."""
    if processes == 1:
        for path, lines in chunks:
            yield _run_chunk(path, lines)
        return
    with ProcessPoolExecutor(processes) as pool:
        jobs = [pool.submit(_run_chunk, path, lines) for path, lines in chunks]
        try:
            for job in jobs:
                yield job.result()
        finally:
            pool.shutdown(cancel_futures=True)


NOT_CHECKED = """
    N O T   C H E C K E D

    {folder} does not exist: this runs the sample of recorded cases that the
    repository holds. THE OTHER CASES ARE NOT CHECKED.
"""
# Where the reason of a rule stands that is asked at every step.
ELSEWHERE = "see tests/golden/pipelines/decisions/"
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
        reasons = {each.name: each.reason for each in departures()}
        for name, count in sorted(total.excepted.items()):
            print(f"  {count:>6}  {name}: {reasons.get(name, ELSEWHERE)}")
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
    parser.add_argument("--pin", action="store_true", help="pin how many cases rules except")
    parser.add_argument("--stop", action="store_true", help="at the first difference")
    parser.add_argument("--case", action="append", default=[], help="an id: run this case alone")
    parser.add_argument("--processes", type=int, default=None)
    options = parser.parse_args()
    folder = golden_folder()
    whole = folder.is_dir()
    if not whole:
        print(NOT_CHECKED.format(folder=folder))
        folder = SAMPLE
    started = time.monotonic()
    load_suites()
    paths = files(folder, options.patterns)
    tallies = run(folder, paths, options.processes, stop=options.stop, cases=options.case)
    total = report(tallies, options.show)
    excepted = {path: tally.excepted for path, tally in tallies.items()}
    if options.pin:
        pins.pin(folder, excepted)
    other = [] if options.stop or options.case else pins.problems(folder, excepted)
    for problem in other:
        print(f"\ndiffers: {problem}")
    print(f"\n{time.monotonic() - started:.1f} s")
    if not whole:
        print(NOT_CHECKED.format(folder=golden_folder()))
    return 1 if total.counts["differing"] or other else 0


if __name__ == "__main__":
    sys.exit(main())
