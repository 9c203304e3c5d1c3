"""What maimai and maimaidx share: the names of course ranks.

Source: specification, games/maimai.md and games/maimaidx.md.
"""

from __future__ import annotations

from typing import Final

from common.games.model import ClassValue

_KANJI = "初二三四五六七八九十"
_ORDINALS = ("1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th", "10th")


def _ten_ranks(prefix: str, kanji: str, name: str) -> tuple[ClassValue, ...]:
    return tuple(
        ClassValue(f"{prefix}_{n}", f"{kanji}{numeral}段", f"{ordinal} {name}")
        for n, (numeral, ordinal) in enumerate(zip(_KANJI, _ORDINALS, strict=True), start=1)
    )


DAN: Final = _ten_ranks("DAN", "", "Dan")
# The true ranks, above the ordinary ones.
SHINDAN: Final = _ten_ranks("SHINDAN", "真", "Shindan")
SHINKAIDEN: Final = ClassValue("SHINKAIDEN", "真皆伝", "Shinkaiden")
