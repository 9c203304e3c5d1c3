"""Seeds made for tests: the example catalogue, to be broken, and small ones by hand."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from common.games.model import Game
from common.games.registry import GAMES
from common.seeds.context import References
from common.seeds.integrity import check
from common.seeds.reading import SeedFiles, parse, read_files
from common.seeds.violations import Violation

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "catalogue"

Documents = dict[str, list[dict[str, Any]]]


@cache
def _example() -> Documents:
    files = read_files(EXAMPLE)
    return {name: orjson.loads(content) for name, content in files.collections.items()}


def example() -> Documents:
    """The example catalogue by collection; a copy, to be changed at will."""
    return deepcopy(_example())


def violations(
    documents: Mapping[str, Any],
    games: Mapping[str, Game] = GAMES,
    stored: References | None = None,
) -> list[Violation]:
    """Everything wrong with the collections."""
    files = SeedFiles({name: orjson.dumps(content) for name, content in documents.items()})
    seeds, found = parse(files, games)
    return [*found, *check(seeds, games, stored).violations]


def warnings(documents: Mapping[str, Any], games: Mapping[str, Game] = GAMES) -> list[Violation]:
    files = SeedFiles({name: orjson.dumps(content) for name, content in documents.items()})
    return check(parse(files, games)[0], games).warnings


def a_song(song_id: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "id": song_id,
        "title": f"Song {song_id}",
        "artist": "",
        "altTitles": [],
        "searchTerms": [],
        "data": {},
        **fields,
    }


def a_chart(chart_id: str, data: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "chartID": chart_id,
        "songID": 1,
        "playtype": "Single",
        "difficulty": chart_id,
        "level": "5",
        "levelNum": 5,
        "isPrimary": True,
        "versions": [],
        "data": dict(data or {}),
        **fields,
    }
