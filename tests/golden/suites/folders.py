"""folders.jsonl: which charts folders hold."""

from __future__ import annotations

from typing import Any

from common.catalogue.folders import resolve
from common.catalogue.queries import QueryError
from tests.golden.suites.registry import Case, Compared, exempt, suite


@suite("folders.jsonl")
def members(case: Case) -> Any:
    got = {"folders": [_members(case, folder) for folder in case.given["folders"]]}
    return Compared(got, {"folders": [_in_order(each) for each in case.expected["folders"]]})


def _members(case: Case, folder: dict[str, Any]) -> dict[str, Any]:
    catalogue = case.given["catalogue"]
    try:
        found = resolve([folder], catalogue["songs"], catalogue["charts"])
    except QueryError as error:
        return {"error": str(error)}
    return _in_order({"chartIDs": list(found[folder["folderID"]])})


def _in_order(outcome: dict[str, Any]) -> dict[str, Any]:
    """The charts of a folder are a set."""
    if "chartIDs" in outcome:
        return outcome | {"chartIDs": sorted(outcome["chartIDs"])}
    return outcome


@exempt(
    "folders.jsonl",
    "operators in queries on songs",
    "the reference reads them as plain text, so that such a folder is always empty; ours reads "
    "them as in queries on charts and refuses those it does not have",
)
def _operators_on_songs(case: Case, got: Any) -> bool:
    return all(
        theirs == ours or (folder["type"] == "songs" and theirs == {"chartIDs": []})
        for folder, theirs, ours in zip(
            case.given["folders"],
            map(_in_order, case.expected["folders"]),
            got["folders"],
            strict=True,
        )
    )
