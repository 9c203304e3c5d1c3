"""Answers that show scores. Source: specification, http-api-inspect.md sections 1 and 3."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

from common.accounts.user_documents import UserDocument
from common.catalogue.catalogue_documents import ChartDocument, SongDocument
from common.scores.score_documents import ScoreDocument


class ScoreList(msgspec.Struct):
    """Scores, with the songs and charts that they are on, each once."""

    scores: list[ScoreDocument]
    songs: list[SongDocument]
    charts: list[ChartDocument]


class OneScore(msgspec.Struct, kw_only=True):
    """A score; its user, song and chart where they were asked for."""

    score: ScoreDocument
    user: UserDocument | UnsetType = UNSET
    song: SongDocument | UnsetType = UNSET
    chart: ChartDocument | UnsetType = UNSET
