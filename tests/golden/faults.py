"""Puts faults into copies of the product and expects the recorded cases to notice each of them.

    python -m tests.golden.faults [name ...]      (make golden-faults)

A fault is a text of one module and what stands there instead. The module is found by the text,
so that it may move. Each names the recorded case that is known to notice it, so that a run takes
seconds; where that one does not, or is not there, whole files are run up to the first difference.
That a copy without a fault agrees with the named cases is seen first (with all: `make golden`).
The exit status is 1 if a fault stays unnoticed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LAYERS = ("common", "worker", "api")
COPIED = (*LAYERS, "cli", "migrations", "tests", "docs", "examples", "pyproject.toml")


@dataclass(frozen=True)
class Fault:
    """Something the product could get wrong.

    text: what stands in exactly one module. instead: what the fault makes of it.
    files: patterns of the recorded cases that are to notice it. case: the id of one that does.
    """

    name: str
    text: str
    instead: str
    files: tuple[str, ...]
    case: str


FAULTS = (
    Fault(
        "of equal scores the latest is the base of a personal best",
        "base = max(candidates, key=lambda score: score.scoreData[gpt.default_metric])",
        "base = max(reversed(candidates), key=lambda score: score.scoreData[gpt.default_metric])",
        ("pb-merge.jsonl",),
        "pb-merge/iidx:SP/9",
    ),
    Fault(
        "of equal scores the latest wins a merge",
        "if value is not None and value > best:",
        "if value is not None and value >= best:",
        ("pipeline/pb-time.jsonl",),
        "pb-time/iidx:SP/2",
    ),
    Fault(
        "a goal that a revert moves back was moved at the time of the revert",
        "return msgspec.structs.replace(subscription, **change.before)",
        "return subscription",
        ("pipeline/goals.jsonl",),
        "goals/iidx:SP/0",
    ),
    Fault(
        "orphans outlive the import that stored them",
        "\n            DELETE FROM orphan_scores WHERE user_id = :user_id AND import_id = :",
        "\n            DELETE FROM orphan_scores WHERE user_id = :user_id AND import_id < :",
        ("pipeline/mixed.jsonl",),
        "mixed/iidx:DP/0",
    ),
    Fault(
        "a profile outlives its last score",
        "    _delete(connection, user_id, game, [p.playtype for p in profiles if not p.exists])\n",
        "",
        ("pipeline/duplicates.jsonl",),
        "duplicates/iidx:SP/1",
    ),
    Fault(
        "scores that are stored already are not counted as skipped",
        """        elif candidate.score_id in stored:
            converted.skipped.duplicates += 1
""",
        """        elif candidate.score_id in stored:
            pass
