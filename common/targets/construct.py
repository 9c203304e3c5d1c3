"""Making a goal: whether it makes sense, what it is called, its goalID.

Source: specification, pipeline-goals-quests.md sections 1 and 2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET

from common.catalogue.documents import Chart, Song
from common.errors import UserError
from common.games.kit.goals import criteria_text
from common.games.kit.metric_checks import range_failure
from common.games.model import GPT, Enum, Graph
from common.targets.target_documents import Goal, GoalCharts, GoalCriteria
from common.text.canonical import goal_id
from common.text.numbers import fixed, plain
from common.validation import is_integer, text_of


class InvalidGoal(UserError):
    """There can be no such goal; `message` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(400, message)


class GoalFolder(msgspec.Struct, frozen=True):
    """What a goal needs to know of a folder."""

    title: str
    chart_count: int


class _Subject(msgspec.Struct, frozen=True):
    """What a goal turned out to be about: some charts or a folder. count: of the charts."""

    count: int
    charts: Sequence[Chart] = ()
    folder: GoalFolder | None = None


def construct(
    gpt: GPT,
    goal_charts: GoalCharts,
    criteria: GoalCriteria,
    *,
    charts: Mapping[str, Chart],
    songs: Mapping[int, Song],
    folders: Mapping[str, GoalFolder],
) -> Goal:
    """The goal; raises InvalidGoal with the first thing that is wrong with it.

    charts, songs: of the game by id, at least those that the goal is about.
    folders: of the GPT by id, likewise.
    """
    if criteria.mode == "single":
        criteria = msgspec.structs.replace(criteria, countNum=UNSET)
    subject = _subject(gpt, goal_charts, charts, folders)
    _check_count(criteria, subject.count)
    _check_value(gpt, criteria, subject)
    _check_mode(goal_charts, criteria)
    return Goal(
        goalID=goal_id(
            gpt.game, gpt.playtype, msgspec.to_builtins(goal_charts), msgspec.to_builtins(criteria)
        ),
        game=gpt.game,
        playtype=gpt.playtype,
        name=_name(gpt, criteria, subject, songs),
        charts=goal_charts,
        criteria=criteria,
    )


# --- whether it makes sense ----------------------------------------------------------------


def _subject(
    gpt: GPT,
    goal_charts: GoalCharts,
    charts: Mapping[str, Chart],
    folders: Mapping[str, GoalFolder],
) -> _Subject:
    match goal_charts:
        case GoalCharts("single", str(chart_id)):
            found = _charts_of(gpt, [chart_id], charts)
            if not found:
                raise InvalidGoal(f"A chart with id {chart_id} does not exist for {gpt.id}.")
            return _Subject(1, found)
        case GoalCharts("multi", list(chart_ids)):
            if len(chart_ids) < 2:
                raise InvalidGoal(
                    "Invalid charts.data for 'multi' charts. Must specify atleast two charts."
                )
            found = _charts_of(gpt, chart_ids, charts)
            if len(found) != len(chart_ids):
                raise InvalidGoal(
                    f"Expected charts.data to match {len(chart_ids)} charts. Instead, it only "
                    f"matched {len(found)}. Are all of these chartIDs valid?"
                )
            return _Subject(len(found), found)
        case GoalCharts("folder", str(folder_id)):
            folder = folders.get(folder_id)
            if folder is None:
                raise InvalidGoal(f"A folder with id {folder_id} does not exist for {gpt.id}.")
            return _Subject(folder.chart_count, folder=folder)
    raise InvalidGoal(f"Invalid goal.charts.type of {goal_charts.type}.")


def _charts_of(gpt: GPT, chart_ids: Sequence[str], charts: Mapping[str, Chart]) -> list[Chart]:
    """The charts that exist in the GPT, in the order given; each once."""
    known = (charts.get(chart_id) for chart_id in dict.fromkeys(chart_ids))
    return [chart for chart in known if chart is not None and chart.playtype == gpt.playtype]


