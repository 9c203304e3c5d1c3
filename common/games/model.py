"""What a game is made of: the vocabulary in which `common/games/<game>.py` is written.

A *game* groups playtypes that share songs. A *GPT* is game + playtype (`iidx:SP`) and holds
the configuration: metrics, ratings, difficulties, versions, classes, merging of personal
bests. Everything here is plain data plus pure functions.

Source: specification, games/README.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import msgspec

from common.catalogue.documents import Chart, Song
from common.validation.values import MAX_SAFE_INTEGER


class ScoreData(msgspec.Struct):
    """What was played, as the formulas see it.

    metrics: the provided metrics and, once hydrated, the derived ones, by name.
    judgements: judgement name to count; a count may be unknown (None).
    optional: the optional metrics that are present; a value may be None.
    """

    metrics: dict[str, Any]
    judgements: dict[str, int | None] = msgspec.field(default_factory=dict)
    optional: dict[str, Any] = msgspec.field(default_factory=dict)


# --- metrics ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers a metric accepts: inclusive bounds, None = unbounded on that side.

    `text` is what a value outside is told, a full sentence.
    """

    low: float | None
    high: float | None
    whole: bool
    text: str


def between(low: int, high: int) -> Range:
    return Range(low, high, False, f"Expected a number between {low} and {high}.")


def bounded_integer(low: int, high: int) -> Range:
    return Range(low, high, True, f"Expected an integer between {low} and {high}.")


# "positive" includes zero throughout, as in the texts of the specification.
POSITIVE = Range(0, None, False, "Expected a positive number.")
PERCENTAGE = between(0, 100)
POSITIVE_INTEGER = Range(0, MAX_SAFE_INTEGER, True, "Expected a positive integer.")

# Judges a metric whose bounds depend on the chart: the failure text, or None if fine.
ChartCheck = Callable[[Any, Chart], str | None]


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number, bounded on any chart by `range`, on one chart by `chart_check`.

    Where there are both, the check knows what the range says.
    many_charts_below: where the bound depends on the chart, goals on several charts may ask for
    less than this; None = there are no such goals.
    """

    range: Range | None = None
    chart_check: ChartCheck | None = None
    many_charts_below: float | None = None
    # What a score has that was sent without it, where single entries are read leniently: games
    # get metrics that older tools do not know. None = it has to be there.
    when_absent: int | None = None


@dataclass(frozen=True, slots=True)
class Decimal:
    """A finite number, bounded as an `Integer` is."""

    range: Range | None = None
    chart_check: ChartCheck | None = None
    many_charts_below: float | None = None


@dataclass(frozen=True, slots=True)
class Enum:
    """One of an ordered list of texts, worst first.

    `minimum_relevant`: values below it are left out of "new raises" lists. `was_a_number`: in
    documents of version 2 the place in the list stands for the text.
    """

    values: tuple[str, ...]
    minimum_relevant: str | None = None
    was_a_number: bool = False
    index: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", {v: i for i, v in enumerate(self.values)})


@dataclass(frozen=True, slots=True)
class Graph:
    """A list of numbers over the course of a play; `nullable` admits None elements."""

    element: Range
    nullable: bool = False


Metric = Integer | Decimal | Enum | Graph


@dataclass(frozen=True, slots=True)
class Derived:
    """A metric computed from the provided ones and the chart.

    `derive` sees provided metrics only; it may assume that they passed validation, and
    raises whatever it likes where they did not. It is also tried on values that failed
    validation, so that the user reads everything that is wrong at once.
    """

    metric: Metric
    derive: Callable[[ScoreData, Chart], Any]


@dataclass(frozen=True, slots=True)
class Optional:
    """A metric that may be absent; `in_score_id` makes it part of the score's identity."""

    metric: Metric
    in_score_id: bool = False


# --- ratings ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScoreRating:
    """`rate` is given the score and the chart; None = not rated.

    The score may lack derived metrics (it does at import), so the formula computes what it
    needs from the provided ones. What it raises, and NaN, count as not rated.
    """

    description: str
    rate: Callable[[ScoreData, Chart], float | None]


