"""The examples of docs/import-types.md are imported as they stand there."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.stack import ROOT
from tests.worker.conftest import Importer, redis_for_workers, runtime
from worker.import_types import registry
from worker.runtime import Runtime

# Fixtures, which pytest finds by their names.
__all__ = ["redis_for_workers", "runtime"]

PAGE = (ROOT / "docs" / "import-types.md").read_text()

# A code block whose info string says what it is: ```csv import-type=... playtype=SP
BLOCK = re.compile(
    r"^```\w+ import-type=(\S+)((?: \w+=\w+)*)\n(.*?)^```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Example:
    import_type: str
    fields: dict[str, str]
    content: bytes


EXAMPLES = [
    Example(name, dict(field.split("=") for field in fields.split()), content.encode())
    for name, fields, content in BLOCK.findall(PAGE)
]


def test_every_type_of_file_has_an_example_or_names_the_type_that_it_is_like() -> None:
    shown = {example.import_type for example in EXAMPLES}
    assert shown | {"file/pli-iidx-csv"} >= {*registry.FILE_TYPES, "ir/direct-manual"}
    assert all(f"`{name}`" in PAGE for name in registry.FILE_TYPES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.import_type)
def test_an_example_is_imported_without_errors(runtime: Runtime, example: Example) -> None:
    importer = Importer(runtime)

    document = importer.imported(example.content, example.import_type, **example.fields)

    assert document["errors"] == []
    assert document["importType"] == example.import_type
    if example.import_type == "file/mypagescraper-player-csv":
        assert [delta["new"] for delta in document["classDeltas"]] == ["IX"]
    else:
        assert document["scoreIDs"]
