"""docs/updating-games.md is followed: a new version is the one line that stands there."""

from __future__ import annotations

import re
import sys

import pytest

from common.games.model import Game
from common.games.registry import GAMES
from tests.common.games.test_adding_a_game import module
from tests.common.seeds.seeds import example, violations
from tests.support.stack import ROOT

PAGE = (ROOT / "docs" / "updating-games.md").read_text()
NAME = "common.games.iidx_with_a_new_version"


@pytest.fixture
def updated(monkeypatch: pytest.MonkeyPatch) -> Game:
    """IIDX with the page's line behind the newest version."""
    found = re.search(r"^\| a version \| `(.+?)`", PAGE, re.MULTILINE)
    assert found is not None
    versions = GAMES["iidx"].playtypes["SP"].versions
    newest = max((version for version in versions if version.isdecimal()), key=int)
    line = f'    "{newest}": "{versions[newest]}",\n'
    source = (ROOT / "common" / "games" / "iidx.py").read_text()
    assert source.count(line) == 1
    made = module(NAME, "")
    monkeypatch.setitem(sys.modules, NAME, made)
    exec(compile(source.replace(line, f"{line}    {found[1]}\n"), NAME, "exec"), made.__dict__)
    game: Game = made.GAME
    return game


def test_a_new_version_is_one_line(updated: Game) -> None:
    before, after = (game.playtypes["SP"].versions for game in (GAMES["iidx"], updated))
    (new,) = after.keys() - before.keys()
    assert list(after).index(new) == list(after).index(str(int(new) - 1)) + 1

    documents = example()
    documents["charts-iidx"][0]["versions"].append(new)
    assert [each.detail for each in violations(documents) if new in each.detail]
    assert violations(documents, GAMES | {"iidx": updated}) == []
