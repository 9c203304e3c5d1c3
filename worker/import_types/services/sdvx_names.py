"""What services call the difficulties, versions and lamps of SOUND VOLTEX, by number.

Source: specification, import-types/api-kai.md section 10 and import-types/api-cg.md section 6.4;
nabla and what came with it as version 3 of Tachi has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from common.catalogue.index import Difficulty
from common.games.sdvx import ANY_INF

DIFFICULTIES: Final[Mapping[float, Difficulty]] = {
    0: "NOV",
    1: "ADV",
    2: "EXH",
    3: ANY_INF,
    4: "MXM",
    5: "ULT",
}

VERSIONS: Final[Mapping[float, str]] = {
    1: "booth",
    2: "inf",
    3: "gw",
    4: "heaven",
    5: "vivid",
    6: "exceed",
    7: "nabla",
}

LAMPS: Final[Mapping[float, str]] = {
    1: "FAILED",
    2: "CLEAR",
    3: "EXCESSIVE CLEAR",
    4: "ULTIMATE CHAIN",
    5: "PERFECT ULTIMATE CHAIN",
    6: "MAXXIVE CLEAR",
}

# The numbers of CG from nabla on.
LAMPS_SINCE_NABLA: Final[Mapping[float, str]] = {
    1: "FAILED",
    2: "CLEAR",
    3: "EXCESSIVE CLEAR",
    4: "MAXXIVE CLEAR",
    5: "ULTIMATE CHAIN",
    6: "PERFECT ULTIMATE CHAIN",
}
