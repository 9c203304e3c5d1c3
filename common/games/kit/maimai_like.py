"""What maimai and maimaidx share: the names of course ranks.

Source: specification, games/maimai.md and games/maimaidx.md.
"""

from __future__ import annotations

from typing import Final

from common.games.kit.classes import dan, ordinal
from common.games.model import ClassValue


def _ten_ranks(name: str, kanji: str = "") -> tuple[ClassValue, ...]:
    return tuple(
        ClassValue(f"{name.upper()}_{n}", f"{kanji}{dan(n)}", f"{ordinal(n)} {name}")
        for n in range(1, 11)
    )


DAN: Final = _ten_ranks("Dan")
# The true ranks, above the ordinary ones.
SHINDAN: Final = _ten_ranks("Shindan", "真")
SHINKAIDEN: Final = ClassValue("SHINKAIDEN", "真皆伝", "Shinkaiden")
