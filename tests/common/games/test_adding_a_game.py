"""That a game is added as `docs/adding-a-game.md` says, with the code that stands there."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from inspect import signature
from types import ModuleType
from typing import Any, cast

import pytest

from common.catalogue.index import GameCatalogue
from common.games import registry
from common.games.model import GPT, Game
from common.games.registry import GAMES
from common.games.scoring.hydration import hydrate
from tests.common.games import test_properties, test_registry
from tests.common.seeds.seeds import violations
from tests.support.stack import ROOT
from worker.import_types.base import Upload
from worker.import_types.manual.batch_manual import BatchManual

PAGE = ROOT / "docs" / "adding-a-game.md"
NEW = "tapper"


def block(below: str) -> str:
    """The first block of code below a text on the page."""
    _, found, rest = PAGE.read_text(encoding="utf-8").partition(below)
    assert found, f"the page does not say: {below}"
    code = re.search(r"^```\w+\n(.*?)^```$", rest, re.DOTALL | re.MULTILINE)
    assert code is not None
    return code[1]


def module(name: str, code: str) -> ModuleType:
    made = ModuleType(name)
    exec(compile(code, f"{PAGE}: {name}", "exec"), made.__dict__)
    return made


def with_addition(source: str, excerpt: str) -> str:
    """The source with the lines of an excerpt that are about the new game."""
    before = "".join(line for line in excerpt.splitlines(True) if NEW not in line)
    assert source.count(before) == 1
    return source.replace(before, excerpt)


@contextmanager
def the_game_added() -> Iterator[Game]:
    """Does what the page says, and undoes it in the end."""
    with pytest.MonkeyPatch.context() as patch:
        name = f"common.games.{NEW}"
        patch.setitem(sys.modules, name, module(name, block("`common/games/tapper.py`:")))
        source = ROOT.joinpath("common/games/registry.py").read_text(encoding="utf-8")
        for place in ("import the module:", "add the game to `GAMES`"):
            source = with_addition(source, block(place))
        games = module("common.games.registry", source).GAMES
        assert [*games] == [*GAMES, NEW]
        patch.setitem(cast("MutableMapping[str, Game]", GAMES), NEW, games[NEW])
        yield GAMES[NEW]


@pytest.fixture
def tapper() -> Iterator[Game]:
    with the_game_added() as game:
        yield game


def checks(made: ModuleType, *parameters: str) -> list[Callable[..., None]]:
    """The tests of a module that take just these parameters."""
    return [
        function
        for name, function in vars(made).items()
        if name.startswith("test_") and tuple(signature(function).parameters) == parameters
    ]


def test_the_tests_of_the_page_pass(tapper: Game) -> None:
    tests = checks(module("tests.common.games.test_tapper", block("test_tapper.py`:")))

    assert tests
    for test in tests:
        test()


@pytest.mark.parametrize(
    "holds",
    [*checks(test_registry, "gpt"), *checks(test_properties, "gpt")],
    ids=lambda check: check.__name__,
)
def test_what_holds_in_every_game_holds_in_the_new_one(
    holds: Callable[[GPT], None], tapper: Game
) -> None:
    holds(tapper.playtypes["Single"])


def test_a_score_of_the_new_game_can_be_imported(tapper: Game) -> None:
    song, chart = json.loads(block("A song:")), json.loads(block("A chart:"))
    catalogue = GameCatalogue.from_documents(tapper, [song], [chart])
    document = "scores.json", block("## 6. Import something").encode()
    kind = BatchManual()

    parsed = kind.parse(Upload(1, 0, tuple(GAMES), *document))
    [score] = map(kind.converter(parsed.context, catalogue), parsed.entries)
    stored: dict[str, Any] = hydrate(
        tapper.playtypes["Single"], score.chart, score.scoreData, None, 0
    ).score_data

    assert score.chart.chartID == chart["chartID"]
    assert (stored["score"], stored["grade"]) == (987_654, "S")


def test_the_rules_of_the_new_game_hold_for_its_charts(tapper: Game) -> None:
    song, chart = json.loads(block("A song:")), json.loads(block("A chart:"))
    documents = {"songs-tapper": [song], "charts-tapper": [chart, {**chart, "chartID": "other"}]}

    rules = {violation.rule for violation in violations(documents, games={NEW: tapper})}

    assert "unique inGameID + difficulty" in rules


def test_the_game_is_in_the_registry_for_a_moment_only() -> None:
    with the_game_added():
        assert NEW in registry.GAMES
    assert NEW not in registry.GAMES
    assert f"common.games.{NEW}" not in sys.modules
