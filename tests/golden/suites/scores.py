"""score-id.jsonl and ratings/: identity, derivation, validation and rating of one score."""

from __future__ import annotations

from typing import Any

from common.errors import InternalFailure, InvalidScore
from common.games.model import Decimal, Integer
from common.games.scoring.hydration import Hydrated, hydrate, score_id
from tests.golden.compare import first_difference
from tests.golden.suites.common import chart_of, dry_score_of, gpt_of
from tests.golden.suites.registry import Case, Compared, exempt, suite


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


@exempt(
    "ratings/*.jsonl",
    "validated before deriving",
    "The reference derives, indexes and rates before it validates, so bad values end there as "
    "an internal error. Ours validates first and tells the user what is wrong.",
)
def _reference_failed_before_validating(case: Case, got: Any) -> bool:
    return "error" in case.expected and got.get("validation") is not None


@exempt(
    "ratings/*.jsonl",
    "only numbers are judged as numbers",
    "Where a number should be, the reference takes null, texts and the like for numbers once it "
    "derives and cross-checks, and complains about the results too. Ours validates first and "
    "stops at what was provided.",
)
def _complained_about_what_follows(case: Case, got: Any) -> bool:
    """A number is none, and ours says a part of what the reference says."""
    validations = case.expected.get("validation"), got.get("validation")
    if None in validations:
        return False
    theirs, ours = (validation["message"].splitlines()[1:] for validation in validations)
    metrics = gpt_of(case.given).provided
    return set(ours) < set(theirs) and any(
        type(case.given["scoreData"].get(name)) not in (int, float)
        for name, metric in metrics.items()
        if isinstance(metric, Integer | Decimal)
    )


@exempt(
    "ratings/*.jsonl",
    "unratable is null",
    "Where a rating cannot be computed from the chart's figures, the reference refuses the "
    "score. Ours keeps it, not rated.",
)
def _reference_failed_while_rating(case: Case, got: Any) -> bool:
    return (
        case.expected.get("error", {}).get("message", "").startswith("Invalid input, ")
        and got.get("validation", ...) is None
        and None in got["calculatedData"].values()
    )


@exempt(
    "ratings/*.jsonl",
    "optional enum indexes are filled",
    "The reference always stores an empty optional.enumIndexes; ours has the index of every "
    "optional ENUM metric that is present.",
)
def _optional_indexes(case: Case, got: Any) -> bool:
    return first_difference(case.expected, {**got, "optionalEnumIndexes": {}}) is None
