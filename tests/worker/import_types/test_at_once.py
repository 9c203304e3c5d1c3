"""What is refused when it is sent is what its parser would refuse, and found out quickly."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from common.errors import FatalImportError
from common.games.registry import GAMES
from tests.support.shared_data import shared_file
from worker.import_types import registry
from worker.import_types.base import RefusesAtOnce, Upload
from worker.import_types.reading.encodings import ENOUGH
from worker.import_types.registry import UPLOADED_TYPES

FIXTURES = (
    "eamusement-iidx-csv",
    "eamusement-sdvx-csv",
    "wacca-mypage-scraper",
    "s3",
    "batch-manual",
)
CSV_AND_XML = tuple(name for name in UPLOADED_TYPES if "csv" in name or "squad" in name)
PROPER = {"playtype": "SP", "assertPlaytypeCorrect": ""}
LARGEST = 16 * 1024 * 1024  # bytes


def files() -> list[Path]:
    folder = shared_file("fixtures/README.md").parent
    found = [path for name in FIXTURES for path in (folder / name).rglob("*.*")]
    assert len(found) > 15
    return sorted(found)


def lengthened(content: bytes) -> bytes:
    """The same beginning, and its last line again and again."""
    return content + content.rstrip().rpartition(b"\n")[2].join([b"\n"] * 3000)


def in_another(encoding: str) -> Callable[[bytes], bytes]:
    return lambda content: content.decode("utf-8-sig").encode(encoding, "ignore")


def refusal(act: Callable[[], object]) -> str | None:
    try:
        act()
    except FatalImportError as failure:
        return f"{failure.status} {failure.message}"
    return None


@pytest.mark.parametrize("import_type", UPLOADED_TYPES)
@pytest.mark.parametrize(
    "changed",
    [bytes, lengthened, in_another("utf-16"), in_another("cp932"), lambda it: it[:300]],
    ids=["as it is", "longer", "utf-16", "cp932", "cut"],
)
def test_nothing_is_refused_at_once_that_could_be_read(
    import_type: str, changed: Callable[[bytes], bytes]
) -> None:
    kind = registry.get(import_type)
    assert isinstance(kind, RefusesAtOnce)
    refused = 0
    for path in files():
        content = changed(path.read_bytes())
        told = refusal(partial(kind.check, content, tuple(GAMES)))
        if told is not None:
            upload = Upload(1, 0, tuple(GAMES), path.name, content, PROPER)
            assert refusal(partial(kind.parse, upload)) == told, path
            refused += 1
    assert refused


@pytest.mark.parametrize("import_type", CSV_AND_XML)
@pytest.mark.parametrize(
    "line", [b"a,b,c\n", b"x" * ENOUGH + b"\n", b"\0\n", "曲,".encode() + b"\n"]
)
def test_of_the_largest_file_no_more_is_looked_at_than_its_beginning(
    import_type: str, line: bytes
) -> None:
    kind = registry.get(import_type)
    assert isinstance(kind, RefusesAtOnce)
    content = line * (LARGEST // len(line))
    tracemalloc.start()
    try:
        refusal(partial(kind.check, content, tuple(GAMES)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Decoded, or split into lines, it would be in memory once more.
    assert peak < LARGEST // 4