def _check_count(criteria: GoalCriteria, charts: int) -> None:
    count = criteria.countNum
    if criteria.mode == "proportion":
        if count is UNSET or not 0 < count <= 1:
            raise InvalidGoal(
                "Invalid countNum for goal with criteria.mode of 'proportion'. "
                "Expected a decimal in (0, 1]"
            )
        if math.floor(charts * count) == 0:
            raise InvalidGoal(
                f"countNum ({plain(count)}) is too small for a goal with {charts} charts. "
                "Would result in requiring 0 charts to achieve the goal."
            )
    elif criteria.mode == "absolute" and not (is_integer(count) and 2 <= count <= charts):
        raise InvalidGoal(
            "Invalid countNum for goal with criteria.mode of 'absolute'. Expected a whole number "
            "less than the total amount of charts available and greater than 1. "
            f"(Got {text_of(count)}, while total charts was {charts}.)"
        )


def _check_value(gpt: GPT, criteria: GoalCriteria, subject: _Subject) -> None:
    key, value = criteria.key, criteria.value
    metric = gpt.metrics.get(key)
    if metric is None:
        raise InvalidGoal(f"Invalid criteria.key for {gpt.display_name} (Got {key}).")
    if isinstance(metric, Enum):
        if value not in range(len(metric.values)):
            raise InvalidGoal(
                f"Invalid value of {plain(value)} for {key} goal. "
                f"No such {key} exists at that index."
            )
        return
    if isinstance(metric, Graph):
        raise InvalidGoal(f"Cannot set a goal on {key} as it's a graph metric.")
    on_one = len(subject.charts) == 1
    if metric.chart_check is not None and not on_one:
        most = metric.many_charts_below
        if most is None or not 0 <= value < most:
            raise InvalidGoal(
                f"Creating {key} goals on multiple charts where the maximum value is relative to "
                "the chart is a terrible idea, and has been disabled."
            )
    failure = None if metric.range is None else range_failure(metric.range, value)
    if failure is None and metric.chart_check is not None and on_one:
        failure = metric.chart_check(value, subject.charts[0])
    if failure is not None:
        raise InvalidGoal(f"Invalid value {plain(value)} for {key}, {failure}")


def _check_mode(goal_charts: GoalCharts, criteria: GoalCriteria) -> None:
    if goal_charts.type == "single" and criteria.mode != "single":
        raise InvalidGoal("Criteria Mode must be 'single' if Charts Type is 'single'.")
    if goal_charts.type == "multi" and criteria.mode == "proportion":
        raise InvalidGoal(
            "Criteria Mode must be 'single' or 'absolute' if Charts Type is 'multi'. Doesn't make "
            "sense to have proportional goals when you're capped at 10 charts."
        )


# --- what it is called ---------------------------------------------------------------------


def _name(gpt: GPT, criteria: GoalCriteria, subject: _Subject, songs: Mapping[int, Song]) -> str:
    reach = criteria_text(gpt, criteria.key, criteria.value)
    if subject.folder is not None:
        return f"{reach} {_many(criteria)} in the {subject.folder.title} folder"
    titles = [gpt.chart_text(songs[chart.songID], chart) for chart in subject.charts]
    return f"{reach} {_which(criteria, titles)}"


def _many(criteria: GoalCriteria) -> str:
    """Which charts of a folder."""
    count = criteria.countNum
    if count is UNSET:
        return "any chart"
    if criteria.mode == "absolute":
        return f"{plain(count)} charts"
    # Not rounded first: 0.07 * 100 is a little more than 7 and keeps its decimals.
    percent = count * 100
    return f"{fixed(percent, 0 if percent == math.floor(percent) else 2)}% of the charts"


def _which(criteria: GoalCriteria, titles: Sequence[str]) -> str:
    """Which of the charts with these titles."""
    if len(titles) == 1:
        return titles[0]
    if criteria.countNum == len(titles):
        return _listed(titles, "and")
    if criteria.countNum is not UNSET:
        return f"any {plain(criteria.countNum)} of {_listed(titles, 'or')}"
    return f"{'either' if len(titles) == 2 else 'any one of'} {_listed(titles, 'or')}"


def _listed(titles: Sequence[str], conjunction: str) -> str:
    return f"{', '.join(titles[:-1])} {conjunction} {titles[-1]}"
