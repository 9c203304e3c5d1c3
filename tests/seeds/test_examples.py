"""The example imports, on the example catalogue, bring what examples/README.md promises."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.support.importer import Importer, importer, redis_for_workers, runtime
from tests.support.stack import ROOT

# Fixtures are found by name among a module's own.
__all__ = ["importer", "redis_for_workers", "runtime"]

IMPORTS = ROOT / "examples" / "imports"

# File: import type, playtype, stored scores, sessions, errors by type, skipped.
PROMISED: list[tuple[str, str, str | None, int, int, dict[str, int], dict[str, int]]] = [
    ("batch-manual-sdvx.json", "file/batch-manual", None, 20, 2, {}, {}),
    (
        "batch-manual-with-errors.json",
        "file/batch-manual",
        None,
        3,
        1,
        {"SongOrChartNotFound": 4, "AmbiguousTitle": 1, "InvalidDatapoint": 6},
        {"duplicates": 1},
    ),
    ("iidx-sp.csv", "file/eamusement-iidx-csv", "SP", 9, 2, {}, {"notPlayed": 16}),
]


def imported(importer: Importer, name: str, import_type: str, playtype: str | None) -> Any:
    fields = {} if playtype is None else {"playtype": playtype}
    return importer.imported((IMPORTS / name).read_bytes(), import_type, **fields)


@pytest.mark.parametrize(
    ("name", "import_type", "playtype", "scores", "sessions", "errors", "skipped"), PROMISED
)
def test_an_example_brings_what_is_promised(
    importer: Importer,
    name: str,
    import_type: str,
    playtype: str | None,
    scores: int,
    sessions: int,
    errors: dict[str, int],
    skipped: dict[str, int],
) -> None:
    first = imported(importer, name, import_type, playtype)
    again = imported(importer, name, import_type, playtype)

    assert len(first["scoreIDs"]) == scores
    assert [each["type"] for each in first["createdSessions"]] == ["Created"] * sessions
    assert Counter(each["type"] for each in first["errors"]) == errors
    assert {kind: number for kind, number in first["skipped"].items() if number} == skipped
    assert again["scoreIDs"] == []


def test_the_example_of_sound_voltex_earns_two_classes(importer: Importer) -> None:
    document = imported(importer, "batch-manual-sdvx.json", "file/batch-manual", None)

    assert {delta["set"]: delta["new"] for delta in document["classDeltas"]} == {
        "dan": "DAN_7",
        "vfClass": "SIENNA_II",
    }
    assert importer.query("SELECT count(*) FROM personal_bests") == [(18,)]
    [(ratings,)] = importer.query("SELECT ratings FROM user_game_stats")
    assert ratings["VF6"] == pytest.approx(4.686)


def test_every_file_is_promised_something() -> None:
    assert {path.name for path in IMPORTS.iterdir()} == {case[0] for case in PROMISED}
    readme = (ROOT / "examples" / "README.md").read_text()
    assert all(f"`{name}`" in readme for name, *_ in PROMISED)
