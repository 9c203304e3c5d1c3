"""goal-strings, goal-construct and goals: texts, names and identities of goals, how far one is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
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
from tests.golden.suites.common import chart_of, gpt_of, song_of
from tests.golden.suites.registry import Case, suite


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


@suite("goal-construct.jsonl")
def construction(case: Case) -> Any:
    catalogue = _Catalogue(case.given["catalogue"])
    return {"goals": [_constructed(catalogue.construct(goal)) for goal in case.given["goals"]]}


@suite("goals.jsonl")
def evaluation(case: Case) -> Any:
    catalogue = _Catalogue(case.given["catalogue"])
    bests = {pb["chartID"]: Best(pb["scoreData"], pb["timeAchieved"]) for pb in case.given["pbs"]}
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
