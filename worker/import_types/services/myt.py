"""api/myt-*: what the import types of MYT share.

Source: specification, import-types/api-myt.md section 7.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from common.catalogue.documents import Chart
from common.catalogue.index import Difficulty, GameCatalogue
from common.errors import InvalidScore, SongOrChartNotFound
from common.games.model import ScoreData
from common.validation import text_of
from worker.import_types.base import DryScore, Origin
from worker.import_types.services.finding import charts_of, unknown_difficulty
from worker.import_types.services.upstream import (
    EntryFields,
    ReadClasses,
    UpstreamImport,
    played_at,
)

SERVICE: Final = "MYT"
PLAYTYPE: Final = "Single"

# A difficulty that was left out.
_UNSPECIFIED: Final = 0

# Finds the chart of an entry and reads what was played on it.
Read = Callable[[Mapping[str, Any], GameCatalogue], tuple[Chart, ScoreData]]


def myt_import(
    game: str,
    title: str,
    read: Read,
    *,
    info: str = "info.",
    subject: tuple[str, str] = ("musicId", "level"),
    classes: ReadClasses | None = None,
) -> UpstreamImport:
    """title: what MYT calls the game. info: where in an entry the fields of a play are."""

    def convert(entry: Any, _: Mapping[str, Any], catalogue: GameCatalogue) -> DryScore:
        chart, score_data = read(entry, catalogue)
        # Every title wraps what it knows of a play in `info`, but for WACCA's.
        play = entry.get("info", entry)
        return DryScore(
            song=catalogue.song_of(chart),
            chart=chart,
            service=SERVICE,
            comment=None,
            timeAchieved=played_at(play["userPlayDate"]),
            scoreData=score_data,
            scoreMeta={},
        )

    return UpstreamImport(
        name=f"api/myt-{game}",
        game=game,
        origin=Origin("myt", SERVICE, title),
        context={},
        convert=convert,
        fields=EntryFields(info + subject[0], info + subject[1], f"{info}userPlayDate"),
        classes=classes,
    )


def parts(entry: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The play and its judgements. Raises InvalidScore where one of them is missing."""
    info, judge = entry.get("info"), entry.get("judge")
    if info is None or judge is None:
        raise missing()
    return info, judge


def missing() -> InvalidScore:
    return InvalidScore("Failed to receive score data from MYT API")


def difficulty_of(
    play: Mapping[str, Any],
    number: int,
    difficulties: Mapping[int, str],
) -> str:
    """The difficulty with MYT's number.

    Raises InvalidScore where MYT does not say which it is, SongOrChartNotFound for a number that
    is not known yet.
    """
    if number == _UNSPECIFIED:
        raise InvalidScore(
            "Can't process a score with unspecified difficulty"
            f" (musicId {text_of(play['musicId'])})"
        )
    if number not in difficulties:
        raise unknown_difficulty(play["musicId"], number)
    return difficulties[number]


def find_special(catalogue: GameCatalogue, music_id: float, difficulty: str) -> Chart:
    """The chart that has a number of its own, whatever its difficulty."""
    charts = catalogue.charts_by_data("inGameID", music_id)
    if len(charts) != 1:
        raise _not_found(music_id, difficulty)
    return charts[0]


def find(
    catalogue: GameCatalogue, music_id: float, difficulty: str, accepted: Difficulty | None = None
) -> Chart:
    """The chart of a song in whatever version.

    accepted: the difficulties that its charts may have, where that is not the one itself.
    """
    charts = charts_of(catalogue, music_id, PLAYTYPE, accepted or difficulty)
    if not charts:
        raise _not_found(music_id, difficulty)
    return charts[0]


def _not_found(music_id: float, difficulty: str) -> SongOrChartNotFound:
    return SongOrChartNotFound(
        f"Can't find chart with id {text_of(music_id)} and difficulty {difficulty}"
    )
