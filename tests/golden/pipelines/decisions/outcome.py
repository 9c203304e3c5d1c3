"""One step of a recorded case: what came of it then, and what comes of it now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.golden.suites.registry import Case


@dataclass
class Memory:
    """What rules remember from step to step of a case.

    failing_orphans: how many the reference keeps, for it fails to see what is wrong with them.
    later_versions: how many ours keeps, for they are of a version that is not known yet.
    highlighted: scores that were marked out by what imported them.
    """

    failing_orphans: int = 0
    later_versions: int = 0
    highlighted: set[str] = field(default_factory=set)
    departures: set[str] = field(default_factory=set)


@dataclass
class Outcome:
    """What came of step `number` of a case: as recorded, and as ours.

    States are collections by name, in no order; ours has the ones that were recorded.
    """

    case: Case
    number: int
    result: Any
    state: dict[str, list[Any]]
    our_result: Any
    our_state: dict[str, list[Any]]
    memory: Memory
    # Ours of a collection, recorded or not.
    read: Callable[[str], list[Any]]

    def set_result(self, result: Any) -> None:
        self.result = result

    @property
    def step(self) -> Any:
        return self.case.given["steps"][self.number]

    def import_documents(self) -> Iterator[dict[str, Any]]:
        """The recorded ImportDocuments."""
        if is_import(self.result):
            yield self.result
        yield from self.state.get("imports", [])

    def our_import_documents(self) -> Iterator[dict[str, Any]]:
        if is_import(self.our_result):
            yield self.our_result
        yield from self.our_state.get("imports", [])


def is_import(result: Any) -> bool:
    return isinstance(result, dict) and "importID" in result


def chart_of(outcome: Outcome, document: dict[str, Any]) -> dict[str, Any] | None:
    """The chart of a score or a personal best; None for one that came from players."""
    found = [
        chart
        for chart in reversed(documents(outcome.case, "charts", document["game"]))
        if chart["chartID"] == document["chartID"]
    ]
    return found[0] if found else None


def documents(case: Case, kind: str, game: str) -> list[Any]:
    """All songs or charts of a game that the catalogue of a case ever has."""
    catalogues = [case.given["catalogue"]]
    catalogues += [step["catalogue"] for step in case.given["steps"] if "catalogue" in step]
    return [
        document
        for catalogue in catalogues
        for document in (catalogue.get(kind) or {}).get(game, [])
    ]


# Changes the outcome; whether it did, where that is to be counted.
Rule = Callable[[Outcome], bool | None]


class Rules(list[Rule]):
    """The rules of one subject, in the order in which they are applied."""

    def add(self, rule: Rule) -> Rule:
        self.append(rule)
        return rule
