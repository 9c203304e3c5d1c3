"""file/mypagescraper-player-csv: a player's stage in WACCA, from the tool MyPage scraper.

The file holds no scores; it only provides the class `stageUp`.

Source: specification, import-types/mypagescraper-player-csv.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from common.errors import FatalImportError
from common.games.registry import get_game
from worker.import_types.base import ClassesOnly, Parsed, RefusedEntry, Upload
from worker.import_types.reading import csv_table
from worker.import_types.reading.encodings import ENOUGH

GAME: Final = "wacca"
PLAYTYPE: Final = "Single"
CLASS_SET: Final = "stageUp"
COLUMN: Final = "player_stage"

# `[9,ステージIX,2]`: the stage's number, its name and its colour.
_STAGE: Final = re.compile(r"\[([0-9]+),[^][]+,[0-9]+\]")
_NO_STAGE: Final = 0


class MyPageScraperPlayerCSV(ClassesOnly):
    name = "file/mypagescraper-player-csv"
    input = Upload

    def check(self, content: bytes, games: Collection[str]) -> None:
        # One record; what is longer is something else, but reading it would take its time.
        if len(content) <= ENOUGH:
            _read(content)

    def parse(self, upload: Upload) -> Parsed:
        provided, warnings = _read(upload.content)
        return Parsed(
            GAME,
            {},
            [],
            lambda playtype: provided if playtype == PLAYTYPE else {},
            warnings=warnings,
        )


def _read(content: bytes) -> tuple[dict[str, str], list[str]]:
    """The classes of the one record, and what of it was passed over."""
    table = csv_table.read(content, lambda columns: COLUMN in columns)
    rows = list(table.rows([table.columns.get(COLUMN, -1)]))
    if len(rows) != 1:
        raise FatalImportError(
            400, f"Found {len(rows)} records instead of exactly 1 in the player CSV."
        )
    (row,) = rows
    if isinstance(row, RefusedEntry):
        raise FatalImportError(400, f"Failed to parse CSV: {row.message}")
    if COLUMN not in table.columns:
        raise FatalImportError(400, f"Malformed CSV: no {COLUMN} column.")
    warnings: list[str] = []
    return _classes(row[0], warnings), warnings


def _classes(stage: str, warnings: list[str]) -> dict[str, str]:
    """The class of a stage; none for who has not reached the first one, or one nobody knows."""
    found = _STAGE.search(stage)
    if found is None:
        raise FatalImportError(400, "Malformed player_stage entry.")
    number = found[1].lstrip("0") or str(_NO_STAGE)
    stages = get_game(GAME).playtypes[PLAYTYPE].classes[CLASS_SET].ids
    by_number = {str(place): name for place, name in enumerate(stages, start=1)}
    if number == str(_NO_STAGE):
        return {}
    if number not in by_number:
        warnings.append(f"player_stage: unknown stage up id {number}; no class was taken of it.")
        return {}
    return {CLASS_SET: by_number[number]}
