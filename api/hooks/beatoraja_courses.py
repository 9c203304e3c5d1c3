"""Whether a course of beatoraja counts. Source: specification, http-api-ir.md section 6.2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.errors import UserError
from common.validation.json_schema import object_of
from common.validation.rules import INTEGER, STRING, Check, ListOf, Record, one_of

CHARTS: Final = 4

_NOT_CLEARED: Final = ("Failed", "NoPlay", "Easy", "LightAssistEasy", "AssistEasy")
_CLEARED: Final = ("Normal", "Hard", "ExHard", "FullCombo", "Perfect", "Max")
_LN_MODE: Final = 0
_NO_RANDOM: Final = (0, 1)


def _are_charts(charts: Any) -> bool:
    return (
        isinstance(charts, list)
        and len(charts) == CHARTS
        and all(isinstance(each, dict) and isinstance(each.get("md5"), str) for each in charts)
    )


COURSE: Final = Record(
    {
        "course": Record(
            {
                "charts": Check(
                    _are_charts,
                    f"Expected an array of {CHARTS} objects with MD5 properties.",
                    {
                        "type": "array",
                        "items": object_of(md5={"type": "string"}),
                        "minItems": CHARTS,
                        "maxItems": CHARTS,
                    },
                ),
                "constraint": ListOf(STRING),
            },
            others=True,
        ),
        "score": Record(
            {
                "clear": one_of(
                    "NoPlay", "Failed", "AssistEasy", "LightAssistEasy", "Easy", *_CLEARED
                ),
                "option": INTEGER,
                "lntype": one_of(0, 1, 2),
            },
            others=True,
        ),
    },
    others=True,
)


def is_cleared(score: Mapping[str, Any]) -> bool:
    return score["clear"] not in _NOT_CLEARED


def check(course: Mapping[str, Any], score: Mapping[str, Any]) -> None:
    """Raises UserError for a way of playing in which no class is given."""
    constraint = course["constraint"]
    gauges = [each for each in constraint if each.startswith("GAUGE_")]
    if score["lntype"] != _LN_MODE:
        raise UserError(400, "LN mode is the only supported mode for dans.")
    for mode in ("CN", "HCN"):
        if mode in constraint:
            raise UserError(400, f"{mode} mode is not allowed in dans.")
    if any(gauge != "GAUGE_LR2" for gauge in gauges):
        raise UserError(400, "Dan GAUGE mode must be GAUGE_LR2.")
    if score["option"] not in _NO_RANDOM:
        raise UserError(400, "RANDOM is not allowed in courses.")


def md5sums(course: Mapping[str, Any]) -> str:
    """What a course is looked up by."""
    return "".join(chart["md5"] for chart in course["charts"])
