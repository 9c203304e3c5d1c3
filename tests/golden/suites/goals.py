"""goal-strings, goal-construct and goals: texts, names and identities of goals, how far one is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from common.catalogue.documents import Chart, Song
from common.games.kit.goals import out_of_text, progress_text
from common.games.model import GPT
from common.games.registry import get_gpt
from common.games.scoring.hydration import score_data_of
from common.targets.construct import GoalFolder, InvalidGoal, construct
from common.targets.evaluate import Best, chart_ids_of, evaluate
from common.targets.target_documents import Goal, GoalCharts, GoalCriteria
from common.text.canonical import goal_id
from tests.golden.compare import first_difference
from tests.golden.suites.common import chart_of, gpt_of, song_of
from tests.golden.suites.registry import Case, exempt, suite
from tests.golden.version3 import (
    DDR_LAMPS,
    STARS,
    renewed_score_data,
    renewed_standing,
    renumbered,
    stars_text,
)


@suite("goal-strings.jsonl")
def texts(case: Case) -> Any:
    given = case.given
    gpt = gpt_of(given)
    try:
        if "pb" in given:
            pb = score_data_of(gpt, given["pb"]["scoreData"])
            return {"human": progress_text(gpt, given["key"], pb, given["goalValue"])}
        return {"human": out_of_text(gpt, given["key"], given["value"])}
    except ValueError as error:
        return {"error": str(error)}


@exempt(
    "goal-strings.jsonl",
    "stars are counted out",
    "Goals on ONGEKI's platinum stars show what is there and what is missing, as in version 3.",
)
def _stars(case: Case, got: Any) -> bool:
    given = case.given
    if given["key"] != "platinumStars":
        return False
    count = given["pb"]["scoreData"]["platinumStars"] if "pb" in given else given["value"]
    if count not in range(len(STARS)):
        return got.keys() == {"error"}
    return bool(got == {"human": stars_text(count)})


@suite("goal-construct.jsonl")
def construction(case: Case) -> Any:
    catalogue = _Catalogue(case.given["catalogue"])
    return {"goals": [_constructed(catalogue.construct(goal)) for goal in case.given["goals"]]}


@suite("goals.jsonl")
def evaluation(case: Case) -> Any:
    catalogue = _Catalogue(case.given["catalogue"])
    bests = {
        pb["chartID"]: Best(renewed_score_data(pb["game"], pb["scoreData"]), pb["timeAchieved"])
        for pb in case.given["pbs"]
    }
    outcomes = []
    for document in case.given["goals"]:
        goal = catalogue.construct(document)
        outcome = _constructed(goal)
        if isinstance(goal, Goal):
            chart_ids = chart_ids_of(goal.charts, catalogue.charts_of_folders)
            standing = evaluate(_gpt(document), goal.criteria, chart_ids, bests)
            outcome["evaluation"] = msgspec.to_builtins(standing)
        outcomes.append(outcome)
    return {"goals": outcomes}


_BY_PLACE = (
    "lamps by their new places",
    "DDR's LIFE4 is less than the full combos, and goals name lamps by their place; goals on "
    "ONGEKI's platinum stars show all of them.",
)


@exempt("goal-strings.jsonl", *_BY_PLACE)
def _lamps_by_place(case: Case, got: Any) -> bool:
    """The text of a place is that of the place where the same lamp was."""
    given = case.given
    if not given["gpt"].startswith("ddr:") or given["key"] != "lamp" or "pb" in given:
        return False
    moved = Case(case.path, case.id, {**given, "value": DDR_LAMPS[given["value"]]}, None)
    return bool(texts(moved) == case.expected)


@exempt("goal-construct.jsonl", *_BY_PLACE)
def _goals_by_place(case: Case, got: Any) -> bool:
    return _same_but_for_places(case, construction)


@exempt("goals.jsonl", *_BY_PLACE)
def _standings_by_place(case: Case, got: Any) -> bool:
    return _same_but_for_places(case, evaluation)


def _same_but_for_places(case: Case, suite: Callable[[Case], Any]) -> bool:
    """Goals on the lamps of now are what was recorded of those on the same lamps."""
    goals = [renumbered(goal) for goal in case.given["goals"]]
    got = suite(Case(case.path, case.id, {**case.given, "goals": goals}, None))
    expected = [
        _renewed_outcome(case.given, *each)
        for each in zip(
            case.given["goals"], goals, case.expected["goals"], got["goals"], strict=True
        )
    ]
    return first_difference({"goals": expected}, got) is None


def _renewed_outcome(given: Any, before: Any, goal: Any, recorded: Any, ours: Any) -> Any:
    if _is_possible_now(goal, recorded):
        # Its name is put together from texts that other cases hold.
        assert ours["name"].startswith("Get "), ours
        made = goal_id(goal["game"], goal["playtype"], goal["charts"], goal["criteria"])
        return {"goalID": made, "name": ours["name"]}
    if "goalID" not in recorded:
        return {"constructError": _renewed_refusal(goal, recorded["constructError"])}
    outcome = dict(recorded)
    if goal["game"] == "ongeki" and _is_re_master(given, goal):
        outcome["name"] = outcome["name"].replace("(LUNATIC ", "(Re:MASTER ")
    if before != goal:
        outcome["goalID"] = goal_id(
            goal["game"], goal["playtype"], goal["charts"], goal["criteria"]
        )
    if "evaluation" not in recorded:
        return outcome
    if (goal["game"], goal["criteria"]["key"]) == ("ddr", "lamp"):
        outcome["evaluation"] = renewed_standing(goal, recorded["evaluation"], _lamps(given, goal))
    if goal["criteria"]["key"] == "platinumStars" and goal["criteria"]["mode"] == "single":
        value, progress = goal["criteria"]["value"], recorded["evaluation"]["progress"]
        outcome["evaluation"] = {**recorded["evaluation"], "outOfHuman": stars_text(value)}
        if progress is not None:
            outcome["evaluation"]["progressHuman"] = stars_text(progress)
    return outcome


def _renewed_refusal(goal: Any, recorded: str) -> str:
    """Of arcaea, what holds on any chart comes before what depends on it."""
    value = goal["criteria"]["value"]
    if goal["game"] == "arcaea" and recorded.endswith(f"Score must be non-negative. Got {value}"):
        return f"Invalid value {value} for score, Expected a positive integer."
    return recorded


def _is_possible_now(goal: Any, recorded: Any) -> bool:
    """Goals on several charts that any chart allows."""
    most = {"arcaea": ("score", 10_000_000), "maimai": ("percent", 100)}.get(goal["game"])
    key, value = goal["criteria"]["key"], goal["criteria"]["value"]
    refused = "on multiple charts where the maximum" in recorded.get("constructError", "")
    return refused and most is not None and key == most[0] and 0 <= value < most[1]


def _is_re_master(given: Any, goal: Any) -> bool:
    return any(
        chart["chartID"] == goal["charts"]["data"] and chart["data"].get("isReMaster")
        for chart in given["catalogue"]["charts"]["ongeki"]
    )


def _lamps(given: Any, goal: Any) -> list[int]:
    """The places of the lamps of the personal bests that count for a goal."""
    data = goal["charts"]["data"]
    if goal["charts"]["type"] == "folder":
        rows = given["catalogue"]["folder-chart-lookup"]
        charts = {row["chartID"] for row in rows if row["folderID"] == data}
    else:
        charts = set(data) if isinstance(data, list) else {data}
    return [
        renewed_score_data("ddr", pb["scoreData"])["enumIndexes"]["lamp"]
        for pb in given["pbs"]
        if pb["chartID"] in charts
    ]


class _Catalogue:
    """The catalogue of a case, which holds one game."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self.songs: dict[int, Song] = {}
        self.charts: dict[str, Chart] = {}
        for game, songs in documents["songs"].items():
            self.songs |= {song["id"]: song_of(game, song) for song in songs}
        for game, charts in documents["charts"].items():
            for chart in charts:
                self.charts[chart["chartID"]] = chart_of(get_gpt(game, chart["playtype"]), chart)
        self.charts_of_folders: defaultdict[str, list[str]] = defaultdict(list)
        for row in documents["folder-chart-lookup"]:
            self.charts_of_folders[row["folderID"]].append(row["chartID"])
        self.folders = {
            folder["folderID"]: GoalFolder(
                folder["title"], len(self.charts_of_folders[folder["folderID"]])
            )
            for folder in documents["folders"]
        }

    def construct(self, document: Mapping[str, Any]) -> Goal | InvalidGoal:
        try:
            return construct(
                _gpt(document),
                GoalCharts(**document["charts"]),
                GoalCriteria(**document["criteria"]),
                charts=self.charts,
                songs=self.songs,
                folders=self.folders,
            )
        except InvalidGoal as error:
            return error


def _gpt(goal: Mapping[str, Any]) -> GPT:
    return get_gpt(goal["game"], goal["playtype"])


def _constructed(goal: Goal | InvalidGoal) -> dict[str, Any]:
    if isinstance(goal, InvalidGoal):
        return {"constructError": goal.message}
    return {"goalID": goal.goalID, "name": goal.name}
