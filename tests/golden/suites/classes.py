"""class-deltas.jsonl: how one class of a profile changes with a new value."""

from __future__ import annotations

from typing import Any

from common.games.scoring.class_changes import change_classes
from tests.golden.suites.common import gpt_of
from tests.golden.suites.registry import Case, departs, suite

USER = 1


@suite("class-deltas.jsonl")
def class_deltas(case: Case) -> Any:
    given = case.given
    gpt = gpt_of(given)
    assert gpt.classes[given["set"]].kind == given["classType"]
    stored = (given["existingStats"] or {"classes": {}})["classes"]
    changed = change_classes(gpt, stored, provided=given["newClasses"], derived=given["newClasses"])
    whose = {"game": gpt.game, "playtype": gpt.playtype}
    return {
        "deltas": [
            {**whose, "set": change.set, "old": change.old, "new": change.new}
            for change in changed.changes
        ],
        "achievements": [
            {
                **whose,
                "userID": USER,
                "classSet": change.set,
                "classOldValue": change.old,
                "classValue": change.new,
                "timeAchieved": "<NOW:0>",
            }
            for change in changed.changes
            if change.rose
        ],
    }


@departs(
    "class-deltas.jsonl",
    "an unchanged class is no delta",
    "The reference reports a derived class in every import, changed or not. Ours reports "
    "changes only.",
)
def _unchanged(case: Case, expected: Any, got: Any) -> Any:
    changes = [delta for delta in expected["deltas"] if delta["old"] != delta["new"]]
    return {**expected, "deltas": changes}
