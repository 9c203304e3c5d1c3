"""Scores and personal bests as the lines of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from api.web import wording
from common.games.model import GPT, Decimal, Enum, Integer


@dataclass(frozen=True, slots=True)
class Line:
    """A score on its chart.

    enums: lamp, grade and whatever else the game grades by, by name. raised: what is better than
    it was before, a text each; None where nothing is known of that. is_new: the chart was new.
    """

    title: str
    artist: str
    difficulty: str
    level: str
    value: str
    enums: dict[str, str]
    rating: float | None
    time: float | None
    raised: list[str] | None
    is_new: bool
    rank: str


@dataclass(frozen=True, slots=True)
class Table:
    """Lines of one GPT. metric, rating: the names of what `value` and `rating` are."""

    gpt: GPT
    metric: str
    enums: tuple[str, ...]
    rating: str
    lines: list[Line]

    @property
    def charts(self) -> list[tuple[Line, list[Line]]]:
        """The lines by chart, in the order in which the charts come first; the first of each."""
        order = {_chart(line): place for place, line in reversed([*enumerate(self.lines)])}
        ordered = sorted(self.lines, key=lambda line: order[_chart(line)])
        found = [list(lines) for _, lines in groupby(ordered, key=_chart)]
        return [(lines[0], lines) for lines in found]


def _chart(line: Line) -> tuple[str, str, str, str]:
    return (line.title, line.artist, line.difficulty, line.level)


def tables(
    scores: Iterable[Mapping[str, Any]],
    charts: Sequence[Mapping[str, Any]],
    songs: Sequence[Mapping[str, Any]],
    info: Iterable[Mapping[str, Any]] = (),
) -> list[Table]:
    """A table for each GPT of these documents. info: ScoreInfo of the scores, as far as known."""
    of_songs = {str(song["id"]): song for song in songs}
    of_charts = {chart["chartID"]: chart for chart in charts}
    raises = {each["scoreID"]: each for each in info}
    found: dict[str, Table] = {}
    for score in scores:
        gpt = wording.gpt_of(score)
        table = found.get(gpt.id)
        if table is None:
            table = found[gpt.id] = Table(
                gpt, gpt.default_metric, _enums(gpt), gpt.default_score_rating, []
            )
        chart = of_charts.get(score["chartID"], {})
        song = chart.get("song") or of_songs.get(str(score["songID"]), {})
        table.lines.append(_line(gpt, score, chart, song, raises.get(score.get("scoreID"))))
    return list(found.values())


def _enums(gpt: GPT) -> tuple[str, ...]:
    return tuple(name for name, metric in gpt.metrics.items() if isinstance(metric, Enum))


def _enum(gpt: GPT, name: str, data: Mapping[str, Any]) -> str:
    """Its text, also where version 2 has the place of it."""
    value = data.get(name, wording.NOTHING)
    metric = gpt.metrics[name]
    return metric.values[value] if isinstance(value, int) and isinstance(metric, Enum) else value


def _line(
    gpt: GPT,
    score: Mapping[str, Any],
    chart: Mapping[str, Any],
    song: Mapping[str, Any],
    info: Mapping[str, Any] | None,
) -> Line:
    data = score["scoreData"]
    ranking = score.get("rankingData")
    return Line(
        title=song.get("title", "A chart that is gone"),
        artist=song.get("artist", ""),
        difficulty=chart.get("difficulty", ""),
        level=chart.get("level", ""),
        value=wording.number(data.get(gpt.default_metric)),
        enums={name: _enum(gpt, name, data) for name in _enums(gpt)},
        rating=score["calculatedData"].get(gpt.default_score_rating),
        time=score["timeAchieved"],
        raised=None if info is None else list(_raised(gpt, data, info.get("deltas", {}))),
        is_new=info is not None and info["isNewScore"],
        rank="" if ranking is None else f"{ranking['rank']} of {ranking['outOf']}",
    )


def _raised(gpt: GPT, data: Mapping[str, Any], deltas: Mapping[str, float]) -> Iterable[str]:
    for name, metric in gpt.metrics.items():
        delta = deltas.get(name, 0)
        if delta <= 0:
            continue
        if isinstance(metric, Enum):
            before = metric.values[metric.index[data[name]] - int(delta)]
            yield f"{name} {before} → {data[name]}"
        elif isinstance(metric, Integer | Decimal):
            yield f"{name} {wording.change(delta)}"