@dataclass(frozen=True, slots=True)
class SessionRating:
    """`rate` is given the `count` highest values that the score rating `key` has in a session.

    The highest comes first; there are fewer where fewer scores of the session have one.
    """

    description: str
    key: str
    count: int
    rate: Callable[[Sequence[float]], float | None]


class RatedPB(msgspec.Struct):
    """What profile ratings need of one personal best.

    songData, difficulty: of its song and chart; filled only for ratings that say
    `needs_catalogue`, None where the catalogue no longer has them.
    """

    chartID: str
    songID: int
    isPrimary: bool
    calculatedData: Mapping[str, float | None]
    songData: Any = None
    difficulty: str | None = None


@dataclass(frozen=True, slots=True)
class BestOf:
    """The `count` personal bests of a profile with the highest values of the score rating `key`.

    superseded: whether those on superseded charts are among them.
    """

    key: str
    count: int
    superseded: bool = False


@dataclass(frozen=True, slots=True)
class ProfileRating:
    """`rate` is given personal bests of one user on the GPT: all of them, or those of `best_of`.

    decided: where it takes more than their values to tell which count, whether those given
    decide the rating, whatever there is below them; where they do not, all are given.
    """

    description: str
    rate: Callable[[Sequence[RatedPB]], float | None]
    best_of: tuple[BestOf, ...]
    decided: Callable[[Sequence[RatedPB]], bool] | None = None
    # Some profile ratings (jubeat, ddr) look at the song or chart of each personal best.
    needs_catalogue: bool = False


# --- classes ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClassValue:
    id: str
    display: str
    hover: str | None = None


@dataclass(frozen=True, slots=True)
class ClassSet:
    """An ordered set of ranks, lowest first.

    PROVIDED classes are asserted by an import and never go down; DERIVED ones follow from
    the profile ratings through `derive`. `minimum_relevant` and `minimum_scores` limit
    announcements: lower classes, and players with fewer scores, are not announced.
    """

    kind: Literal["PROVIDED", "DERIVED"]
    values: tuple[ClassValue, ...]
    derive: Callable[[Mapping[str, float | None]], str | None] | None = None
    minimum_relevant: str | None = None
    minimum_scores: int | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(value.id for value in self.values)


# --- personal bests --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Merge:
    """Copies `fields` from the user's score with the extreme value at `path` onto the PB.

    `path` and `fields` name places in the stored scoreData: `score`, `enumIndexes.lamp`,
    `optional.bp`, `optional.enumIndexes.flare`.
    absent: the value of scores that have none; None = they are no candidates.
    unless: a metric and its value; scores with it are no candidates.
    """

    direction: Literal["largest", "smallest"]
    path: str
    name: str
    fields: tuple[str, ...]
    absent: float | None = None
    unless: tuple[str, str] | None = None


# --- goals -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GoalText:
    """The texts of goals on one metric.

    progress: the PB's score data and the goal value to text.
    criteria: goal value to the start of the goal's name.
    out_of: goal value to text.

    The goal value of an ENUM metric is an index; where its criteria and out_of are None, they
    are the value at that index (see `goals.py`).
    """

    progress: Callable[[ScoreData, Any], str]
    criteria: Callable[[Any], str] | None = None
    out_of: Callable[[Any], str] | None = None


# --- rules about charts ------------------------------------------------------------------


class Problem(NamedTuple):
    """What is wrong with one document of the seeds: its key, the rule, and a sentence."""

    key: str
    rule: str
    detail: str


# Finds what is wrong with the charts of a game, beyond their types; given are the documents, of
# whatever form `data` is.
ChartRule = Callable[[Sequence[Mapping[str, Any]]], Iterable[Problem]]


# --- the whole -------------------------------------------------------------------------

# Judges a whole score after all metrics were judged: the failure line, or None if fine.
ScoreValidator = Callable[[ScoreData, Chart], str | None]


