"""How the e-amusement site lays out its CSV of IIDX scores.

Source: specification, import-types/eamusement-iidx-csv.md sections 3 and 4.
"""

from __future__ import annotations

from typing import Final

# The difficulty blocks of a row, in the site's order.
DIFFICULTIES: Final = ("BEGINNER", "NORMAL", "HYPER", "ANOTHER", "LEGGENDARIA")

# The version names of the site, oldest first; the first is version 1.
VERSION_NAMES: Final = (
    "1st&substream",
    "2nd style",
    "3rd style",
    "4th style",
    "5th style",
    "6th style",
    "7th style",
    "8th style",
    "9th style",
    "10th style",
    "IIDX RED",
    "HAPPY SKY",
    "DistorteD",
    "GOLD",
    "DJ TROOPERS",
    "EMPRESS",
    "SIRIUS",
    "Resort Anthem",
    "Lincle",
    "tricoro",
    "SPADA",
    "PENDUAL",
    "copula",
    "SINOBUZ",
    "CANNON BALLERS",
    "Rootage",
    "HEROIC VERSE",
    "BISTROVER",
    "CastHour",
    "RESIDENT",
    "EPOLIS",
    "Pinky Crush",
    "Sparkle Shower",
)
