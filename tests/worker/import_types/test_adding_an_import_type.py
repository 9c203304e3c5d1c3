"""That an import type is added as `docs/adding-an-import-type.md` says, with the code there."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest

from common.errors import ConversionFailure, InvalidScore, SongOrChartNotFound
from tests.support.importer import Importer
from tests.support.stack import ROOT
from worker.import_types import registry
from worker.import_types.base import ImportType, RefusedEntry, Upload

PAGE = (ROOT / "docs" / "adding-an-import-type.md").read_text(encoding="utf-8")


def block(below: str) -> str:
    """The first block of code below a text on the page."""
    _, found, rest = PAGE.partition(below)
    assert found, f"the page does not say: {below}"
    code = re.search(r"^```\w*\n(.*?)^```$", rest, re.DOTALL | re.MULTILINE)
    assert code is not None
    return code[1]


@pytest.fixture
def tap_lines(monkeypatch: pytest.MonkeyPatch) -> ImportType[Any]:
    """Does what the page says, for the time of a test."""
    made: dict[str, Any] = {"__name__": "worker.import_types.files.tap_lines"}
    exec(compile(block("tap_lines.py`:"), "the page", "exec"), made)
    source = (ROOT / "worker/import_types/registry.py").read_text(encoding="utf-8")
    name = block("add a line to `_TYPES`").strip().removesuffix("(),")
    assert block("import the class:").strip().endswith(f"import {name}")
    assert "_TYPES: Final" in source
    new = cast("ImportType[Any]", made[name]())
    monkeypatch.setitem(cast("dict[str, Any]", registry.IMPORT_TYPES), new.name, new)
    return new


def test_an_import_of_the_new_type_is_applied(
    importer: Importer, tap_lines: ImportType[Any]
) -> None:
    job_id = importer.accept(block("## 3. Try it").encode(), import_type=tap_lines.name)
    outcome = importer.run(job_id)
    assert outcome.error_message is None
    scores = importer.query("SELECT score_data->>'grade' AS grade FROM scores")
    assert [row.grade for row in scores] == ["A+"]
    (errors,) = importer.query("SELECT errors FROM imports")
    assert [(line["index"], line["type"]) for line in errors.errors] == [
        (1, "InvalidDatapoint"),
        (2, "SongOrChartNotFound"),
        (3, "InvalidDatapoint"),
    ]
    assert len(importer.query("SELECT FROM orphan_scores")) == 1


def test_its_entries_survive_being_orphans(tap_lines: ImportType[Any]) -> None:
    content = block("## 3. Try it").encode()
    for entry in tap_lines.parse(Upload(1, 0, ("sdvx",), "lines.txt", content)).entries:
        if not isinstance(entry, RefusedEntry):
            assert tap_lines.entry_from_orphan(tap_lines.orphan_data(entry)) == entry


def test_the_errors_that_the_page_names_are_those_of_an_entry() -> None:
    assert issubclass(SongOrChartNotFound, ConversionFailure)
    assert issubclass(InvalidScore, ConversionFailure)
