"""What orders the leaderboard of a chart.

Source: specification, pipeline-pbs-stats.md section 3.
"""

from __future__ import annotations

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
    for section, name in keys:
        values.append(score_data[section][name] if section else score_data[name])
    return values


@cache
def _places(gpt: GPT) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The default metric, and each further key as its section ("" = none) and its name."""
    keys = (key.rpartition(".") for key in gpt.leaderboard_keys)
    return gpt.default_metric, tuple((section, name) for section, _, name in keys)
