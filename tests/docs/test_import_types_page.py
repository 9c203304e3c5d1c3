"""The examples of docs/import-types.md are imported as they stand there."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from common.imports.import_documents import find_import
from common.jobs import arguments as job_arguments
from common.jobs.accepting import NewJob, accept
from common.text.canonical import new_job_id
from common.wire import Wire
from tests.golden.pipelines.catalogue import add_catalogue
from tests.support.importer import Importer, redis_for_workers, runtime
from tests.support.stack import ROOT
from tests.worker.import_types.hooks import arcade_documents, beatoraja_documents, usc_documents
from worker.import_types import registry
from worker.runtime import Runtime

# Fixtures, which pytest finds by their names.
__all__ = ["redis_for_workers", "runtime"]

PAGE = (ROOT / "docs" / "import-types.md").read_text()
HOOKS = (ROOT / "docs" / "hooks.md").read_text()

# A graph of a thousand numbers is too long for a page.
TOO_LONG = "ir/lr2hook"

# What they bring, where it is no scores.
CLASSES = "file/import-class"
CLASSES_ONLY = {"file/mypagescraper-player-csv": "IX", CLASSES: "DAN_8"}

# A code block whose info string says what it is: ```csv import-type=... playtype=SP
BLOCK = re.compile(
    r"^```\w+ import-type=(\S+)((?: \w+=[\w:]+)*)\n(.*?)^```$", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Example:
    """given: the form's other fields, or the options that the endpoint adds to a body."""

    import_type: str
    given: dict[str, str]
    content: bytes

    def job_of(self, user_id: int) -> NewJob:
        """The job that the endpoint would accept."""
        return NewJob(
            user_id=user_id,
            job_id=new_job_id(),
            import_type=self.import_type,
            arguments=job_arguments.Import(
                filename="scores", fields=self.given, options=self.given
            ),
            payload=self.content,
        )


EXAMPLES = [
    Example(name, dict(member.split("=") for member in given.split()), content.encode())
    for name, given, content in BLOCK.findall(PAGE + HOOKS)
]


def test_every_import_type_has_an_example_or_names_the_type_that_it_is_like() -> None:
    shown = {example.import_type for example in EXAMPLES}
    assert shown | {"file/pli-iidx-csv", TOO_LONG} | set(registry.ORIGINS) == set(
        registry.IMPORT_TYPES
    )
    assert all(f"`{name}`" in PAGE for name in registry.IMPORT_TYPES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.import_type)
def test_an_example_is_imported_without_errors(runtime: Runtime, example: Example) -> None:
    importer = Importer(runtime)
    job = example.job_of(importer.user_id)
    with runtime.engine.begin() as connection:
        # The example catalogue has no charts of USC or BMS, and few of what hooks play.
        add_catalogue(connection, usc_documents.CATALOGUE)
        add_catalogue(connection, beatoraja_documents.CATALOGUE)
        add_catalogue(connection, arcade_documents.without("bms"))
        if example.import_type == CLASSES:
            # Who sets a class has played the game.
            accept(connection, EXAMPLES[0].job_of(importer.user_id))
        accept(connection, job)

    # The user's jobs run in their order.
    while importer.query("SELECT FROM jobs WHERE state = 'queued' HAVING count(*) > 1"):
        importer.run(job.job_id)
    assert importer.run(job.job_id).error_message is None

    with runtime.engine.connect() as connection:
        document = find_import(connection, job.job_id, Wire.BOTH)
    assert document is not None
    assert document["errors"] == []
    assert document["importType"] == example.import_type
    if example.import_type in CLASSES_ONLY:
        new = [delta["new"] for delta in document["classDeltas"]]
        assert new == [CLASSES_ONLY[example.import_type]]
    else:
        assert document["scoreIDs"]
