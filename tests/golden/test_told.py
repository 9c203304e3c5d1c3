"""What is told a second time: on cases small enough to see."""

from __future__ import annotations

from typing import Any

from tests.golden.told import bests, failures, grouping

HOUR = 60 * 60 * 1000


def score(score_id: str, points: int, lamp: int, achieved: int | None) -> dict[str, Any]:
    return {
        "scoreID": score_id,
        "timeAchieved": achieved,
        "timeAdded": 0,
        "highlight": False,
        "scoreData": {
            "score": points,
            "lamp": str(lamp),
            "enumIndexes": {"lamp": lamp},
            "optional": {"enumIndexes": {}},
        },
    }


def test_of_equal_scores_the_earliest_is_the_base() -> None:
    best = bests.compose("wacca", [score("T1", 5, 1, None), score("T2", 5, 1, 7)])
    assert best["composedFrom"] == [{"name": "Best Score", "scoreID": "T2"}]
    assert best["tied"]


def test_a_better_lamp_is_merged() -> None:
    best = bests.compose("wacca", [score("T1", 9, 0, 3), score("T2", 5, 2, 7)])
    assert [each["scoreID"] for each in best["composedFrom"]] == ["T1", "T2"]
    assert (best["scoreData"]["lamp"], best["timeAchieved"], best["tied"]) == ("2", 7, False)


def test_the_reference_does_not_see_a_session_around_a_group() -> None:
    around = [grouping.Session("Q1", 0, 10 * HOUR, ["a", "b"])]
    inside = [[(5 * HOUR, "c")]]
    ((_, theirs),) = grouping.place(
        [grouping.Session("Q1", 0, 10 * HOUR)], inside, grouping.as_the_reference
    )
    ((joined, ours),) = grouping.place(around, inside, grouping.as_decided)
    assert (theirs, ours, joined.score_ids) == ("Created", "Appended", ["a", "b", "c"])


def test_two_hours_split() -> None:
    assert len(grouping.groups([(0, "a"), (grouping.GAP, "b")])) == 2
    assert len(grouping.groups([(0, "a"), (grouping.GAP - 1, "b")])) == 1


def test_lines_of_a_wrong_score_are_those_of_the_specification() -> None:
    wrong = {"score": -1, "lamp": "bogus", "optional": {}}
    lines = failures.metric_lines("sdvx", {"data": {}, "difficulty": "NOV"}, wrong)
    assert lines[0] == "Invalid value for score, Expected a number between 0 and 10000000. Got -1."
    assert lines[1].startswith("Invalid value for lamp, got bogus, but expected any of FAILED, ")
    message = "\n".join([failures.heading(2), *lines])
    assert failures.explains("sdvx", {"data": {}, "difficulty": "NOV"}, wrong, message)
    assert not failures.explains(
        "sdvx", {"data": {}, "difficulty": "NOV"}, wrong, message + "\nSomething else."
    )
