"""Sessions as documents of the wire. Source: specification, documents.md section 6."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from common.database.statements import Row
from common.games.registry import get_gpt
from common.games.version3 import version3_id
from common.wire import Wire


class ScoreInfo(TypedDict):
    """How a score of a session compares with the personal best before the session.

    deltas: by metric, of ENUM metrics in places; absent where the chart was new.
    """

    scoreID: str
    isNewScore: bool
    deltas: NotRequired[dict[str, float]]


class SessionDocument(msgspec.Struct, kw_only=True):
    """A run of scores without a pause of two hours. `__scoreInfo`: in lists of sessions."""

    userID: int
    sessionID: str
    scoreIDs: list[str]
    name: str
    desc: str | None
    game: str
    gameID: str | UnsetType = UNSET
    playtype: str | UnsetType = UNSET
    timeInserted: int
    timeStarted: float
    timeEnded: float
    calculatedData: dict[str, float | None]
    highlight: bool
    textScore: float | UnsetType = msgspec.field(default=UNSET, name="__textScore")
    scoreInfo: list[ScoreInfo] | UnsetType = msgspec.field(default=UNSET, name="__scoreInfo")


class SessionEvent(msgspec.Struct, kw_only=True):
    """A session as a calendar shows it."""

    sessionID: str
    name: str
    desc: str | None
    highlight: bool
    timeStarted: float
    timeEnded: float
    game: str
    playtype: str | UnsetType = UNSET


def session(row: Row, wire: Wire) -> SessionDocument:
    """A row of `sessions`."""
    version3 = version3_id(get_gpt(row.game, row.playtype))
    document = SessionDocument(
        userID=row.user_id,
        sessionID=row.session_id,
        scoreIDs=row.score_ids,
        name=row.name,
        desc=row.desc,
        game=row.game if wire.has_v2 else version3,
        timeInserted=row.time_inserted,
        timeStarted=_time(row.time_started),
        timeEnded=_time(row.time_ended),
        calculatedData=row.calculated_data,
        highlight=row.highlight,
    )
    if wire.has_v2:
        document.playtype = row.playtype
    if wire is Wire.BOTH:
        document.gameID = version3
    return document


def event(row: Row, wire: Wire) -> SessionEvent:
    """A row of `sessions`."""
    document = SessionEvent(
        sessionID=row.session_id,
        name=row.name,
        desc=row.desc,
        highlight=row.highlight,
        timeStarted=_time(row.time_started),
        timeEnded=_time(row.time_ended),
        game=row.game,
    )
    if wire.has_v2:
        document.playtype = row.playtype
    else:
        document.game = version3_id(get_gpt(row.game, row.playtype))
    return document


def _time(value: float) -> float:
    return int(value) if value.is_integer() else value
