"""The examples of client/README.md run as they stand there, against a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.local import EmbeddedPostgres
from common.accounts.permissions import PERMISSIONS
from score_import_client import Client
from tests.support.fresh import a_stack
from tests.support.stack import ROOT, Stack, batch_manual

pytestmark = pytest.mark.processes

PAGE = (ROOT / "client" / "README.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, template: str
) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("service")
    with a_stack(folder, postgres, template, postgres.folder.parent, {}) as stack:
        stack.start_web()
        stack.start_worker()
        yield stack


def test_the_examples_run_one_after_the_other(
    service: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    player = service.user("alice", *PERMISSIONS)
    unknown = batch_manual(1)
    unknown["scores"][0]["identifier"] = "999999"
    player.wait(player.submit(unknown))
    monkeypatch.chdir(tmp_path)
    Path("scores.csv").write_bytes((ROOT / "examples" / "imports" / "iidx-sp.csv").read_bytes())

    names: dict[str, Any] = {"__name__": "example"}
    told = []
    for example in EXAMPLES:
        here = example.replace("https://scores.example.org", service.url)
        exec(compile(here.replace("YOUR_TOKEN", player.token), "README.md", "exec"), names)
        told.append(capsys.readouterr().out)

    sending, _, watching, checking, looking, _, failing, *_ = told
    assert re.search(r"^[1-9][0-9]* new scores$", sending, re.MULTILINE)
    assert "'duplicates': 1" in watching
    assert "scores[0].lamp Expected any of " in checking
    assert "0 would be stored, 1 refused" in checking
    assert "Lighthouse Signal" in looking or "[]" in looking
    assert "999999 (ADV) Cannot find song with songID 999999." in looking
    assert "0 orphans are scores now" in looking
    assert "HTTP 400" in failing
    assert names["made"]["tokenID"] not in {token["tokenID"] for token in _tokens(service, player)}


def _tokens(service: Stack, player: Any) -> Any:
    with Client(service.url, player.token) as client:
        return client.tokens()


def test_lists_are_gone_through_page_by_page(
    service: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("score_import_client.calls.PAGE", 2)
    player = service.user("bob", *PERMISSIONS)
    for number in range(3):
        document = batch_manual(2, first=number)
        document["scores"][0]["identifier"] = f"99999{number}"
        player.wait(player.submit(document))
    imports = list(player.client.imports())
    assert len({document["importID"] for document in imports}) == 3
    assert [document["importID"] for document in player.client.imports("bob")] == [
        document["importID"] for document in imports
    ]
    assert len({orphan["orphanID"] for orphan in player.client.orphans()}) == 3
    player.client.delete_orphan(next(player.client.orphans())["orphanID"])
    assert len(list(player.client.orphans())) == 2
    player.client.revert(imports[0]["importID"])
    assert len(list(player.client.imports())) == 2
