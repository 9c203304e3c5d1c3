"""What an import made of a subscription, and what taking it back makes of it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from common.targets.changes import Change, is_as_left, state_of, without
from common.targets.subscriptions import GoalSubscription, QuestSubscription

GOAL = GoalSubscription(
    goalID="G1",
    userID=1,
    game="sdvx",
    playtype="Single",
    progress=9_000_000,
    progressHuman="9,000,000",
    outOf=9_000_000,
    outOfHuman="9,000,000",
    achieved=True,
    timeAchieved=100,
    lastInteraction=None,
    wasInstantlyAchieved=True,
    wasAssignedStandalone=False,
)
LOST = replace(
    GOAL,
    progress=8_000_000,
    achieved=False,
    timeAchieved=None,
    lastInteraction=200,
    wasInstantlyAchieved=False,
)
QUEST = QuestSubscription("Q1", 1, "sdvx", "Single", 3, True, 100, 100, False)
LOST_QUEST = replace(QUEST, progress=2, achieved=False, timeAchieved=None, lastInteraction=200)


@pytest.mark.parametrize(("before", "after"), [(GOAL, LOST), (QUEST, LOST_QUEST)])
def test_what_an_import_lost_is_had_since_when_it_was_had(before: Any, after: Any) -> None:
    assert without(after, Change(state_of(before), state_of(after))) == before


@pytest.mark.parametrize(
    ("since", "as_left"),
    [
        ({"progressHuman": "8.000.000"}, True),
        ({"wasAssignedStandalone": True}, True),
        ({"progress": 8_500_000}, False),
        ({"lastInteraction": 300}, False),
    ],
)
def test_only_what_nothing_moved_since_is_taken_back(since: dict[str, Any], as_left: bool) -> None:
    now = replace(LOST, **since)
    change = Change(state_of(GOAL), state_of(LOST))
    assert is_as_left(now, change) is as_left
    assert without(now, change) == (replace(GOAL, **_not_followed(now)) if as_left else now)


def _not_followed(subscription: GoalSubscription) -> dict[str, Any]:
    names = ("progressHuman", "wasAssignedStandalone")
    return {name: getattr(subscription, name) for name in names}


@pytest.mark.parametrize("change", [None, Change(None, state_of(LOST))])
def test_without_a_state_before_nothing_changes(change: Change | None) -> None:
    assert without(LOST, change) == LOST
