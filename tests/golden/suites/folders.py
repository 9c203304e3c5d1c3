"""folders.jsonl: which charts folders hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from common.catalogue.folders import resolve
from common.catalogue.queries import QueryError
from tests.golden.suites.registry import Case, Compared, departs, suite


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


@departs(
    "folders.jsonl",
    "operators in queries on songs",
    "the reference reads them as plain text, so that such a folder is always empty; ours reads "
    "them as in queries on charts and refuses those it does not have",
)
def _operators_on_songs(case: Case, expected: Any, got: Any) -> Any:
    return {
        "folders": [
            _decided(case, folder, theirs)
            for folder, theirs in zip(case.given["folders"], expected["folders"], strict=True)
        ]
    }


def _decided(case: Case, folder: Any, theirs: Any) -> Any:
    """Of a folder whose query compares fields of songs, the charts of the songs that pass."""
    conditions = folder["data"]
    if folder["type"] != "songs" or not isinstance(conditions, dict):
        return theirs
    has_operators = any(
        isinstance(condition, dict) and any(name.startswith("~") for name in condition)
        for condition in conditions.values()
    )
    if not has_operators:
        return theirs
    for condition in conditions.values():
        for name in condition if isinstance(condition, dict) else ():
            if name.startswith("~") and name not in _OPERATORS:
                message = f"folder {folder['folderID']}: operator {name} is not supported"
                return {"error": message}
    catalogue, game = case.given["catalogue"], folder["game"]
    songs = {
        song["id"]
        for song in catalogue["songs"][game]
        if all(_holds(_field(song, path), wanted) for path, wanted in conditions.items())
    }
    return _in_order(
        {
            "chartIDs": [
                chart["chartID"]
                for chart in catalogue["charts"][game]
                if chart["songID"] in songs and chart["playtype"] == folder["playtype"]
            ]
        }
    )


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "~in": lambda value, wanted: value in wanted,
    "~gte": lambda value, wanted: value is not None and value >= wanted,
    "~gt": lambda value, wanted: value is not None and value > wanted,
    "~lte": lambda value, wanted: value is not None and value <= wanted,
    "~lt": lambda value, wanted: value is not None and value < wanted,
}


def _holds(value: Any, condition: Any) -> bool:
    if not isinstance(condition, dict):
        return bool(value == condition)
    return all(_OPERATORS[name](value, wanted) for name, wanted in condition.items())


def _field(song: Any, path: str) -> Any:
    for key in path.split("¬"):
        song = song.get(key) if isinstance(song, dict) else None
    return song
