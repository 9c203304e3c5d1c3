"""What the configurations of many games have in common.

Source: specification, games/README.md sections 2, 3, 5, 10 and 11.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final

from msgspec import Meta, Struct

from common.catalogue.documents import Chart, Song
from common.games.kit.grades import GradeTable
from common.games.model import (
    PERCENTAGE,
    POSITIVE_INTEGER,
    Decimal,
    Derived,
    Enum,
    Integer,
    Merge,
    Optional,
    ScoreData,
    ScoreValidator,
)

# --- documents ---------------------------------------------------------------------------

# A count, or the number by which a game's files call a song.
Natural = Annotated[int, Meta(ge=0)]


class Strict(Struct, forbid_unknown_fields=True):
    """The root of song data, chart data, scoreMeta and preferences: unknown keys are errors.

    A key that may be absent has the default UNSET; `| None` only where null is allowed.
    """


class Empty(Strict):
    """A game that stores nothing here."""


class Tier(Strict):
    """How hard something is on a chart, as the players of the game judged."""

    value: float
    text: str
    individualDifference: bool


class TableFolder(Strict):
    """An entry of a chart in a difficulty table."""

    table: str
    level: str


# --- metrics -----------------------------------------------------------------------------

# Mistakes from hitting early, from hitting late, and the longest combo, in this order.
FAST_SLOW_MAX_COMBO: Final = {
    "fast": Optional(Integer(POSITIVE_INTEGER)),
    "slow": Optional(Integer(POSITIVE_INTEGER)),
    "maxCombo": Optional(Integer(POSITIVE_INTEGER)),
}

# The gauge at the end, in percent.
GAUGE: Final = Optional(Decimal(PERCENTAGE))

BEST_LAMP: Final = Merge("largest", "enumIndexes.lamp", "Best Lamp", ("lamp",))


def graded(table: GradeTable, metric: str, *, minimum_relevant: str) -> Derived:
    """The grade that `table` gives for a provided metric."""

    def derive(score: ScoreData, chart: Chart) -> str:
        return table.grade(score.metrics[metric])

    return Derived(Enum(table.names, minimum_relevant), derive)


# --- judgements --------------------------------------------------------------------------


def counted(score: ScoreData, *judgements: str) -> int:
    """How many of these judgements a score has in all; unknown counts are zero."""
    return sum(score.judgements.get(judgement) or 0 for judgement in judgements)


def judgements_fit(
    rules: Mapping[str, tuple[Sequence[str], str]], *, lamp: str = "lamp"
) -> ScoreValidator:
    """Refuses lamps with judgements that they rule out.

    rules: lamp to the judgements there must be none of, and what a score that has some is told.
    lamp: the metric.
    """

    def validate(score: ScoreData, chart: Chart) -> str | None:
        rule = rules.get(score.metrics[lamp])
        if rule is None:
            return None
        judgements, text = rule
        return text if counted(score, *judgements) > 0 else None

    return validate


# --- texts of charts ---------------------------------------------------------------------


def table_entries(entries: Iterable[TableFolder]) -> str:
    """`★5, sl3`: where a chart is in difficulty tables."""
    return ", ".join(f"{entry.table}{entry.level}" for entry in entries)


def chart_text(song: Song, chart: Chart) -> str:
    """`Example (EX 41)`: for games with one playtype."""
    return f"{song.title} ({chart.difficulty} {chart.level}{_superseded(chart)})"


def chart_text_with_playtype(song: Song, chart: Chart) -> str:
    """`Example (SP ANOTHER 10)`: for games with several playtypes."""
    return f"{song.title} ({chart.playtype} {chart.difficulty} {chart.level}{_superseded(chart)})"


def _superseded(chart: Chart) -> str:
    """A chart that was replaced is told apart by the first version it is in."""
    return "" if chart.isPrimary or not chart.versions else f" {chart.versions[0]}"
