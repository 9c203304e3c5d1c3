"""What a subscription becomes when the user's standing changes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from common.targets.evaluate import GoalStanding, QuestStanding
from common.targets.subscriptions import (
    GoalSubscription,
    QuestSubscription,
    goal_after,
    goal_change,
    goal_moved,
    goals_achieved_event,
    new_goal_subscription,
    new_quest_subscription,
    quest_achieved_event,
    quest_after,
    quest_change,
    quest_moved,
)
from common.targets.target_documents import Goal, GoalCharts, GoalCriteria

GOAL = Goal(
    "G1", "sdvx", "Single", "a goal", GoalCharts("single", "c"), GoalCriteria("single", "score", 10)
)
BEFORE, NOW = 100, 200


def standing(progress: float | None, *, text: str = "text") -> GoalStanding:
    return GoalStanding(progress, text, 10, "10", progress is not None and progress >= 10)


def subscribed(progress: float | None, **fields: Any) -> GoalSubscription:
    """As it is some time after subscribing with this progress."""
    new = new_goal_subscription(7, GOAL, standing(progress), standalone=True, now=BEFORE)
    return msgspec.structs.replace(new, **fields)


def test_a_new_subscription_has_never_been_interacted_with() -> None:
    new = new_goal_subscription(7, GOAL, standing(3.0), standalone=False, now=NOW)
    assert msgspec.to_builtins(new) == {
        "goalID": "G1",
        "userID": 7,
        "game": "sdvx",
        "playtype": "Single",
        "progress": 3,
        "progressHuman": "text",
        "outOf": 10,
        "outOfHuman": "10",
        "achieved": False,
        "timeAchieved": None,
        "lastInteraction": None,
        "wasInstantlyAchieved": False,
        "wasAssignedStandalone": False,
    }


def test_a_goal_that_is_achieved_when_subscribed_to_says_so() -> None:
    new = subscribed(10)
    assert (new.achieved, new.timeAchieved, new.wasInstantlyAchieved) == (True, BEFORE, True)
    assert new.lastInteraction is None


@pytest.mark.parametrize(
    ("before", "after", "time_achieved", "last_interaction", "instantly"),
    [
        pytest.param(None, 3, None, NOW, False, id="first progress"),
        pytest.param(3, 3, None, None, False, id="nothing moved"),
        pytest.param(3, 9, None, NOW, False, id="progress"),
        pytest.param(9, 3, None, NOW, False, id="a step back"),
        pytest.param(9, 10, NOW, NOW, False, id="achieved"),
        pytest.param(10, 10, BEFORE, None, True, id="still achieved"),
        pytest.param(10, 11, BEFORE, NOW, True, id="more than achieved"),
        pytest.param(11, 9, None, NOW, False, id="lost"),
        pytest.param(10, None, None, NOW, False, id="every score is gone"),
    ],
)
def test_a_goal_follows_the_standing(
    before: int | None,
    after: int | None,
    time_achieved: int | None,
    last_interaction: int | None,
    instantly: bool,
) -> None:
    old = subscribed(before)
    new = goal_after(old, standing(after), NOW)
    assert (new.progress, new.achieved) == (after, after is not None and after >= 10)
    assert new.timeAchieved == time_achieved
    assert new.lastInteraction == last_interaction
    assert new.wasInstantlyAchieved is instantly
    assert goal_moved(old, new) is (before != after)


def test_a_change_of_the_text_alone_touches_nothing_else() -> None:
    old = subscribed(3, lastInteraction=BEFORE)
    new = goal_after(old, standing(3, text="fewer misses"), NOW)
    assert new == msgspec.structs.replace(old, progressHuman="fewer misses")
    assert not goal_moved(old, new)


def test_a_goal_that_got_longer_moved() -> None:
    old = subscribed(10)
    new = goal_after(old, GoalStanding(10, "10", 12, "12", achieved=False), NOW)
    assert goal_moved(old, new)
    assert (new.outOf, new.timeAchieved) == (12, None)


def test_whole_numbers_have_no_fraction() -> None:
    text = msgspec.json.encode(goal_change(subscribed(3.0), subscribed(92.5))).decode()
    assert '"progress":3,' in text
    assert '"progress":92.5,' in text


def test_one_event_tells_of_the_newly_achieved_goals_only() -> None:
    won = subscribed(9), goal_after(subscribed(9), standing(10), NOW)
    kept = subscribed(10), goal_after(subscribed(10), standing(11), NOW)
    lost = subscribed(10), goal_after(subscribed(10), standing(3), NOW)
    assert goals_achieved_event(7, "sdvx", [kept, lost]) is None
    content = goals_achieved_event(7, "sdvx", [lost, won, kept])
    assert content is not None
    stat = {"progressHuman": "text", "outOf": 10, "outOfHuman": "10"}
    assert content == {
        "userID": 7,
        "game": "sdvx",
        "goals": [
            {
                "goalID": "G1",
                "playtype": "Single",
                "old": {**stat, "progress": 9, "achieved": False},
                "new": {**stat, "progress": 10, "achieved": True},
            }
        ],
    }


# --- quests --------------------------------------------------------------------------------


def quest(progress: int, out_of: int = 3) -> QuestSubscription:
    achieved = progress >= out_of
    return new_quest_subscription(
        7, "Q1", "sdvx", "Single", QuestStanding(progress, out_of, achieved), BEFORE
    )


@pytest.mark.parametrize(
    ("before", "after", "out_of", "time_achieved", "last_interaction"),
    [
        pytest.param(1, 1, 3, None, None, id="nothing moved"),
        pytest.param(1, 2, 3, None, NOW, id="progress"),
        pytest.param(2, 3, 3, NOW, NOW, id="achieved"),
        pytest.param(3, 3, 3, BEFORE, None, id="still achieved"),
        pytest.param(3, 2, 3, None, NOW, id="lost"),
        pytest.param(2, 2, 2, NOW, None, id="the quest got shorter"),
        pytest.param(3, 3, 4, None, None, id="the quest got longer"),
    ],
)
def test_a_quest_follows_its_goals(
    before: int, after: int, out_of: int, time_achieved: int | None, last_interaction: int | None
) -> None:
    old = quest(before)
    achieved = after >= out_of
    new = quest_after(old, QuestStanding(after, out_of, achieved), NOW)
    assert (new.progress, new.achieved) == (after, achieved)
    assert (new.timeAchieved, new.lastInteraction) == (time_achieved, last_interaction)
    assert quest_moved(old, new) is (before != after)


def test_a_quest_is_news_when_it_is_achieved() -> None:
    old = quest(2)
    new = quest_after(old, QuestStanding(3, 3, achieved=True), NOW)
    change = {
        "questID": "Q1",
        "old": {"progress": 2, "achieved": False},
        "new": {"progress": 3, "achieved": True},
    }
    assert quest_change(old, new) == change
    assert quest_achieved_event(old, new) == {
        "userID": 7,
        "game": "sdvx",
        "playtype": "Single",
        **change,
    }
    assert quest_achieved_event(new, new) is None
    assert quest_achieved_event(new, old) is None
