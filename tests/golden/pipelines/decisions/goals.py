"""Goals, as our decisions would have them."""

from __future__ import annotations

from typing import Any

from tests.golden.pipelines.catalogue import known_difficulties
from tests.golden.pipelines.decisions.outcome import Outcome, Rules

RULES = Rules()


@RULES.add
def texts_of_goals_are_up_to_date(outcome: Outcome) -> bool:
    """The reference's texts are as old as the progress itself; ours are always those of the
    scores, which was seen after the step (see `target_concessions`).
    """
    seen = False
    ours = {
        (each["userID"], each["goalID"]): each for each in outcome.our_state.get("goal-subs", [])
    }
    for theirs in outcome.state.get("goal-subs", []):
        our = ours.get((theirs["userID"], theirs["goalID"]))
        if our is not None and _progress(our) == _progress(theirs):
            seen = _take_texts(theirs, our) or seen
    changes = {each["importID"]: each for each in outcome.our_import_documents()}
    for document in outcome.import_documents():
        infos = {i["goalID"]: i for i in changes.get(document["importID"], {}).get("goalInfo", [])}
        for info in document["goalInfo"]:
            our = infos.get(info["goalID"])
            if our is not None and _progress(our["old"]) == _progress(info["old"]):
                seen = _take_texts(info["old"], our["old"]) or seen
    return seen


def _progress(standing: dict[str, Any]) -> tuple[Any, Any]:
    return standing["progress"], standing["outOf"]


def _take_texts(theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    texts = {name: ours[name] for name in ("progressHuman", "outOfHuman")}
    changed = any(theirs[name] != text for name, text in texts.items())
    theirs.update(texts)
    return changed


@RULES.add
def charts_of_itg_have_known_difficulties(outcome: Outcome) -> None:
    """See `catalogue`: a difficulty that the catalogue does not have stands for another there."""
    if isinstance(outcome.result, dict):
        for goal in [outcome.result.get("goal"), *outcome.result.get("goals", [])]:
            if goal is not None:
                goal["name"] = known_difficulties(goal)
