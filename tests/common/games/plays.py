"""Playing scores in tests, and rating many of them."""

from __future__ import annotations

from collections.abc import Sequence

from common.catalogue.documents import Chart
from common.errors import InvalidScore
from common.games.model import GPT, RatedPB, ScoreData
from common.games.scoring.hydration import hydrate


def complaints(gpt: GPT, chart: Chart, score: ScoreData) -> list[str]:
    """What is said to be wrong with a score, without the first line; nothing if it is fine."""
    try:
        hydrate(gpt, chart, score, None, 0)
    except InvalidScore as failure:
        return failure.message.splitlines()[1:]
    return []


def falling(first: float, step: float, count: int) -> list[float]:
    """Values of three decimals, each one `step` below the one before."""
    return [round(first - step * i, 3) for i in range(count)]


def pbs_with(**values: Sequence[float]) -> list[RatedPB]:
    """Personal bests on primary charts that have the n-th value of each rating, or none."""
    count = max(map(len, values.values()))
    return [
        RatedPB(
            chartID=str(i),
            songID=i,
            isPrimary=True,
            calculatedData={
                key: given[i] if i < len(given) else None for key, given in values.items()
            },
        )
        for i in range(count)
    ]
