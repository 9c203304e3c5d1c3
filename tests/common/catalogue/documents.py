"""Songs and charts to look up in tests."""

from __future__ import annotations

from typing import Any

import msgspec

from common.catalogue.documents import Chart, Song


class Data(msgspec.Struct):
    """The fields that look-ups go by, of whatever game."""

    inGameID: int | list[int] | None = None
    inGameStrID: str | None = None
    hashMD5: str | None = None
    hashSHA256: str | list[str] | None = None
    xtraSet: str | None = None
    hashSHA1: str | list[str] | None = None
    hashGSv3: str | None = None
    ddrSongHash: str | None = None
    notecount: int = 1000
    # And those that scores are held against.
    stepCount: int | msgspec.UnsetType = msgspec.UNSET
    maxPercent: float = 200
    maxPlatScore: int = 1_000_000
    isBonusTrack: bool | msgspec.UnsetType = msgspec.UNSET


def song(
    song_id: int, title: str, artist: str = "Someone", *, alt: list[str] | None = None, **data: Any
) -> Song:
    return Song(song_id, title, artist, alt or [], [], Data(**data))


def chart(
    chart_id: str,
    song_id: int,
    difficulty: str,
    *,
    playtype: str = "Single",
    versions: tuple[str, ...] = (),
    primary: bool = True,
    **data: Any,
) -> Chart:
    return Chart(
        chart_id, song_id, playtype, difficulty, "10", 10, primary, list(versions), Data(**data)
    )
