"""Charts of SOUND VOLTEX, found by the game's own song ids.

Source: specification, import-types/README.md section 10.
"""

from __future__ import annotations

from typing import Final

from common.catalogue.documents import Chart
from common.catalogue.index import Difficulty, GameCatalogue
from common.errors import SongOrChartNotFound
from common.games.sdvx import ANY_INF
from common.validation import text_of
from worker.import_types.services.finding import difficulty_text

GAME: Final = "sdvx"

# The game's own order of difficulties; ANY_INF has another name in every release.
DIFFICULTIES: Final[tuple[Difficulty, ...]] = ("NOV", "ADV", "EXH", ANY_INF, "MXM", "ULT")
# The numbers of those that the hooks' texts name.
NAMED: Final = range(len(DIFFICULTIES) - 1)


def find(
    catalogue: GameCatalogue,
    song_id: float,
    difficulty: Difficulty,
    version: str,
    released_as: str = "",
) -> Chart:
    """The chart in this version. Raises SongOrChartNotFound, which ends with `released_as`."""
    wanted = catalogue.version_to_match("Single", version)
    chart = catalogue.chart_by_in_game_id(song_id, "Single", difficulty, wanted)
    if chart is None:
        raise SongOrChartNotFound(
            f"Could not find chart with songID {text_of(song_id)}"
            f" ({difficulty_text(difficulty)}{released_as}"
        )
    return chart
