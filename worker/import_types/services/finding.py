"""Finding charts by the number that a game gives its song, as services name them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from common.catalogue.documents import Chart
from common.catalogue.index import Difficulty, GameCatalogue
from common.errors import SongOrChartNotFound
from common.validation import text_of


def charts_of(
    catalogue: GameCatalogue, in_game_id: float, playtype: str, difficulty: Difficulty
) -> list[Chart]:
    """The charts of a song, in whatever version; primary ones first."""
    wanted = difficulty if isinstance(difficulty, frozenset) else (difficulty,)
    return [
        chart
        for chart in catalogue.charts_by_data("inGameID", in_game_id)
        if chart.playtype == playtype and chart.difficulty in wanted
    ]


def of_version(
    catalogue: GameCatalogue, charts: Sequence[Chart], version: str | None
) -> Chart | None:
    """The first chart of this version of the game; charts: of one playtype.

    version: None = one that nobody here has a name for. Neither that nor a version of which the
    catalogue has no charts yet may lose a score: the chart is found where only one comes into
    question.
    """
    if charts and catalogue.version_to_match(charts[0].playtype, version) == version is not None:
        return next((chart for chart in charts if version in chart.versions), None)
    candidates = [chart for chart in charts if chart.isPrimary] or charts
    return candidates[0] if len(candidates) == 1 else None


def unknown_difficulty(song_id: Any, difficulty: Any) -> SongOrChartNotFound:
    """Of a score on a difficulty that has no name here yet: it waits until there is one.

    Both as the service or the game numbers or names them.
    """
    return SongOrChartNotFound(
        f"Could not find chart with songID {text_of(song_id)}: {text_of(difficulty)} is no"
        " difficulty known so far."
    )


def difficulty_text(difficulty: Difficulty) -> str:
    """How messages spell it; ANY_INF is the only one that stands for several."""
    return difficulty if isinstance(difficulty, str) else "ANY_INF"
