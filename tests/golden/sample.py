"""Picks the sample of recorded cases that the repository holds: `python -m tests.golden.sample`.

A few of every file, about a megabyte in all: the smallest, and some of other kinds by the part
of their ID before the last slash. What there is of the rest, only the whole collection checks.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.golden.runner import SAMPLE, files, golden_folder

BYTES_PER_FILE = 7_000
BYTES_OF_ONE = 60_000
CASES_PER_FILE = 12


def pick(lines: list[str]) -> list[str]:
    """Some of the lines, in their order: small ones, of as many kinds as there is room for."""
    by_size = sorted(range(len(lines)), key=lambda number: len(lines[number]))
    kinds: set[str] = set()
    chosen: list[int] = []
    room = BYTES_PER_FILE
    for number in by_size:
        kind = json.loads(lines[number])["id"].rpartition("/")[0]
        first = not chosen and len(lines[number]) <= BYTES_OF_ONE
        if first or (kind not in kinds and len(lines[number]) <= room):
            chosen.append(number)
            kinds.add(kind)
            room -= len(lines[number])
        if len(chosen) == CASES_PER_FILE:
            break
    return [lines[number] for number in sorted(chosen)]


def main() -> None:
    folder = golden_folder()
    shutil.rmtree(SAMPLE, ignore_errors=True)
    for path in files(folder, []):
        picked = pick((folder / path).read_text(encoding="utf-8").splitlines(keepends=True))
        if picked:
            target: Path = SAMPLE / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text("".join(picked), encoding="utf-8")


if __name__ == "__main__":
    main()
