"""Charts to play in tests."""

from __future__ import annotations

from typing import Any

import msgspec

from common.catalogue.documents import Chart
from common.games.model import GPT


def chart_of(gpt: GPT, data: dict[str, Any], **fields: Any) -> Chart:
    """A chart of a GPT with the given data; `fields` are those that matter to the test."""
    document: dict[str, Any] = {
        "chartID": "c2311194e3897ddb5745b1760d2c0141f933e683",
        "songID": 1,
        "playtype": gpt.playtype,
        "difficulty": gpt.default_difficulty or "Hard",
        "level": "10",
        "levelNum": 10,
        "isPrimary": True,
        "versions": [],
        **fields,
    }
    return Chart(**document, data=msgspec.convert(data, gpt.chart_data))
