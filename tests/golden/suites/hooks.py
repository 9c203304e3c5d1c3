"""Decisions on what the hooks of games send."""

from __future__ import annotations

from typing import Any

from tests.golden.suites.registry import Case, departs


@departs(
    "import-types/ir-kshook-sv6c-static.jsonl",
    "exported scores are of the export",
    "The reference stores them as if they were of the hook for single scores.",
)
def _of_the_export(case: Case, expected: Any, got: Any) -> Any:
    if "scores" not in expected:
        return expected
    scores = [
        {**score, "dryScore": {**score["dryScore"], "importType": case.given["importType"]}}
        if "dryScore" in score
        else score
        for score in expected["scores"]
    ]
    return {**expected, "scores": scores}
