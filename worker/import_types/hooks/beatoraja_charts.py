"""A chart as beatoraja describes it, made into what the catalogue would hold of it.

Source: specification, import-types/beatoraja.md section 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from common.catalogue.documents import Chart, Song
from common.errors import SongOrChartNotFound
from common.games.model import GPT
from common.games.registry import GAMES
from worker.import_types.base import ChartProposal, UnknownChart

# Clients may send anything as MD5; by what has not its length, nobody would find the chart.
_MD5_LENGTH: Final = 32  # characters
# What is kept of each text of a chart that players bring, in characters.
TEXT_LIMIT: Final = 300
# More than any chart that can be played; numbers beyond it are made up.
MOST_NOTES: Final = 100_000


def unknown_chart(gpt: GPT, described: Mapping[str, Any]) -> SongOrChartNotFound:
    """The failure of a score on the chart; it proposes the chart if that is fit for it."""
    message = f"This chart ({described['artist']} - {described['title']}) is orphaned."
    if len(described["md5"]) != _MD5_LENGTH or described["notes"] > MOST_NOTES:
        return SongOrChartNotFound(message)
    song, chart = _song(gpt, described), _chart(gpt, described)
    return UnknownChart(message, ChartProposal(gpt, described["sha256"], song, chart))


def _song(gpt: GPT, described: Mapping[str, Any]) -> Song:
    data = {name: _text(described[name]) for name in ("genre", "subtitle", "subartist")}
    return Song(
        id=0,
        title=_text(described["title"]),
        artist=_text(described["artist"]),
        altTitles=[],
        searchTerms=[],
        data=msgspec.convert({**data, "tableString": None}, GAMES[gpt.game].song_data),
    )


def _chart(gpt: GPT, described: Mapping[str, Any]) -> Chart:
    data: dict[str, Any] = {
        "notecount": int(described["notes"]),
        "hashMD5": _text(described["md5"]),
        "hashSHA256": described["sha256"],
        "tableFolders": [],
        "sglEC": None,
        "sglHC": None,
    }
    if "aiLevel" in gpt.chart_data.__struct_fields__:
        data["aiLevel"] = None
    return Chart(
        chartID="",
        songID=0,
        playtype=gpt.playtype,
        difficulty="CHART",
        level="?",
        levelNum=0,
        isPrimary=True,
        versions=[],
        data=msgspec.convert(data, gpt.chart_data),
    )


def _text(value: str) -> str:
    # PostgreSQL's text cannot hold U+0000.
    return value[:TEXT_LIMIT].replace("\0", "\ufffd")
