"""What orders the leaderboard of a chart.

Source: specification, pipeline-pbs-stats.md section 3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from common.games.model import GPT


def ranking_values(gpt: GPT, score_data: Mapping[str, Any]) -> list[float]:
    """The values that order personal bests, most significant first; higher is better.

    score_data: of the personal best, as stored.
    """
    default, keys = _places(gpt)
    values = [score_data[default]]
    for sign, section, name in keys:
        value = (score_data[section] if section else score_data).get(name)
        values.append(-math.inf if value is None else sign * value)
    return values


@cache
def _places(gpt: GPT) -> tuple[str, tuple[tuple[int, str, str], ...]]:
    """The default metric, and each further key as sign, section ("" = none) and name."""
    keys = []
    for key in gpt.leaderboard_keys:
        section, _, name = key.removeprefix("-").rpartition(".")
        keys.append((-1 if key.startswith("-") else 1, section, name))
    return gpt.default_metric, tuple(keys)
