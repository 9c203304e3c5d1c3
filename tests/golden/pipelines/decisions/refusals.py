"""What is refused, and in which words; and who is busy."""

from __future__ import annotations

import json
import re
from typing import Any

from common.games.registry import GAMES
from tests.golden.pipelines.decisions.outcome import Outcome, Rules
from tests.golden.pipelines.world import NO_SUCH_USER, WAITS

RULES = Rules()


# --- refusals -----------------------------------------------------------------------------------

_SCORE_META = re.compile(r"Invalid BATCH-MANUAL: scores\[\d+\]\.scoreMeta \| ")


@RULES.add
def wrong_score_meta_is_explained_in_a_sentence(outcome: Outcome) -> bool:
    """The reference prints its checker's own data structure."""
    theirs, ours = _refusal(outcome.result), _refusal(outcome.our_result)
    if not (theirs and ours and (found := _SCORE_META.match(theirs["message"]))):
        return False
    issues = json.loads(theirs["message"][found.end() :].removesuffix("."))
    assert ours["message"].startswith(found[0].removesuffix(" | "))
    for key in issues[0].get("keys", []) or issues[0]["path"]:
        assert str(key) in ours["message"], (issues, ours)
    theirs["message"] = ours["message"]
    return True


@RULES.add
def byte_order_marks_are_skipped(outcome: Outcome) -> None:
    """To the reference, a file that begins with one is no JSON."""
    theirs, ours = _refusal(outcome.result), _refusal(outcome.our_result)
    if theirs and ours and theirs["message"].startswith("Invalid JSON."):
        file = outcome.step["parserArguments"][0]["$file"]
        if file.get("text", "").startswith("\ufeff"):
            assert ours["message"] == "Could not retrieve meta.game - is this valid BATCH-MANUAL?"
            theirs["message"] = ours["message"]


@RULES.add
def nobody_unknown_gets_as_far_as_an_import(outcome: Outcome) -> None:
    """In ours there is nobody to accept it from."""
    error = outcome.result.get("error") if isinstance(outcome.result, dict) else None
    if isinstance(error, dict) and error.get("failureType") == "Internal":
        assert error["message"].startswith("User with ID"), error
        outcome.result["error"] = NO_SUCH_USER["error"]


def _refusal(result: Any) -> Any:
    """Why all of an import was refused, if it was."""
    error = result.get("error") if isinstance(result, dict) else None
    return error if isinstance(error, dict) and error.get("fatal") else None


@RULES.add
def games_with_one_playtype_need_no_playtype(outcome: Outcome) -> None:
    """As in version 3; what is missing besides is told instead."""
    theirs, ours = _refusal(outcome.result), _refusal(outcome.our_result)
    wanted = "Could not retrieve meta.playtype - is this valid BATCH-MANUAL?"
    if theirs and ours and theirs["message"] == wanted:
        meta = outcome.step["parserArguments"][0]["$file"]["json"]["meta"]
        if len(GAMES[meta["game"]].playtypes) == 1 and "service" not in meta:
            theirs["message"] = (
                "Invalid BATCH-MANUAL: meta.service | Expected a string with length between 3 and"
                " 60. | Received undefined [type: undefined]."
            )


# --- busy users ----------------------------------------------------------------------------------


@RULES.add
def imports_of_busy_users_wait(outcome: Outcome) -> None:
    """An import of a busy user is never refused; it waits its turn."""
    error = outcome.result.get("error") if isinstance(outcome.result, dict) else None
    refused = isinstance(error, dict) and error.get("statusCode") == 409
    if refused and outcome.our_result == WAITS:
        outcome.result.clear()
        outcome.result.update(WAITS)
