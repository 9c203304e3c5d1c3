"""goal-strings.jsonl: the texts of goal values and of progress towards them."""

from __future__ import annotations

from typing import Any

from common.games.goals import out_of_text, progress_text
from common.games.hydration import score_data_of
from tests.golden.suites.common import gpt_of
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
