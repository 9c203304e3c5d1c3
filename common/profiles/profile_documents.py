"""Personal bests, stats and settings of players as documents of the wire.

Source: specification, documents.md sections 5 and 7, documents-users.md section 5.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from common.catalogue.catalogue_documents import Ids
from common.database.statements import Row
from common.games.model import GPT
from common.games.registry import get_gpt
from common.games.version3 import version3_id
from common.scores.ranking_rows import Ranking
from common.scores.score_documents import score_data
from common.wire import Wire, time_on_the_wire


class Composition(msgspec.Struct):
    """A score that a personal best is made of; the first is its base."""

    name: str
    scoreID: str


class PBDocument(msgspec.Struct, kw_only=True):
    """What a user's scores on a chart are at best. rankingData: where that stands on the chart."""

    userID: int
    chartID: str
    songID: int | str
    game: str
    playtype: str | UnsetType = UNSET
    isPrimary: bool
    highlight: bool
    timeAchieved: float | None
    scoreData: dict[str, Any]
    calculatedData: dict[str, float | None]
    composedFrom: list[Composition]
    rankingData: Ranking | None
    playcount: int | UnsetType = msgspec.field(default=UNSET, name="__playcount")


class AlgRanking(msgspec.Struct):
    """ranking: 1 + the number of players with a larger rating. outOf: players."""

    ranking: int
    outOf: int


class GameStatsDocument(msgspec.Struct, kw_only=True):
    """Ratings and classes of a player; rank: in leaderboards."""

    userID: int
    game: str
    playtype: str | UnsetType = UNSET
    ratings: dict[str, float | None]
    classes: dict[str, str | None]
    rank: int | UnsetType = UNSET


class SettingsDocument(msgspec.Struct, kw_only=True):
    """A user's settings for a game."""

    userID: int
    game: str
    playtype: str | UnsetType = UNSET
    rivals: list[int]
    preferences: dict[str, Any]


class ClassAchievementDocument(msgspec.Struct, kw_only=True):
    """A class reached for the first time, or risen to, or set by hand.

    classValue: empty where the user took the class away. source: `import` or `manual`.
    """

    userID: int
    game: str
    playtype: str | UnsetType = UNSET
    classSet: str
    classOldValue: str | None
    classValue: str
    timeAchieved: int
    source: str | UnsetType = UNSET


def personal_best(
    row: Row, wire: Wire, ids: Ids, ranking: Ranking | None, playcount: int | None = None
) -> PBDocument:
    """A row of `personal_bests`. playcount: the user's scores on the chart, where it is shown."""
    document = PBDocument(
        userID=row.user_id,
        chartID=row.chart_id if wire.has_v2 else ids.chart(row.chart_id),
        songID=row.song_id if wire.has_v2 else ids.song(row.song_id),
        game=row.game,
        isPrimary=row.is_primary,
        highlight=row.highlight,
        timeAchieved=time_on_the_wire(row.time_achieved),
        scoreData=score_data(get_gpt(row.game, row.playtype), row.score_data, wire),
        calculatedData=row.calculated_data,
        composedFrom=[Composition(**each) for each in row.composed_from],
        rankingData=ranking,
    )
    _name_game(document, row, wire)
    if playcount is not None:
        document.playcount = playcount
    return document


def game_stats(row: Row, wire: Wire, rank: int | None = None) -> GameStatsDocument:
    """A row of `user_game_stats`."""
    document = GameStatsDocument(
        userID=row.user_id,
        game=row.game,
        ratings=row.ratings,
        classes=row.classes,
    )
    _name_game(document, row, wire)
    if rank is not None and wire.has_v3:
        document.rank = rank
    return document


def settings(
    user_id: int, gpt: GPT, wire: Wire, rivals: list[int], preferences: dict[str, Any]
) -> SettingsDocument:
    document = SettingsDocument(
        userID=user_id, game=gpt.game, rivals=rivals, preferences=preferences
    )
    _name_game(document, gpt, wire)
    return document


def class_achievement(row: Row, wire: Wire) -> ClassAchievementDocument:
    """A row of `class_achievements`."""
    document = ClassAchievementDocument(
        userID=row.user_id,
        game=row.game,
        classSet=row.class_set,
        classOldValue=row.class_old_value,
        classValue=row.class_value,
        timeAchieved=row.time_achieved,
    )
    if wire.has_v3:
        document.source = row.source
    _name_game(document, row, wire)
    return document


def _name_game(
    document: PBDocument | GameStatsDocument | SettingsDocument | ClassAchievementDocument,
    of: Row | GPT,
    wire: Wire,
) -> None:
    if wire.has_v2:
        document.playtype = of.playtype
    else:
        document.game = version3_id(get_gpt(of.game, of.playtype))
