"""The commands of whoever sends scores, against a server that speaks version 3 alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cli.local import EmbeddedPostgres
from tests.cli.test_sending import command
from tests.support.fresh import a_stack
from tests.support.stack import Stack, batch_manual

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template: str
) -> Iterator[Stack]:
    folder, dialect = tmp_path_factory.mktemp("service"), {"DIALECT": "v3"}
    with a_stack(folder, postgres, template, postgres.folder.parent, dialect) as stack:
        stack.start_web()
        stack.start_worker()
        yield stack


def test_imports_are_listed_and_shown(service: Stack) -> None:
    player = service.user("looker")
    imported = player.wait(player.submit(batch_manual(1)))
    assert "sdvx" in command(player, "imports", "list").output
    shown = command(player, "imports", "show", imported["importID"]).output
    assert "1 new score" in shown
    assert "sdvx ADV" in shown
