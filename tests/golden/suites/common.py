"""What suites share: finding the game of a case, reading its documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from common.catalogue.documents import Chart, Song
from common.games.model import GPT, ScoreData
from common.games.registry import get_game, gpt_by_id
from tests.golden.suites.registry import NotBuilt
from tests.golden.told.failures import FLARE


def gpt_of(given: Mapping[str, Any]) -> GPT:
    try:
        return gpt_by_id(given["gpt"])
    except KeyError:
        raise NotBuilt(given["gpt"]) from None


def song_of(game: str, document: Mapping[str, Any]) -> Song:
    song = msgspec.convert(document, Song)
    song.data = song_data_of(game, song.data)
    return song


def song_data_of(game: str, data: Mapping[str, Any]) -> Any:
    """Song data; some recorded ddr songs have no category, and such songs count nowhere."""
    if game == "ddr":
        data = {"flareCategory": "NONE", **data}
    return msgspec.convert(data, get_game(game).song_data)


def chart_of(gpt: GPT, document: Mapping[str, Any]) -> Chart:
    if (renew := get_game(gpt.game).renew_chart) is not None:
        document = renew(dict(document))
    chart = msgspec.convert(document, Chart)
    chart.data = chart_data_of(gpt, chart.data)
    return chart


def chart_data_of(gpt: GPT, data: Mapping[str, Any]) -> Any:
    """Chart data; some recorded itg charts are of a difficulty that the catalogue refuses."""
    if data.get("difficultyTag") != "Challenge":
        return msgspec.convert(data, gpt.chart_data)
    converted: Any = msgspec.convert({**data, "difficultyTag": "Expert"}, gpt.chart_data)
    converted.difficultyTag = "Challenge"
    return converted


def dry_score_of(document: Mapping[str, Any]) -> ScoreData:
    """A score before derivation: all keys but two are metrics."""
    metrics = {k: v for k, v in document.items() if k not in ("judgements", "optional")}
    return ScoreData(metrics, document["judgements"], document["optional"])


def optional_indexes(gpt: str, optional: Mapping[str, Any]) -> dict[str, int]:
    """What `optional.enumIndexes` holds: flare ranks are the only optional ENUM of all games."""
    flare = optional.get("flare")
    return {"flare": FLARE.index(flare)} if gpt.startswith("ddr:") and flare is not None else {}
