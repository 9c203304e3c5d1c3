"""What is wrong with a seeds folder, in the words of the person who has to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from common.errors import ScoreImportError


class Violation(NamedTuple):
    """One broken rule.

    file: name inside the seeds folder. key: the document's key as text; empty where the rule
    is about the whole file. rule: which rule, in a few words. detail: a full sentence.
    """

    file: str
    key: str
    rule: str
    detail: str

    def __str__(self) -> str:
        place = f"{self.file}, {self.key}" if self.key else self.file
        return f"{place}: {self.rule}: {self.detail}"


class SeedsError(ScoreImportError):
    """The seeds are refused as a whole; nothing was written."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        count = len(self.violations)
        first = f"; the first: {self.violations[0]}" if self.violations else ""
        super().__init__(f"{count} violation{'' if count == 1 else 's'}{first}")
