"""Songs and charts as the catalogue holds them. Source: specification, seeds-format.md."""

from typing import Any

import msgspec


class Song(msgspec.Struct, forbid_unknown_fields=True):
    """A song of one game; `data` is the game's own struct (`Game.song_data`)."""

    id: int
    title: str
    artist: str
    altTitles: list[str]
    searchTerms: list[str]
    data: Any


class Chart(msgspec.Struct, forbid_unknown_fields=True):
    """A chart; `data` is the GPT's own struct (`GPT.chart_data`).

    levelNum: numeric level, for ratings. isPrimary: False = superseded by another chart.
    versions: the releases of the game in which the chart exists with these notes.
    """

    chartID: str
    songID: int
    playtype: str
    difficulty: str
    level: str
    levelNum: float
    isPrimary: bool
    versions: list[str]
    data: Any
