"""Games as documents of the wire: what clients that know none of them can read of them.

Source: specification, http-api-inspect.md section 4, v3/http-api.md section 4.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from common.games.model import GPT, ClassSet, Decimal, Enum, Game, Graph, Integer, Metric
from common.games.version3 import version3_id


class GameConfig(msgspec.Struct, kw_only=True):
    """A game. games: what version 3 calls its playtypes, in their order.

    dynamicContent: whether players bring charts that the catalogue lacks.
    """

    name: str
    playtypes: list[str]
    defaultPlaytype: str
    games: list[str] | UnsetType = UNSET
    dynamicContent: bool | UnsetType = UNSET


class MetricConfig(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A metric. values: of an ENUM, worst first."""

    type: str
    values: list[str] | UnsetType = UNSET
    minimumRelevantValue: str | UnsetType = UNSET
    chartDependentMax: bool | UnsetType = UNSET
    partOfScoreID: bool | UnsetType = UNSET


class RatingConfig(msgspec.Struct):
    """A rating algorithm."""

    description: str


class ClassValueConfig(msgspec.Struct):
    id: str
    display: str
    hoverText: str | None


class ClassConfig(msgspec.Struct):
    """A set of classes, the lowest first; DERIVED from ratings or PROVIDED by imports."""

    type: str
    values: list[ClassValueConfig]


class DifficultyConfig(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The difficulties of a game: FIXED ones in order, or any text (DYNAMIC)."""

    type: str
    order: list[str] | UnsetType = UNSET
    shorthand: dict[str, str] | UnsetType = UNSET
    default: str | UnsetType = UNSET


class PlaytypeConfig(msgspec.Struct, kw_only=True):
    """A game in one of its playtypes."""

    name: str
    game: str
    playtype: str | UnsetType = UNSET
    providedMetrics: dict[str, MetricConfig]
    derivedMetrics: dict[str, MetricConfig]
    optionalMetrics: dict[str, MetricConfig]
    defaultMetric: str
    preferredDefaultEnum: str
    orderedJudgements: list[str]
    scoreRatingAlgs: dict[str, RatingConfig]
    sessionRatingAlgs: dict[str, RatingConfig]
    profileRatingAlgs: dict[str, RatingConfig]
    defaultScoreRatingAlg: str
    defaultSessionRatingAlg: str
    defaultProfileRatingAlg: str
    difficulties: DifficultyConfig
    classes: dict[str, ClassConfig]
    versions: dict[str, str]
    supportedMatchTypes: list[str]


def game_config(game: Game) -> GameConfig:
    return GameConfig(
        name=game.name,
        playtypes=list(game.playtypes),
        defaultPlaytype=next(iter(game.playtypes)),
        games=[version3_id(gpt) for gpt in game.playtypes.values()],
        dynamicContent=game.never_whole,
    )


def playtype_config(gpt: GPT, *, version3: bool) -> PlaytypeConfig:
    return PlaytypeConfig(
        name=gpt.display_name,
        game=version3_id(gpt) if version3 else gpt.game,
        playtype=UNSET if version3 else gpt.playtype,
        providedMetrics={name: _metric(metric) for name, metric in gpt.provided.items()},
        derivedMetrics={name: _metric(each.metric) for name, each in gpt.derived.items()},
        optionalMetrics={
            name: _metric(each.metric, in_score_id=each.in_score_id)
            for name, each in gpt.optional.items()
        },
        defaultMetric=gpt.default_metric,
        preferredDefaultEnum=gpt.preferred_enum,
        orderedJudgements=list(gpt.judgements),
        scoreRatingAlgs=_ratings(gpt.score_ratings),
        sessionRatingAlgs=_ratings(gpt.session_ratings),
        profileRatingAlgs=_ratings(gpt.profile_ratings),
        defaultScoreRatingAlg=gpt.default_score_rating,
        defaultSessionRatingAlg=gpt.default_session_rating,
        defaultProfileRatingAlg=gpt.default_profile_rating,
        difficulties=_difficulties(gpt),
        classes={name: _classes(each) for name, each in gpt.classes.items()},
        versions=dict(gpt.versions),
        supportedMatchTypes=list(gpt.match_types),
    )


def _metric(metric: Metric, *, in_score_id: bool = False) -> MetricConfig:
    document = MetricConfig(type=_type_of(metric))
    if isinstance(metric, Enum):
        document.values = list(metric.values)
        if metric.minimum_relevant is not None:
            document.minimumRelevantValue = metric.minimum_relevant
    elif isinstance(metric, Integer | Decimal) and metric.chart_check is not None:
        document.chartDependentMax = True
    if in_score_id:
        document.partOfScoreID = True
    return document


def _type_of(metric: Metric) -> str:
    if isinstance(metric, Graph):
        return "NULLABLE_GRAPH" if metric.nullable else "GRAPH"
    return {Integer: "INTEGER", Decimal: "DECIMAL", Enum: "ENUM"}[type(metric)]


def _ratings(ratings: Any) -> dict[str, RatingConfig]:
    return {name: RatingConfig(each.description) for name, each in ratings.items()}


def _classes(classes: ClassSet) -> ClassConfig:
    values = [ClassValueConfig(each.id, each.display, each.hover) for each in classes.values]
    return ClassConfig(classes.kind, values)


def _difficulties(gpt: GPT) -> DifficultyConfig:
    if gpt.difficulties is None:
        return DifficultyConfig(type="DYNAMIC")
    return DifficultyConfig(
        type="FIXED",
        order=list(gpt.difficulties),
        shorthand=dict(gpt.difficulty_shorthand),
        default=gpt.default_difficulty or UNSET,
    )
