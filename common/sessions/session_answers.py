"""Answers that show sessions. Source: specification, http-api-inspect.md sections 2 and 3.5."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from common.accounts.user_documents import UserDocument
from common.catalogue.catalogue_documents import ChartDocument, FolderDocument, SongDocument
from common.scores.score_documents import ScoreDocument
from common.sessions.session_documents import ScoreInfo, SessionDocument


class LastSession(msgspec.Struct):
    session: SessionDocument
    scoreInfo: list[ScoreInfo]


class WholeSession(msgspec.Struct, kw_only=True):
    """A session with everything in it. index: which of its player's it is, from 1."""

    session: SessionDocument
    songs: list[SongDocument]
    charts: list[ChartDocument]
    scores: list[ScoreDocument]
    user: UserDocument | None
    scoreInfo: list[ScoreInfo]
    index: int | UnsetType = UNSET


class AdjacentSessions(msgspec.Struct):
    """The sessions before and after one."""

    prev: SessionDocument | None
    next: SessionDocument | None


class FolderRaise(msgspec.Struct, kw_only=True):
    """Charts of a folder that a session brought to a value of a metric.

    previousCount: charts of the folder that had it before. type: the metric.
    """

    folder: FolderDocument
    previousCount: int
    raisedCharts: list[str]
    type: str
    value: str
    totalCharts: int
