"""Answers about players. Source: specification, http-api-inspect.md sections 3 and 4."""

from __future__ import annotations

import msgspec

from common.accounts.user_documents import UserDocument
from common.profiles.profile_documents import AlgRanking, GameStatsDocument
from common.scores.score_documents import ScoreDocument


class Profile(msgspec.Struct, kw_only=True):
    """A player of a game. playtime: milliseconds that the player's sessions lasted."""

    gameStats: GameStatsDocument
    firstScore: ScoreDocument | None
    mostRecentScore: ScoreDocument | None
    totalScores: int
    rankingData: dict[str, AlgRanking]
    playtime: int


class Neighbours(msgspec.Struct, kw_only=True):
    """The players right above and below a player, both highest first."""

    above: list[GameStatsDocument]
    below: list[GameStatsDocument]
    users: list[UserDocument]
    thisUsersStats: GameStatsDocument
    thisUsersRanking: AlgRanking


class StatsLeaderboard(msgspec.Struct):
    """The players with the highest ratings."""

    gameStats: list[GameStatsDocument]
    users: list[UserDocument]
