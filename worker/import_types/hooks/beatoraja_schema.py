"""The rules of what LR2oraja and beatoraja send; keys are checked in the order given here.

Source: specification, import-types/beatoraja.md section 2.
"""

from __future__ import annotations

from typing import Final

from common.validation.rules import (
    BOOLEAN,
    INTEGER,
    POSITIVE_INTEGER,
    POSITIVE_NUMBER,
    STRING,
    Record,
    either,
    exactly,
    matching,
    number_between,
    one_of,
)

_SHA256: Final = matching("^[0-9a-f]{64}$", example="0123456789abcdef" * 4)

# Early and late pgreats, greats, goods, bads, poors, and empty poors.
_COUNTS: Final = (
    *("epg", "egr", "egd", "ebd", "epr"),
    *("lpg", "lgr", "lgd", "lbd", "lpr"),
    *("ems", "lms"),
)

SCORE: Final = Record(
    {
        "sha256": _SHA256,
        "exscore": POSITIVE_INTEGER,
        "passnotes": POSITIVE_INTEGER,
        # -1 = unknown, here and in `minbp`.
        "gauge": either(number_between(0, 100), exactly(-1)),
        "deviceType": one_of("BM_CONTROLLER", "KEYBOARD", "MIDI"),
        "minbp": either(POSITIVE_INTEGER, exactly(-1)),
        "option": INTEGER,
        "lntype": one_of(0, 1),
        "clear": one_of(
            "NoPlay",
            "Failed",
            "AssistEasy",
            "LightAssistEasy",
            "Easy",
            "Normal",
            "Hard",
            "ExHard",
            "FullCombo",
            "Perfect",
            "Max",
        ),
        "assist": exactly(0),
        "maxcombo": POSITIVE_INTEGER,
        **dict.fromkeys(_COUNTS, POSITIVE_INTEGER),
    },
    others=True,
)

CHART: Final = Record(
    {
        "md5": STRING,
        "sha256": _SHA256,
        **dict.fromkeys(("title", "subtitle", "genre", "artist", "subartist"), STRING),
        "total": POSITIVE_NUMBER,
        "lntype": one_of(-1, 0, 1, 2),
        "mode": one_of("BEAT_7K", "BEAT_14K", "POPN_9K"),
        "judge": POSITIVE_NUMBER,
        "notes": POSITIVE_INTEGER,
        "hasUndefinedLN": BOOLEAN,
        "hasRandom": BOOLEAN,
    },
    others=True,
)
