"""Answers that show personal bests. Source: specification, http-api-inspect.md sections 3 and 4."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from common.accounts.user_documents import UserDocument
from common.catalogue.catalogue_documents import ChartDocument, FolderDocument, SongDocument
from common.profiles.profile_documents import PBDocument
from common.scores.score_documents import ScoreDocument


class BestList(msgspec.Struct):
    """Personal bests, with the songs and charts that they are on, each once."""

    pbs: list[PBDocument]
    songs: list[SongDocument]
    charts: list[ChartDocument]


class BestOnChart(msgspec.Struct, kw_only=True):
    """scores: those it is composed of, where they were asked for."""

    pb: PBDocument
    chart: ChartDocument
    song: SongDocument | UnsetType = UNSET
    scores: list[ScoreDocument] | UnsetType = UNSET


class RivalBests(msgspec.Struct):
    """The personal bests of a user and of the user's rivals on a chart."""

    pbs: list[PBDocument]
    rivals: list[UserDocument]


class BestsAround(msgspec.Struct):
    """A personal best with its neighbours: above from nearest upward, below from nearest down."""

    pb: PBDocument
    chart: ChartDocument
    adjacentAbove: list[PBDocument]
    adjacentBelow: list[PBDocument]
    users: list[UserDocument]


class ChartLeaderboard(msgspec.Struct):
    """A page of a chart's leaderboard, best first, and its players."""

    pbs: list[PBDocument]
    users: list[UserDocument]


class BestLeaderboard(msgspec.Struct):
    """The personal bests with the highest ratings, their players, songs and charts."""

    pbs: list[PBDocument]
    songs: list[SongDocument]
    charts: list[ChartDocument]
    users: list[UserDocument]


class FolderBests(msgspec.Struct):
    """A user's personal bests on the charts of a folder."""

    songs: list[SongDocument]
    charts: list[ChartDocument]
    pbs: list[PBDocument]
    folder: FolderDocument
