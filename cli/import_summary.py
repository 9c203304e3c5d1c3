"""What came of an import, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from rich.markup import escape

from score_import_client import ErrorLine, ImportDocument


@dataclass(frozen=True)
class Summary:
    """What an import brought, counted."""

    scores: int
    duplicates: int  # scores that were stored before
    sessions: Mapping[str, int]  # Created, Appended -> how many
    classes: list[str]
    goals_achieved: int
    quests_achieved: int
    errors: Sequence[ErrorLine] = ()
    warnings: Sequence[str] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, document: ImportDocument) -> Self:
        # Other servers of this API do not count them.
        skipped: dict[str, Any] = dict(document.get("skipped", {}))
        return cls(
            scores=len(document["scoreIDs"]),
            duplicates=skipped.pop("duplicates", 0),
            sessions=Counter(session["type"] for session in document["createdSessions"]),
            classes=[f"{delta['set']} {delta['new']}" for delta in document["classDeltas"]],
            goals_achieved=_newly_achieved(document["goalInfo"]),
            quests_achieved=_newly_achieved(document["questInfo"]),
            errors=document["errors"],
            warnings=document.get("warnings", []),
            skipped={reason: count for reason, count in skipped.items() if count},
        )

    def lines(self) -> list[str]:
        """The summary for a terminal, in rich's markup."""
        sessions = ", ".join(f"{n} {kind.lower()}" for kind, n in sorted(self.sessions.items()))
        lines = [f"[bold]{count(self.scores, 'new score')}[/], sessions: {sessions or 'none'}"]
        if self.duplicates:
            lines.append(f"{count(self.duplicates, 'score')} known before")
        if self.skipped:
            reasons = ", ".join(f"{reason} {number}" for reason, number in self.skipped.items())
            lines.append(f"passed over: {reasons}")
        if self.classes:
            lines.append(f"classes: {escape(', '.join(self.classes))}")
        if self.goals_achieved or self.quests_achieved:
            lines.append(
                f"achieved: {count(self.goals_achieved, 'goal')}, "
                f"{count(self.quests_achieved, 'quest')}"
            )
        lines += error_lines(self.errors)
        lines += [f"[yellow]note:[/] {escape(warning)}" for warning in self.warnings]
        return lines


def error_lines(errors: Sequence[ErrorLine]) -> list[str]:
    """Every error with its entry, title and difficulty, below the number of each kind."""
    kinds = Counter(error["type"] for error in errors)
    lines = [f"[yellow]{number} x {escape(kind)}[/]" for kind, number in kinds.most_common()]
    return lines + [f"    {escape(_line(error))}" for error in errors]


def _line(error: ErrorLine) -> str:
    index, identifier = error.get("index"), error.get("identifier")
    difficulty = error.get("difficulty")
    entry = "" if index is None else f"entry {index}: "
    title = "" if not identifier else f"{identifier} "
    chart = "" if not difficulty else f"[{difficulty}] "
    return f"{entry}{title}{chart}- {error['type']}: {error['message']}"


def count(number: int, noun: str) -> str:
    """A number of things, with their plural."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _newly_achieved(changes: Sequence[Mapping[str, Any]]) -> int:
    return sum(change["new"]["achieved"] and not change["old"]["achieved"] for change in changes)
