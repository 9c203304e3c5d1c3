"""Sessions: which plays belong together, and to which session that there is already.

A session is a run of plays of one user on one GPT without a pause of two hours. Plays whose
time is unknown are in none.

Source: specification, pipeline-sessions.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

SESSION_GAP: Final = 2 * 60 * 60 * 1000  # ms; a pause this long ends a session


class Play(msgspec.Struct, frozen=True):
    """A score, as sessions see it. time: when it was achieved, milliseconds since the epoch."""

    score_id: str
    time: float
    calculated: Mapping[str, float | None]


@dataclass(slots=True)
class Session:
    """A session and the plays that come to it. Times are those of its first and last play.

    session_id: empty until it is stored for the first time.
    """

    time_started: float
    time_ended: float
    session_id: str = ""
    added: list[Play] = field(default_factory=list)

    def add(self, run: Sequence[Play]) -> None:
        """Puts a run of plays, in order of time, behind those that there are."""
        self.added += run
        self.time_started = min(self.time_started, run[0].time)
        self.time_ended = max(self.time_ended, run[-1].time)


@dataclass(frozen=True, slots=True)
class Placement:
    """What became of one run. created: it opened the session, rather than joined it."""

    session: Session
    created: bool


def runs(plays: Iterable[Play]) -> list[list[Play]]:
    """The plays in order of time, split wherever two hours or more lie between two of them."""
    found: list[list[Play]] = []
    previous = float("-inf")
    for play in sorted(plays, key=lambda play: play.time):
        if play.time < previous + SESSION_GAP:
            found[-1].append(play)
        else:
            found.append([play])
        previous = play.time
    return found


def place(new: Iterable[list[Play]], stored: Iterable[Session]) -> list[Placement]:
    """Puts each run into a session that it overlaps or comes close to, or into one of its own.

    Both come in order of time: runs as `runs` returns them, sessions by their start. The
    sessions are changed. Of several sessions that a run fits, it joins the earliest; sessions
    are never merged, also where a run closes the gap between two.
    """
    # The earliest is at the end. Those that ended too early for one run did so for all later.
    open_sessions = list(stored)[::-1]
    placements = []
    for run in new:
        started, ended = run[0].time, run[-1].time
        while open_sessions and open_sessions[-1].time_ended < started - SESSION_GAP:
            open_sessions.pop()
        created = not open_sessions or open_sessions[-1].time_started >= ended + SESSION_GAP
        if created:
            open_sessions.append(Session(started, ended))
        session = open_sessions[-1]
        session.add(run)
        placements.append(Placement(session, created))
    return placements
