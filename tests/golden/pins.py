"""How many cases each departure excepts, pinned for the sets of recorded cases that are known.

A rule that begins to except more cases, or fewer, judges other than it did. The numbers belong
to one set of cases: a file is known by the hash of its content, others are left alone. Written
by `python -m tests.golden.runner --pin`; why a rule excepts cases stands at the rule.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

PINS = Path(__file__).with_name("pins.json")

# By the file's path, its hash and the counts by name of the departure.
Pins = dict[str, dict[str, dict[str, int]]]


def hash_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16]


def load() -> Pins:
    pins: Pins = json.loads(PINS.read_text(encoding="utf-8")) if PINS.is_file() else {}
    return pins


def pin(folder: Path, counts: Mapping[str, Mapping[str, int]]) -> None:
    """counts: by path, how often each departure excepted a case of the file."""
    pins = load()
    for path, excepted in counts.items():
        pins.setdefault(path, {})[hash_of(folder / path)] = dict(sorted(excepted.items()))
    PINS.write_text(json.dumps(pins, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def problems(folder: Path, counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Where known files have other counts than those pinned."""
    pins = load()
    found = []
    for path, excepted in counts.items():
        pinned = pins.get(path, {}).get(hash_of(folder / path))
        if pinned is None:
            continue
        found += [
            f"{path}: {name!r} excepts {excepted.get(name, 0)} cases, {pinned.get(name, 0)} pinned"
            for name in sorted(pinned.keys() | excepted.keys())
            if pinned.get(name, 0) != excepted.get(name, 0)
        ]
    return found
