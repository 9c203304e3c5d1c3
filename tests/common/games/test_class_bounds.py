"""Where a class of ratings begins, as the pages of the specification say."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from common.games.registry import all_gpts

PAGES: Final = Path(__file__).resolve().parents[3] / "docs" / "spec" / "games"

_SECTION = re.compile(r"### Class `(\w+)`\n\nFrom profile `(\w+)`[^|]*\| rating ≥ \| class \|\n")
_ROW = re.compile(r"\| (?P<bound>[\d.,]+|\(anything lower\)) \| `(?P<id>\w+\+*)`")

# What version 3 has in addition (v3/games.md), and the rating that it looks at.
ADDED: Final = {
    "chunithm": {15.5: "PLATINUM_II", 15.75: "PLATINUM_III"},
    "maimaidx": {
        14250: "GOLD_II",
        14750: "PLATINUM_II",
        15250: "RAINBOW_II",
        15500: "RAINBOW_III",
        15750: "RAINBOW_IV",
        16000: "RAINBOW_EX_I",
        16250: "RAINBOW_EX_II",
        16500: "RAINBOW_EX_III",
        16750: "RAINBOW_EX_IV",
    },
    "ongeki": {22: "RAINBOW_EX_TRUE"},
}
RATINGS: Final = {"sdvx": "VF7"}


def ladders() -> Iterator[tuple[str, str, str, list[tuple[float, str]]]]:
    """(game, class set, rating, from the highest on the bounds of classes)."""
    for page in sorted(PAGES.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for section in _SECTION.finditer(text):
            table = text[section.end() :].partition("\n\n")[0]
            rows = [
                (
                    float(row["bound"].replace(",", "")) if row["bound"][0].isdigit() else 0,
                    row["id"],
                )
                for row in _ROW.finditer(table)
            ]
            rows = sorted([*rows, *ADDED.get(page.stem, {}).items()], reverse=True)
            yield page.stem, section[1], RATINGS.get(page.stem, section[2]), rows


def _number(bound: str) -> float:
    return float(bound.replace(",", "")) if bound[0].isdigit() else 0


LADDERS: Final = list(ladders())


def test_the_pages_have_ladders() -> None:
    assert {game for game, *_ in LADDERS} == {
        *(
            "arcaea",
            "chunithm",
            "gitadora",
            "jubeat",
            "maimai",
            "maimaidx",
            "ongeki",
            "sdvx",
            "wacca",
        )
    }


@pytest.mark.parametrize(
    ("game", "class_set", "rating", "rows"), LADDERS, ids=[each[0] for each in LADDERS]
)
def test_a_class_begins_at_its_bound(
    game: str, class_set: str, rating: str, rows: list[tuple[float, str]]
) -> None:
    for gpt in (each for each in all_gpts() if each.game == game):
        classes = gpt.classes[class_set]
        assert classes.derive is not None
        assert classes.ids == tuple(reversed([name for _, name in rows]))
        for (bound, name), (_, below) in zip(rows, [*rows[1:], rows[-1]], strict=True):
            assert classes.derive({rating: bound}) == name
            assert classes.derive({rating: math.nextafter(bound, -math.inf)}) == below
        assert classes.derive({rating: None}) is None
