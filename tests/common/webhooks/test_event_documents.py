"""Events in the documents of either version. Source: specification, v3/http-api.md section 8."""

from __future__ import annotations

from typing import Any

import pytest

from common.webhooks.event_documents import of_wire
from common.wire import Wire

UNDONE = {"progress": 1, "achieved": False}
DONE = {"progress": 2, "achieved": True}
CLASS = {
    "userID": 12,
    "game": "iidx",
    "playtype": "DP",
    "set": "dan",
    "old": "DAN_3",
    "new": None,
    "achievementSource": "manual",
}
QUEST = {
    "userID": 12,
    "game": "itg",
    "playtype": "Stamina",
    "questID": "Q1",
    "old": UNDONE,
    "new": DONE,
}


def goal(goal_id: str, playtype: str) -> dict[str, Any]:
    return {"goalID": goal_id, "playtype": playtype, "old": UNDONE, "new": DONE}


GOALS = {"userID": 12, "game": "iidx", "goals": [goal("G1", "SP"), goal("G2", "DP")]}


def without(document: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


@pytest.mark.parametrize("content", [CLASS, QUEST, GOALS])
def test_version_2_has_game_and_playtype(content: dict[str, Any]) -> None:
    assert of_wire(content, Wire.V2) == content


@pytest.mark.parametrize(("content", "game"), [(CLASS, "iidx-dp"), (QUEST, "itg-stamina")])
def test_version_3_has_one_id_of_both(content: dict[str, Any], game: str) -> None:
    assert of_wire(content, Wire.V3) == {**without(content, "playtype"), "game": game}
    assert of_wire(content, Wire.BOTH) == {**content, "gameID": game}


def test_each_goal_has_the_id_of_its_own() -> None:
    first, second = GOALS["goals"]
    assert of_wire(GOALS, Wire.V3) == {
        "userID": 12,
        "game": "iidx-sp",
        "goals": [
            {**without(first, "playtype"), "game": "iidx-sp"},
            {**without(second, "playtype"), "game": "iidx-dp"},
        ],
    }
    assert of_wire(GOALS, Wire.BOTH) == {
        **GOALS,
        "goals": [{**first, "gameID": "iidx-sp"}, {**second, "gameID": "iidx-dp"}],
    }


@pytest.mark.parametrize("wire", Wire)
@pytest.mark.parametrize(
    "content", [{"userID": 1}, {"game": "gone", "playtype": "SP"}, {"game": "iidx"}, {"goals": []}]
)
def test_what_is_about_no_game_there_is_is_told_as_it_is(
    content: dict[str, Any], wire: Wire
) -> None:
    assert of_wire(content, wire) == content
