"""The full-size collections, where they are: the folder `seeds` of $SCORE_IMPORT_SHARED."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from common.catalogue.folders import resolve
from common.games.registry import GAMES
from common.seeds.integrity import check
from common.seeds.loader import load_directory
from common.seeds.reading import Seeds, parse, read_files
from common.seeds.seed_documents import CHARTS, FOLDERS, SONGS
from tests.seeds.catalogue import changes
from tests.support.stack import ROOT

SHARED = Path(os.environ.get("SCORE_IMPORT_SHARED") or ROOT.parent / "shared")
COLLECTIONS = SHARED / "seeds" / "collections"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        not COLLECTIONS.is_dir(), reason=f"there are no collections in {COLLECTIONS}"
    ),
]

# Folders, rows of the look-up and empty folders of each GPT, counted by another program.
EXPECTED = {
    "arcaea:Touch": (14, 1095, 0),
    "bms:14K": (64, 1004, 0),
    "bms:7K": (436, 6833, 4),
    "chunithm:Single": (583, 231_875, 0),
    "ddr:DP": (114, 20_298, 5),
    "ddr:SP": (114, 26_517, 0),
    "gitadora:Dora": (14, 4753, 0),
    "gitadora:Gita": (14, 9411, 0),
    "iidx:DP": (456, 53_760, 163),
    "iidx:SP": (456, 76_391, 23),
    "itg:Stamina": (195, 6969, 88),
    "jubeat:Single": (360, 27_721, 90),
    "maimai:Single": (23, 3241, 0),
    "maimaidx:Single": (230, 52_712, 0),
    "museca:Single": (32, 1221, 0),
    # It read the one folder of type songs as the reference does, which leaves it empty.
    "ongeki:Single": (180, 39_232 + 19, 0),
    "pms:Controller": (91, 1031, 24),
    "pms:Keyboard": (91, 1031, 24),
    "popn:9B": (159, 25_361, 0),
    "sdvx:Single": (80, 25_220, 0),
    "usc:Controller": (56, 6633, 0),
    "usc:Keyboard": (56, 6633, 0),
    "wacca:Single": (46, 2601, 0),
}
ROWS = sum(rows for _, rows, _ in EXPECTED.values())
DOCUMENTS = 143_866
ENOUGH_SECONDS = 300.0  # a load takes some ten; the machine may be busy


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    parsed, violations = parse(read_files(COLLECTIONS), GAMES)
    assert violations == []
    return parsed


def test_nothing_is_wrong_with_them(seeds: Seeds) -> None:
    assert check(seeds, GAMES).violations == []


def test_every_folder_holds_what_it_should(seeds: Seeds) -> None:
    folders: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for _, folder in seeds.each(FOLDERS):
        folders[folder["game"]].append(folder)
    number, rows, empty = Counter[str](), Counter[str](), Counter[str]()
    for game, of_game in folders.items():
        songs, charts = seeds.get(SONGS, game), seeds.get(CHARTS, game)
        assert songs is not None
        assert charts is not None
        seen = GAMES[game].chart_in_queries or (lambda chart: chart)
        members = resolve(of_game, songs.documents, map(seen, charts.documents))
        for folder in of_game:
            gpt, size = f"{game}:{folder['playtype']}", len(members[folder["folderID"]])
            number[gpt] += 1
            rows[gpt] += size
            empty[gpt] += size == 0

    assert {gpt: (number[gpt], rows[gpt], empty[gpt]) for gpt in number} == EXPECTED


def test_they_load_in_time_and_again_in_no_time(empty: Engine) -> None:
    first = load_directory(empty, COLLECTIONS)
    second = load_directory(empty, COLLECTIONS)

    assert sum(inserted for inserted, *_ in changes(first).values()) == DOCUMENTS
    assert sum(change.added for change in first.lookups.values()) == ROWS
    assert first.seconds < ENOUGH_SECONDS
    assert second.changes == 0
    assert second.seconds < ENOUGH_SECONDS / 20