# The text that names a chart to people (in goal names): `Example (SP ANOTHER 10)`.
ChartText = Callable[[Song, Chart], str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GPT:
    """The configuration of one game + playtype; mappings are in declaration order.

    Compared and hashed by identity, so that what is compiled from it can be cached on it.
    """

    game: str
    playtype: str
    # The id in version 3 of the formats, which has no playtypes: `iidx-sp`, `sdvx`.
    v3_id: str
    display_name: str

    provided: Mapping[str, Metric]
    derived: Mapping[str, Derived]
    optional: Mapping[str, Optional]
    default_metric: str
    preferred_enum: str
    judgements: tuple[str, ...]

    score_ratings: Mapping[str, ScoreRating]
    session_ratings: Mapping[str, SessionRating]
    profile_ratings: Mapping[str, ProfileRating]
    default_score_rating: str
    default_session_rating: str
    default_profile_rating: str

    # None = DYNAMIC: any text is a difficulty.
    difficulties: tuple[str, ...] | None
    # Whether special charts (WORLD'S END, UTAGE) may have difficulties that are not listed. No
    # import names a chart by one of those.
    special_difficulties: bool = False
    difficulty_shorthand: Mapping[str, str]
    default_difficulty: str | None
    # Names under which clients send charts of any of several difficulties; then a chart that was
    # superseded will do as well.
    difficulty_stands_for: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # Difficulties that the game has and no score is taken on: those of `untracked` are counted
    # and passed over; the others refuse the score with a text of their own.
    untracked_difficulties: tuple[str, ...] = ()
    refused_difficulties: Mapping[str, str] = field(default_factory=dict)
    # Names by which a score may mean any one of several difficulties.
    difficulty_groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    versions: Mapping[str, str]
    match_types: tuple[str, ...]
    chart_text: ChartText

    # Strict msgspec structs (forbid_unknown_fields).
    chart_data: type[msgspec.Struct]
    score_meta: type[msgspec.Struct]
    preferences: type[msgspec.Struct]

    classes: Mapping[str, ClassSet]
    score_validators: tuple[ScoreValidator, ...]
    pb_base_name: str = "Best Score"
    pb_merges: tuple[Merge, ...] = ()
    # Places in scoreData that, after the default metric, order the leaderboard of a chart: higher
    # is better, with a `-` before it lower; none is worst.
    leaderboard_keys: tuple[str, ...] = ("enumIndexes.lamp",)
    # One entry a provided or derived metric.
    goal_texts: Mapping[str, GoalText]

    @property
    def id(self) -> str:
        """`game:playtype`, the form used on the wire."""
        return f"{self.game}:{self.playtype}"

    @property
    def metrics(self) -> dict[str, Metric]:
        """The provided, then the derived metrics: what goals and leaderboards are about."""
        return {**self.provided, **{name: d.metric for name, d in self.derived.items()}}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Game:
    """A game: what its playtypes share."""

    id: str
    name: str
    song_data: type[msgspec.Struct]
    playtypes: Mapping[str, GPT]
    # Makes a chart document of an earlier form one of the present form.
    renew_chart: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    # How the queries of folders speak of a difficulty (or of `{"~in": [...]}`), likewise.
    difficulty_in_queries: Callable[[Any], dict[str, Any]] | None = None
    # How the queries of folders see a chart document, where that is not how it is.
    chart_in_queries: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    # Raised where scores that are stored would now be derived, rated, merged or ordered
    # differently: they are brought in line by themselves (`common/games/rules.py`).
    rules: int = 1
    # What the charts of seeds have to keep to, beyond their types.
    chart_rules: tuple[ChartRule, ...] = ()
    # Whether lists of the game's songs and charts are never whole: a load of seeds removes none.
    never_whole: bool = False
    # The field of a chart's data by which charts that players bring are known; None = they bring
    # none.
    players_charts_by: str | None = None
    # Games that are served where this one is, and only there: a client reports charts of either,
    # and the chart alone says of which.
    served_with: tuple[str, ...] = ()
    # Whether the courses of seeds are this game's: charts in a row, for a class. One game's are.
    has_courses: bool = False
    # Whether other programs ask for personal bests by the checksum of a chart's file.
    bests_by_checksum: bool = False
    # Whether personal bests are written as the e-amusement site writes them.
    eamusement_csv: bool = False
    # Whether a chart is made for one playtype; else another may have the same chart.
    one_playtype_a_chart: bool = False
    # What `preferences.gameSpecific` of a user starts as.
    default_preferences: Mapping[str, Any] = field(default_factory=dict)
