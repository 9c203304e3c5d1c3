"""Subscribing to goals and quests, and leaving them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from common.targets import refusals
from common.targets.construct import InvalidGoal
from common.targets.refusals import Reason, SubscriptionRefused
from tests.support.follower import NOW, Follower
from worker.runtime import Runtime
from worker.targets.subscriptions import BrokenQuest

SCORE = {"key": "score", "value": 9_000_000}


@pytest.fixture
def player(runtime: Runtime) -> Follower:
    return Follower(runtime)


@pytest.fixture
def chart(player: Follower) -> str:
    return player.chart(1, "ADV")


@pytest.fixture
def steps(player: Follower) -> list[str]:
    """The goalIDs of three goals: a score on songs 1, 2 and 3."""
    goals = [player.follow("single", player.chart(song, "ADV"), **SCORE) for song in (1, 2, 3)]
    player.execute("DELETE FROM goal_subscriptions")
    return [goal.goalID for goal in goals]


# --- goals ---------------------------------------------------------------------------------


def test_the_first_subscription_stores_the_goal(player: Follower, chart: str) -> None:
    subscription = player.follow("single", chart, standalone=True, **SCORE)
    (goal,) = player.query("SELECT * FROM goals WHERE goal_id = :id", id=subscription.goalID)
    assert (goal.game, goal.playtype) == ("sdvx", "Single")
    assert goal.name == "Get a score of 9,000,000 on Lighthouse Signal (ADV 11)"
    assert goal.charts == {"type": "single", "data": chart}
    assert goal.criteria == {"mode": "single", "key": "score", "value": 9_000_000}
    assert msgspec.to_builtins(subscription) == {
        "goalID": subscription.goalID,
        "userID": player.user_id,
        "game": "sdvx",
        "playtype": "Single",
        "progress": None,
        "progressHuman": "NO DATA",
        "outOf": 9_000_000,
        "outOfHuman": "9,000,000",
        "achieved": False,
        "timeAchieved": None,
        "lastInteraction": None,
        "wasInstantlyAchieved": False,
        "wasAssignedStandalone": True,
    }
    assert player.goal(subscription.goalID).was_assigned_standalone is True


def test_a_goal_is_shared_by_all_who_follow_it(
    player: Follower, chart: str, runtime: Runtime
) -> None:
    other = Follower(runtime, "bob")
    assert (
        player.follow("single", chart, **SCORE).goalID
        == other.follow("single", chart, **SCORE).goalID
    )


def test_what_can_be_no_goal_is_refused(player: Follower) -> None:
    with pytest.raises(InvalidGoal, match="A chart with id nope does not exist for sdvx"):
        player.follow("single", "nope", **SCORE)
    with pytest.raises(InvalidGoal, match="A folder with id nope does not exist for sdvx"):
        player.follow("folder", "nope", **SCORE)


def test_charts_and_folders_of_another_gpt_are_refused(
    player: Follower, chart: str, runtime: Runtime
) -> None:
    folder = player.folder("theirs", [chart])
    other = Follower(runtime, "bob", game="iidx", playtype="SP")
    for kind, data in (("single", chart), ("folder", folder)):
        with pytest.raises(InvalidGoal, match="does not exist for iidx:SP"):
            other.follow(kind, data, key="lamp", value=5)


def test_a_goal_on_several_charts_names_them_all(player: Follower, chart: str) -> None:
    goal = player.follow("multi", [player.chart(2, "NOV"), chart], **SCORE)
    ((name,),) = player.query("SELECT name FROM goals WHERE goal_id = :id", id=goal.goalID)
    assert name == (
        "Get a score of 9,000,000 on either Tin Robot March (NOV 4) or Lighthouse Signal (ADV 11)"
    )


def test_a_second_subscription_is_refused(player: Follower, chart: str) -> None:
    player.follow("single", chart, standalone=True, **SCORE)
    for standalone in (True, False):
        with pytest.raises(SubscriptionRefused) as refused:
            player.follow("single", chart, standalone=standalone, **SCORE)
        assert (refused.value.reason, refused.value.status) == (Reason.ALREADY_SUBSCRIBED, 409)
        assert refused.value.message == "You are already subscribed to this goal."


def test_a_goal_of_a_quest_can_be_chosen_for_itself_even_if_achieved(
    player: Follower, chart: str
) -> None:
    player.play((1, "ADV", 9_100_000, "CLEAR"))
    goal = player.follow("single", chart, **SCORE)
    assert (goal.achieved, goal.wasInstantlyAchieved, goal.timeAchieved) == (True, True, NOW)
    again = player.follow("single", chart, standalone=True, **SCORE)
    assert again == msgspec.structs.replace(goal, wasAssignedStandalone=True)
    assert player.goal(goal.goalID).was_assigned_standalone is True


def test_an_achieved_goal_is_refused_and_leaves_nothing(player: Follower, chart: str) -> None:
    player.play((1, "ADV", 9_100_000, "CLEAR"))
    goals = player.query("SELECT goal_id FROM goals")
    with pytest.raises(SubscriptionRefused) as refused:
        player.follow("single", chart, standalone=True, **SCORE)
    assert (refused.value.reason, refused.value.status) == (Reason.ALREADY_ACHIEVED, 400)
    assert player.goal_ids() == set()
    assert player.query("SELECT goal_id FROM goals") == goals


def test_there_is_a_limit_to_goals_on_a_gpt(
    player: Follower, chart: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MAX_GOALS", 2)
    player.follow("single", chart, key="score", value=1)
    player.execute("UPDATE goal_subscriptions SET game = 'iidx', playtype = 'SP'")
    for value in (2, 3):
        player.follow("single", chart, key="score", value=value)
    with pytest.raises(SubscriptionRefused) as refused:
        player.follow("single", chart, key="score", value=4)
    assert refused.value.reason is Reason.TOO_MANY
    assert refused.value.message == "You already have 2 goals. You cannot have anymore."


def test_a_goal_can_be_left_and_stays_for_others(
    player: Follower, chart: str, runtime: Runtime
) -> None:
    other = Follower(runtime, "bob")
    goal_id = other.follow("single", chart, **SCORE).goalID
    player.follow("single", chart, **SCORE)
    player.unfollow(goal_id)
    assert player.goal_ids() == set()
    assert other.goal_ids() == {goal_id}


def test_a_goal_that_is_not_followed_cannot_be_left(player: Follower) -> None:
    with pytest.raises(SubscriptionRefused) as refused:
        player.unfollow("Gnope")
    assert (refused.value.reason, refused.value.status) == (Reason.NOT_SUBSCRIBED, 404)
    assert refused.value.message == "alice is not subscribed to this goal."


def test_a_goal_of_a_subscribed_quest_cannot_be_left(player: Follower, steps: list[str]) -> None:
    for name in ("one", "two", "three"):
        player.quest(name, steps)
    for name in ("one", "two"):
        player.join(name)
    with pytest.raises(SubscriptionRefused) as refused:
        player.unfollow(steps[0])
    assert (refused.value.reason, refused.value.status) == (Reason.PART_OF_QUEST, 400)
    assert refused.value.message == (
        "This goal is part of a quest you are subscribed to. It can only be removed by"
        " unsubscribing from the relevant quests: 'one', 'two'."
    )
    assert player.goal_ids() == set(steps)


# --- quests --------------------------------------------------------------------------------


def test_a_quest_brings_its_goals(player: Follower, steps: list[str]) -> None:
    player.play((1, "ADV", 9_100_000, "CLEAR"))
    joined = player.join(player.quest("quest", steps))
    assert msgspec.to_builtins(joined.subscription) == {
        "questID": "quest",
        "userID": player.user_id,
        "game": "sdvx",
        "playtype": "Single",
        "progress": 1,
        "achieved": False,
        "timeAchieved": None,
        "lastInteraction": None,
        "wasInstantlyAchieved": False,
    }
    assert [goal.goalID for goal in joined.goals] == steps
    assert [each.goalID for each in joined.goal_subscriptions] == steps
    assert [each.achieved for each in joined.goal_subscriptions] == [True, False, False]
    for goal_id in steps:
        assert player.goal(goal_id).was_assigned_standalone is False
    assert player.goal(steps[0]).was_instantly_achieved is True


def test_a_quest_leaves_goals_that_are_followed_already_as_they_are(
    player: Follower, chart: str, steps: list[str]
) -> None:
    player.follow("single", chart, standalone=True, **SCORE)
    player.join(player.quest("quest", steps))
    assert player.goal(steps[0]).was_assigned_standalone is True


def test_a_quest_may_be_achieved_at_once(player: Follower, steps: list[str]) -> None:
    player.play((1, "ADV", 9_100_000, "CLEAR"))
    player.join(player.quest("quest", steps[:1]))
    row = player.quest_row("quest")
    assert (row.achieved, row.was_instantly_achieved, row.time_achieved) == (True, True, NOW)


def test_a_second_subscription_to_a_quest_is_refused(player: Follower, steps: list[str]) -> None:
    player.join(player.quest("quest", steps))
    with pytest.raises(SubscriptionRefused) as refused:
        player.join("quest")
    assert (refused.value.reason, refused.value.status) == (Reason.ALREADY_SUBSCRIBED, 409)


def test_a_quest_of_another_gpt_is_not_found(
    player: Follower, steps: list[str], runtime: Runtime
) -> None:
    player.quest("quest", steps)
    other = Follower(runtime, "bob", game="iidx", playtype="SP")
    with pytest.raises(SubscriptionRefused) as refused:
        other.join("quest")
    assert (refused.value.reason, refused.value.status) == (Reason.NO_SUCH_QUEST, 404)
    assert refused.value.message == "Can't find a quest with id 'quest'."


def test_a_quest_that_lacks_goals_cannot_be_joined(player: Follower, steps: list[str]) -> None:
    player.quest("quest", [*steps, "Gone"])
    with pytest.raises(BrokenQuest):
        player.join("quest")
    assert player.goal_ids() == set()


def test_there_is_a_limit_to_quests_on_a_gpt(
    player: Follower, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MAX_QUESTS", 1)
    player.join(player.quest("one", steps))
    player.quest("two", steps)
    with pytest.raises(SubscriptionRefused) as refused:
        player.join("two")
    assert refused.value.reason is Reason.TOO_MANY
    player.leave("one")
    player.join("two")


def test_leaving_a_quest_ends_the_goals_that_nothing_else_holds(
    player: Follower, chart: str, steps: list[str]
) -> None:
    player.follow("single", chart, standalone=True, **SCORE)
    player.join(player.quest("one", steps))
    player.join(player.quest("two", steps[2:]))
    player.leave("one")
    assert player.goal_ids() == {steps[0], steps[2]}
    assert player.query("SELECT quest_id FROM quest_subscriptions") == [("two",)]


@pytest.mark.parametrize(
    ("quest", "reason"), [("known", Reason.NOT_SUBSCRIBED), ("nope", Reason.NO_SUCH_QUEST)]
)
def test_a_quest_that_is_not_followed_cannot_be_left(
    player: Follower, steps: list[str], quest: str, reason: Any
) -> None:
    player.quest("known", steps)
    with pytest.raises(SubscriptionRefused) as refused:
        player.leave(quest)
    assert refused.value.reason is reason