""",
        ("pipeline/duplicates.jsonl",),
        "duplicates/iidx:SP/1",
    ),
    Fault(
        "the text of a goal is as old as its progress",
        """        if after != before:
            changed.append((before, after))
    subscription_rows.update_goals(""",
        """        if goal_moved(before, after):
            changed.append((before, after))
    subscription_rows.update_goals(""",
        ("pipeline/goals.jsonl",),
        "goals/bms:14K/2",
    ),
    Fault(
        "an error names the entry behind its own",
        '"index": self.position,',
        '"index": self.position + 1,',
        ("pipeline/lookup.jsonl", "pipeline/orphans.jsonl"),
        "lookup/iidx:SP/0",
    ),
    Fault(
        "scores deep inside a session open another one",
        "created = not open_sessions or open_sessions[-1].time_started >= ended + SESSION_GAP",
        "created = not open_sessions or open_sessions[-1].time_started >= ended + SESSION_GAP or ("
        "open_sessions[-1].time_started < started - SESSION_GAP"
        " and open_sessions[-1].time_ended >= ended + SESSION_GAP)",
        ("pipeline/mixed.jsonl",),
        "mixed/bms:7K/0",
    ),
    Fault(
        "a wrong number is not told which numbers are right",
        'lines.append(f"Invalid value for {name}, {text} Got {text_of(value)}.")',
        'lines.append(f"Invalid value for {name}. Got {text_of(value)}.") if text_of(value)[0]'
        ' == "-" else lines.append(f"Invalid value for {name}, {text} Got {text_of(value)}.")',
        ("ratings/*.jsonl",),
        "arcaea:Touch/invalid/537",
    ),
    Fault(
        "goals stay when a single score is deleted",
        "        evaluation.re_evaluate(connection, user_id, game, charts, ",
        "        noted is NOTHING_CHANGED or evaluation.re_evaluate("
        "connection, user_id, game, charts, ",
        ("pipeline/mixed.jsonl",),
        "mixed/iidx:SP/2",
    ),
)


class DoesNotApply(Exception):
    """The text of a fault stands in no module, or in several."""


def place_of(fault: Fault, modules: Mapping[Path, str]) -> Path:
    """The one module in which the text stands, once. Raises DoesNotApply."""
    places = [path for path, text in modules.items() for _ in range(text.count(fault.text))]
    if len(places) != 1:
        raise DoesNotApply(f"{fault.name}: the text stands {len(places)} times")
    return places[0]


def modules_of(root: Path) -> dict[Path, str]:
    """The texts of the product's modules."""
    return {
        path: path.read_text(encoding="utf-8")
        for layer in LAYERS
        for path in sorted((root / layer).rglob("*.py"))
    }


def apply(fault: Fault, root: Path) -> Path:
    """Puts the fault into the tree below `root`; the module that has it then."""
    modules = modules_of(root)
    path = place_of(fault, modules)
    path.write_text(modules[path].replace(fault.text, fault.instead), encoding="utf-8")
    return path


def copy_project(target: Path) -> None:
    """Whatever of the project runs the recorded cases."""
    kept = [name for name in COPIED if (PROJECT / name).exists()]
    subprocess.run(
        ["tar", "-cf", "-", "--exclude=__pycache__", *kept],
        cwd=PROJECT,
        stdout=(archive := tempfile.TemporaryFile()),  # noqa: SIM115
        check=True,
    )
    archive.seek(0)
    subprocess.run(["tar", "-xf", "-"], cwd=target, stdin=archive, check=True)
    archive.close()


def run_cases(
    root: Path, patterns: Iterable[str], cases: Iterable[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Runs recorded cases with the tree below `root`, up to the first difference.

    cases: the ids of those to run, where it is not all of the files.
    """
    chosen = [argument for case in cases for argument in ("--case", case)]
    if chosen:
        chosen += ["--processes", "1"]
    shared = os.environ.get("SCORE_IMPORT_SHARED", str(PROJECT.parent / "shared"))
    return subprocess.run(
        [sys.executable, "-m", "tests.golden.runner", "--stop", "--show", "1", *chosen, *patterns],
        cwd=root,
        env={
            **os.environ,
            "SCORE_IMPORT_SHARED": shared,
            "PYTHONPATH": str(root),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="parts of the names of faults, all by default")
    options = parser.parse_args()
    chosen = [
        fault
        for fault in FAULTS
        if not options.names or any(name in fault.name for name in options.names)
    ]
    patterns = sorted({pattern for fault in chosen for pattern in fault.files})
    with tempfile.TemporaryDirectory() as folder:
        copy_project(Path(folder))
        control = run_cases(Path(folder), patterns, sorted({fault.case for fault in chosen}))
        if "NoSuchCase" in control.stderr:  # the sample has others
            control = run_cases(Path(folder), patterns)
    if control.returncode != 0:
        print("Without a fault the cases differ already:")
        print(control.stdout[-4000:], control.stderr[-4000:])
        return 1
    unnoticed = 0
    for fault in chosen:
        unnoticed += not _is_noticed(fault)
    print(f"\n{len(chosen) - unnoticed} of {len(chosen)} faults noticed")
    return 1 if unnoticed else 0


def _tells(outcome: subprocess.CompletedProcess[str]) -> bool:
    return outcome.returncode == 1 and "differs: " in outcome.stdout


def _is_noticed(fault: Fault) -> bool:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        copy_project(Path(folder))
        path = apply(fault, Path(folder)).relative_to(folder)
        outcome = run_cases(Path(folder), fault.files, [fault.case])
        if not (noticed := _tells(outcome)):
            print(f"{fault.case} does not notice it; all of {', '.join(fault.files)} are run")
            outcome = run_cases(Path(folder), fault.files)
            noticed = _tells(outcome)
    took = time.monotonic() - started
    print(f"{'noticed' if noticed else 'NOT NOTICED':<12} {fault.name} ({path}, {took:.0f} s)")
    for line in _shown(outcome.stdout.partition("differs: ")[2].splitlines()):
        print(f"{'':<13}{line[:160]}")
    if not noticed and outcome.returncode != 0:
        print(outcome.stderr[-2000:])
    sys.stdout.flush()
    return noticed


def _shown(lines: list[str]) -> list[str]:
    """Which case differs, and how: of a failed check the end says it."""
    said = [line for line in lines if line.strip()]
    for number, line in enumerate(said):
        if re.match(r"\w*Error\b", line):
            return [said[0], said[number - 2], line]
    return said[:4]


if __name__ == "__main__":
    sys.exit(main())
