"""score-id.jsonl and ratings/: identity, derivation, validation and rating of one score."""

from __future__ import annotations

from typing import Any

from common.errors import InternalFailure, InvalidScore
from common.games.scoring.hydration import Hydrated, hydrate, score_id
from tests.golden import version3
from tests.golden.suites.common import chart_of, dry_score_of, gpt_of
from tests.golden.suites.registry import Case, Compared, departs, suite
from tests.golden.told import failures


@suite("score-id.jsonl")
def identity(case: Case) -> Any:
    given = case.given
    score = dry_score_of(given["scoreData"])
    try:
        return {"scoreID": score_id(given["userID"], gpt_of(given), given["chartID"], score)}
    except InternalFailure as error:
        return {"error": {"failureType": "Internal", "message": error.message}}


@suite("ratings/*.jsonl")
def hydration(case: Case) -> Any:
    """Of a score that fails validation ours has no derived metrics: only the failure counts."""
    given, expected = case.given, case.expected
    gpt = gpt_of(given)
    now = given.get("now", 0)
    try:
        hydrated = hydrate(
            gpt,
            chart_of(gpt, given["chart"]),
            dry_score_of(given["scoreData"]),
            given.get("timeAchieved"),
            now,
        )
    except InvalidScore as error:
        failure = {"validation": {"failureType": "InvalidScore", "message": error.message}}
        if expected.get("validation") is None:
            return failure
        return Compared(failure, {"validation": expected["validation"]})
    return _document(hydrated, tuple(gpt.derived))


def _document(hydrated: Hydrated, derived: tuple[str, ...]) -> dict[str, Any]:
    stored = hydrated.score_data
    return {
        "derived": {name: stored[name] for name in derived},
        "enumIndexes": stored["enumIndexes"],
        "optionalEnumIndexes": stored["optional"]["enumIndexes"],
        "calculatedData": hydrated.calculated,
        "validation": None,
    }


@departs(
    "ratings/*.jsonl",
    "validated before deriving",
    "The reference derives, indexes and rates before it validates, so bad values end there as "
    "an internal error. Ours validates first and tells the user what is wrong.",
)
def _reference_failed_before_validating(case: Case, expected: Any, got: Any) -> Any:
    if "error" not in expected or not _is_about_a_value(expected["error"]["message"]):
        return expected
    game, given = gpt_of(case.given).game, case.given
    lines = failures.metric_lines(game, given["chart"], given["scoreData"])
    if not lines and game == "ongeki":
        lines = [line for line in [failures.ongeki_line(given["scoreData"])] if line]
    if not lines:
        return expected
    message = "\n".join([failures.heading(len(lines)), *lines])
    said = (got.get("validation") or {}).get("message", "")
    if failures.explains(game, given["chart"], given["scoreData"], said):
        # Perhaps with what follows for the score as a whole.
        message = said
    return {"validation": {"failureType": "InvalidScore", "message": message}}


def _is_about_a_value(message: str) -> bool:
    return message.startswith(("Could not resolve grade", "Got an invalid enum", "Invalid input, "))


@departs(
    "ratings/*.jsonl",
    "only numbers are judged as numbers",
    "Where a number should be, the reference takes null, texts and the like for numbers once it "
    "derives and cross-checks, and complains about the results too. Ours validates first and "
    "stops at what was provided.",
)
def _complained_about_what_follows(case: Case, expected: Any, got: Any) -> Any:
    if expected.get("validation") is None:
        return expected
    given, gpt = case.given, gpt_of(case.given)
    provided = failures.PROVIDED[gpt.game]
    numbers = [name for name, bounds in provided.items() if not isinstance(bounds, str)]
    if all(failures.is_number(given["scoreData"].get(name)) for name in numbers):
        return expected
    lines = failures.metric_lines(gpt.game, given["chart"], given["scoreData"])
    theirs = expected["validation"]["message"].splitlines()[1:]
    about = tuple(f"Invalid value for {name}, " for name in (*provided, *gpt.derived))
    # What they say of other metrics stays; of what they say of the score as a whole, ours says
    # what can be told without a number.
    ours = (got.get("validation") or {}).get("message", "").splitlines()
    lines += [
        line
        for line in theirs
        if not line.startswith(about) and (line.startswith("Invalid value for ") or line in ours)
    ]
    message = "\n".join([failures.heading(len(lines)), *lines])
    return {"validation": {**expected["validation"], "message": message}}


@departs(
    "ratings/*.jsonl",
    "charts without a level give nothing",
    "Where the reference could not rate for want of a level, version 3 has 0.",
)
def _no_level(case: Case, expected: Any, got: Any) -> Any:
    """Else it is as on a chart of the same kind whose level can be rated."""
    chart = case.given["chart"]
    rated = case.given["gpt"] in ("chunithm:Single", "arcaea:Touch") and chart["levelNum"] <= 0
    message = expected.get("error", {}).get("message", "")
    if not rated or not message.startswith("Invalid input, ") or got.get("validation"):
        return expected
    ratable = {**case.given, "chart": {**chart, "levelNum": 1}}
    as_rated: Any = hydration(Case(case.path, case.id, ratable, {}))
    return {**as_rated, "calculatedData": dict.fromkeys(as_rated["calculatedData"], 0)}


@departs(
    "ratings/*.jsonl",
    "unratable is null",
    "Where a rating cannot be computed from the chart's figures, the reference refuses the "
    "score. Ours keeps it, not rated.",
)
def _reference_failed_while_rating(case: Case, expected: Any, got: Any) -> Any:
    """Else it is as on a chart of the same kind whose level can be rated."""
    message = expected.get("error", {}).get("message", "")
    if not message.startswith("Invalid input, ") or "validation" not in got or got["validation"]:
        return expected
    ratable = {**case.given["chart"], "levelNum": 1}
    rated: Any = hydration(Case(case.path, case.id, {**case.given, "chart": ratable}, {}))
    unrated = {name for name, value in got["calculatedData"].items() if value is None}
    assert unrated, "nothing is unratable"
    return {**rated, "calculatedData": rated["calculatedData"] | dict.fromkeys(unrated)}


@departs(
    "ratings/*.jsonl",
    "rules of version 3",
    "Ratings, lamps, validation and indexes of optional ENUM metrics are as version 3 has them.",
)
def _newer_rules(case: Case, expected: Any, got: Any) -> Any:
    given = case.given
    if "error" in expected:
        return expected
    gpt, chart, score = given["gpt"], given["chart"], given["scoreData"]
    recorded = expected["validation"]
    if recorded and not recorded["message"].startswith("Got "):
        return expected
    lines = recorded["message"].splitlines()[1:] if recorded else []
    lines = version3.renewed_complaints(gpt, chart, score, lines)
    if lines:
        message = "\n".join([failures.heading(len(lines)), *lines])
        return {"validation": {"failureType": "InvalidScore", "message": message}}
    if "derived" not in expected:
        expected = {**case.expected, "validation": None}
    stored = version3.renewed_score_data(
        gpt.partition(":")[0],
        {**score, **expected["derived"], "enumIndexes": expected["enumIndexes"]},
    )
    return {
        "derived": {name: stored[name] for name in expected["derived"]},
        "enumIndexes": stored["enumIndexes"],
        "optionalEnumIndexes": stored["optional"].get("enumIndexes", {}),
        "calculatedData": version3.renewed_ratings(gpt, chart, stored, expected["calculatedData"]),
        "validation": None,
    }
