"""Sessions: which scores are in which. Source: specification, pipeline-sessions.md.

Told twice: as decided, where a group of scores joins any session that it lies in or near; and as
the reference does it, which does not see that a session encloses a group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

GAP = 2 * 60 * 60 * 1000  # ms


@dataclass
class Session:
    """session_id: empty until it is stored."""

    session_id: str
    started: float
    ended: float
    score_ids: list[str] = field(default_factory=list)


Play = tuple[float, str]  # its time, its scoreID
Fits = Callable[[Session, float, float], bool]


def as_decided(session: Session, first: float, last: float) -> bool:
    return session.started < last + GAP and session.ended >= first - GAP


def as_the_reference(session: Session, first: float, last: float) -> bool:
    return first - GAP <= session.started < last + GAP or first - GAP <= session.ended < last + GAP


def groups(plays: Iterable[Play]) -> list[list[Play]]:
    found: list[list[Play]] = []
    for play in sorted(plays, key=lambda each: each[0]):
        if found and play[0] < found[-1][-1][0] + GAP:
            found[-1].append(play)
        else:
            found.append([play])
    return found


def place(
    sessions: list[Session], new: Sequence[list[Play]], fits: Fits
) -> list[tuple[Session, str]]:
    """Puts each group into the session that began first of those that it fits, or a new one.

    Changes the sessions. What became of each group, in order: its session, and how.
    """
    outcome = []
    for group in new:
        first, last = group[0][0], group[-1][0]
        fitting = [session for session in sessions if fits(session, first, last)]
        session = min(fitting, key=lambda each: each.started, default=None)
        how = "Appended"
        if session is None:
            session, how = Session("", first, last), "Created"
            sessions.append(session)
        session.started, session.ended = min(session.started, first), max(session.ended, last)
        session.score_ids += [score_id for _, score_id in group]
        outcome.append((session, how))
    return outcome
