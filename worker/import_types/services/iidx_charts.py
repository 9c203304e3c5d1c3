"""How services name lamps and charts of beatmania IIDX.

Source: specification, import-types/api-kai.md section 9.
"""

from __future__ import annotations

from typing import Final

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import NotTracked
from worker.import_types.services.finding import charts_of

GAME: Final = "iidx"

# LEGGENDARIA charts once were songs of their own ("†"): their id then, and the song's.
_LEGGENDARIA_SONGS: Final = {
    1100: 1017,
    4100: 4005,
    4101: 4001,
    5100: 5014,
    11100: 11032,
    11101: 11012,
    12100: 12002,
    13100: 13010,
    14100: 14009,
    14101: 14046,
    15101: 15023,
    15102: 15007,
    15104: 15004,
    15105: 15045,
    16101: 16050,
    16102: 16045,
    16103: 16031,
    16104: 16015,
    17101: 17060,
    18100: 18025,
    18103: 18011,
    19100: 19063,
    20103: 20100,
    20104: 20039,
    20105: 20068,
    20106: 20024,
    20107: 20019,
    21100: 21012,
    21101: 21059,
    21102: 21069,
    21103: 21073,
    21104: 21052,
    21105: 21048,
    21106: 21050,
    21107: 21029,
    22101: 22008,
    22102: 22013,
    22103: 22024,
    22104: 22027,
    22105: 22031,
    22106: 22089,
    22107: 22006,
    23100: 23054,
    23101: 23031,
    24100: 24041,
    24101: 24011,
}


def base_song(music_id: float, difficulty: str) -> tuple[float, str]:
    """The song and the difficulty that a service's number and name stand for."""
    if music_id in _LEGGENDARIA_SONGS:
        return _LEGGENDARIA_SONGS[int(music_id)], "LEGGENDARIA"
    return music_id, difficulty


def of_song(
    catalogue: GameCatalogue, music_id: float, playtype: str, difficulty: str
) -> list[Chart]:
    """The official charts of a song, in whatever version; primary ones first."""
    music_id, difficulty = base_song(music_id, difficulty)
    if difficulty == "BEGINNER":
        raise NotTracked("We don't support BEGINNER charts. Sorry!")
    return [
        chart
        for chart in charts_of(catalogue, music_id, playtype, difficulty)
        if chart.data.xtraSet is None
    ]
