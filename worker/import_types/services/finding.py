"""Finding charts by the number that a game gives its song, as services name them."""

from __future__ import annotations

from collections.abc import Sequence

from common.catalogue.documents import Chart
from common.catalogue.index import Difficulty, GameCatalogue


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


def of_version(charts: Sequence[Chart], version: str | None) -> Chart | None:
    """The first chart of this version of the game.

    version: None = a newer one than the service's list names. Nobody can know what comes next,
    and a score must not be lost for it: the chart is found where only one comes into question.
    """
    if version is not None:
        return next((chart for chart in charts if version in chart.versions), None)
    candidates = [chart for chart in charts if chart.isPrimary] or charts
    return candidates[0] if len(candidates) == 1 else None


def difficulty_text(difficulty: Difficulty) -> str:
    """How messages spell it; ANY_INF is the only one that stands for several."""
    return difficulty if isinstance(difficulty, str) else "ANY_INF"
