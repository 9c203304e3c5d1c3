"""What a client of Lunatic Rave 2 sends of a score, and of a course.

Source: specification, import-types/lr2hook.md section 2.
"""

from __future__ import annotations

from typing import Any, Final

from common.validation.rules import (
    ANYTHING,
    POSITIVE_INTEGER,
    STRING,
    Check,
    Record,
    all_of,
    exactly,
    integer_between,
    nullable,
    one_of,
    optional,
)
from common.validation.values import is_integer

# How often in a song the client looks at the gauge.
GRAPH_LENGTH: Final = 1000


def _all_percentages(value: Any) -> bool:
    return all(is_integer(gauge) and 0 <= gauge <= 100 for gauge in value)


_GRAPH: Final = all_of(
    Check(
        lambda value: isinstance(value, list),
        "Expected an array",
        {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": 100},
            "description": f"{GRAPH_LENGTH} of them",
        },
    ),
    Check(
        lambda value: len(value) == GRAPH_LENGTH, f"Expected an array with length {GRAPH_LENGTH}."
    ),
    Check(_all_percentages, f"Expected an array of {GRAPH_LENGTH} integers between 0 and 100."),
)

_EXTENDED_JUDGEMENTS: Final = (
    *("epg", "lpg", "egr", "lgr", "egd", "lgd", "ebd", "lbd", "epr", "lpr"),
    *("cb", "fast", "slow", "notesPlayed"),
)
_GAUGES: Final = ("groove", "hard", "hazard", "easy", "pattack", "gattack")

# Keys are checked in this order, and clients may send others.
SCORE: Final = Record(
    {
        "md5": STRING,
        "playerData": Record(
            {
                "autoScr": exactly(0).says(
                    "Auto Scratch cannot be turned on, as it is treated as an EASY CLEAR by LR2."
                ),
                "gameMode": ANYTHING,
                "random": one_of("NORAN", "MIRROR", "RAN", "S-RAN").says(
                    "Expected any of NORAN, MIRROR, RAN, S-RAN."
                    " Note that ALLSCR and H-RAN are not supported!"
                ),
                "gauge": one_of("GROOVE", "HARD", "HAZARD", "EASY", "P-ATTACK", "G-ATTACK"),
                "rseed": optional(integer_between(0, 32766)),
            },
            others=True,
        ),
        "scoreData": Record(
            {
                **dict.fromkeys(("pgreat", "great", "good", "bad", "poor"), POSITIVE_INTEGER),
                **dict.fromkeys(("maxCombo", "exScore", "moneyScore"), POSITIVE_INTEGER),
                **dict.fromkeys(("notesTotal", "notesPlayed"), POSITIVE_INTEGER),
                "lamp": one_of("NO PLAY", "FAIL", "EASY", "NORMAL", "HARD", "FULL COMBO"),
                "hpGraph": _GRAPH,
                "extendedJudgements": optional(
                    nullable(
                        Record(dict.fromkeys(_EXTENDED_JUDGEMENTS, POSITIVE_INTEGER), others=True)
                    )
                ),
                "extendedHpGraphs": optional(
                    nullable(Record(dict.fromkeys(_GAUGES, _GRAPH), others=True))
                ),
            },
            others=True,
        ),
        "unixTimestamp": optional(POSITIVE_INTEGER),
    },
    others=True,
)
