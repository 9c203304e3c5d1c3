"""What holds in every game, for whatever is drawn from its configuration."""

from __future__ import annotations

import math
import random
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.catalogue.documents import Chart
from common.errors import InternalFailure, InvalidScore
from common.games.kit.metric_checks import failures
from common.games.kit.ratings import (
    among_first,
    best_values,
    profile_orders,
    profile_ratings,
    profile_values,
    rated_by,
    session_ratings,
)
from common.games.model import GPT, Enum, RatedPB, ScoreData
from common.games.registry import all_gpts
from common.games.scoring.hydration import hydrate, score_id, stored_score_data
from common.games.scoring.personal_bests import PlayedScore, contenders, is_behind, merge
from common.profiles.profile_tables import PROFILE_ORDERS
from tests.common.games import strategies
from tests.support.examples import examples

each_gpt = pytest.mark.parametrize("gpt", all_gpts(), ids=lambda gpt: gpt.id)

few_examples = settings(max_examples=examples(20))


# --- derived metrics ---------------------------------------------------------------------


@each_gpt
@few_examples
@given(data=st.data())
def test_derived_metrics_lie_within_their_bounds(gpt: GPT, data: st.DataObject) -> None:
    chart, score = data.draw(strategies.played_charts(gpt))

    for name, derived in gpt.derived.items():
        assert failures(name, derived.metric, derived.derive(score, chart), chart) == []


@each_gpt
@few_examples
@given(data=st.data())
def test_doing_better_is_never_graded_worse(gpt: GPT, data: st.DataObject) -> None:
    """Grades, and everything else that is derived, in each metric they may be derived from."""
    chart, score = data.draw(strategies.played_charts(gpt))
    name = data.draw(st.sampled_from(tuple(gpt.provided)))
    better_and_better = [
        ScoreData({**score.metrics, name: value})
        for value in strategies.spread(gpt.provided[name], chart)
    ]

    for derived in gpt.derived.values():
        reached = [derived.derive(played, chart) for played in better_and_better]
        if isinstance(derived.metric, Enum):
            reached = [derived.metric.index[value] for value in reached]
        assert reached == sorted(reached)


# --- personal bests ----------------------------------------------------------------------


@st.composite
def plays_of_one_chart(
    draw: st.DrawFn, gpt: GPT, *, fewest: int = 1
) -> tuple[Chart, list[PlayedScore]]:
    """Stored scores, many of them equal in one metric or another, some of unknown time."""
    chart = draw(strategies.charts(gpt))
    numbers = {
        name: st.sampled_from(draw(st.lists(strategies.values(metric, chart), min_size=1)))
        for name, metric in gpt.provided.items()
    }
    plays = []
    score_ids = st.lists(st.text("abc", min_size=1), min_size=fewest, max_size=5, unique=True)
    for scoreID in draw(score_ids):
        score = ScoreData(
            draw(st.fixed_dictionaries(numbers)), {}, draw(strategies.optional(gpt, chart))
        )
        derived = {name: d.derive(score, chart) for name, d in gpt.derived.items()}
        whole = ScoreData({**score.metrics, **derived}, {}, score.optional)
        plays.append(
            PlayedScore(
                scoreID,
                stored_score_data(gpt, whole),
                timeAchieved=draw(st.none() | st.integers(0, 2)),
                timeAdded=draw(st.integers(0, 1)),
                highlight=draw(st.booleans()),
            )
        )
    return chart, plays


@each_gpt
@few_examples
@given(data=st.data())
def test_a_personal_best_does_not_depend_on_the_order_of_scores(
    gpt: GPT, data: st.DataObject
) -> None:
    chart, plays = data.draw(plays_of_one_chart(gpt))
    top = max(play.scoreData[gpt.default_metric] for play in plays)
    tied = [play for play in plays if play.scoreData[gpt.default_metric] == top]

    best = merge(gpt, chart, plays)

    assert best is not None
    assert best.composedFrom[0].scoreID == min(tied, key=seniority).scoreID
    assert merge(gpt, chart, data.draw(st.permutations(plays))) == best


@each_gpt
@few_examples
@given(data=st.data())
def test_a_personal_best_and_later_scores_make_what_all_scores_make(
    gpt: GPT, data: st.DataObject
) -> None:
    chart, plays = data.draw(plays_of_one_chart(gpt))
    earlier = plays[: data.draw(st.integers(0, len(plays)))]
    before = merge(gpt, chart, earlier)
    parts = set() if before is None else {part.scoreID for part in before.composedFrom}

    later = [play for play in plays if play not in earlier or play.scoreID in parts]

    assert merge(gpt, chart, later) == merge(gpt, chart, plays)


@each_gpt
@few_examples
@given(data=st.data())
def test_a_score_that_is_behind_leaves_a_personal_best_as_it_is(
    gpt: GPT, data: st.DataObject
) -> None:
    chart, [another, *plays] = data.draw(plays_of_one_chart(gpt, fewest=2))
    best = merge(gpt, chart, plays)

    assert best is not None
    if is_behind(gpt, another.scoreData, best.scoreData):
        assert merge(gpt, chart, [*plays, another]) == best
    assert not any(
        is_behind(gpt, play.scoreData, best.scoreData) for play in contenders(gpt, plays)
    )


@each_gpt
@few_examples
@given(data=st.data())
def test_a_personal_best_of_one_score_stands_for_it_among_those_of_other_times(
    gpt: GPT, data: st.DataObject
) -> None:
    chart, plays = data.draw(plays_of_one_chart(gpt))
    earlier, later = plays[:1], plays[1:]
    (only,) = earlier
    best = merge(gpt, chart, earlier)
    assert best is not None
    itself = PlayedScore(
        best.composedFrom[0].scoreID, best.scoreData, best.timeAchieved, highlight=best.highlight
    )

    others = [play for play in later if play.timeAchieved != only.timeAchieved]

    assert merge(gpt, chart, [itself, *others]) == merge(gpt, chart, [only, *others])


@each_gpt
@few_examples
@given(data=st.data())
def test_of_contenders_and_others_the_same_is_made_as_of_all(gpt: GPT, data: st.DataObject) -> None:
    chart, plays = data.draw(plays_of_one_chart(gpt))
    count = data.draw(st.integers(0, len(plays)))
    some, others = plays[:count], plays[count:]

    assert merge(gpt, chart, [*contenders(gpt, some), *others]) == merge(gpt, chart, plays)


def seniority(play: PlayedScore) -> tuple[float, float, str]:
    unknown = play.timeAchieved is None
    return math.inf if unknown else play.timeAchieved or 0, play.timeAdded, play.scoreID


# --- sessions and profiles ---------------------------------------------------------------


@each_gpt
@pytest.mark.parametrize("count", [0, 1, 40, 900])
def test_ratings_of_the_best_are_those_of_all(gpt: GPT, count: int) -> None:
    chance = random.Random(f"{gpt.id} {count}")
    hot = chance.random()
    pbs = [_rated_pb(gpt, chance, number, hot) for number in range(count)]
    first = {
        order: _first(gpt, pbs, place, most)
        for place, (order, most) in enumerate(profile_orders(gpt).items())
    }

    for name, rating in gpt.profile_ratings.items():
        among = among_first(gpt, rating, first)
        assert among is not None or rating.decided is not None
        if among is not None:
            assert rating.rate(among) == profile_ratings(gpt, pbs)[name]

    plays = [pb.calculatedData for pb in pbs]
    some = chance.randint(0, count)
    assert best_values(gpt, plays[some:], best_values(gpt, plays[:some])) == best_values(gpt, plays)
    assert rated_by(gpt, best_values(gpt, plays)) == session_ratings(gpt, plays)


def _first(gpt: GPT, pbs: list[RatedPB], place: int, most: int) -> list[RatedPB]:
    """Those with the highest values in one of the orders, as they are read from its index."""
    placed = []
    for pb in pbs:
        value = profile_values(gpt, pb.isPrimary, pb.calculatedData)[place]
        if value is not None:
            placed.append((value, pb))
    placed.sort(key=lambda each: -each[0])
    return [pb for _, pb in placed[:most]]


def _rated_pb(gpt: GPT, chance: random.Random, number: int, hot: float) -> RatedPB:
    """Many are equal; a few are on charts that were superseded, or are gone."""
    values = {key: chance.choice([None, 0, *range(60), 7.25]) for key in gpt.score_ratings}
    song = SimpleNamespace(
        displayVersion="beyond" if chance.random() < hot else "ave",
        flareCategory=chance.choice(["CLASSIC", "WHITE", "GOLD", "NONE"]),
    )
    return RatedPB(
        f"chart {number}",
        number // 2,
        chance.random() < 0.9,
        values,
        song if chance.random() < 0.95 else None,
        chance.choice(["EXT", "HARD EXT", "ADV"]),
    )


def test_there_is_an_index_for_every_order_of_a_profile() -> None:
    assert max(len(profile_orders(gpt)) for gpt in all_gpts()) == PROFILE_ORDERS


# --- hydration ---------------------------------------------------------------------------


@st.composite
def anything_for(draw: st.DrawFn, gpt: GPT) -> tuple[Chart, ScoreData]:
    """A score whose metrics are valid, absent or any JSON value at all."""
    chart = draw(strategies.charts(gpt))
    metrics: dict[str, Any] = {}
    for name, metric in gpt.provided.items():
        if draw(st.integers(0, 9)) > 0:
            metrics[name] = draw(strategies.values(metric, chart) | strategies.json_values)
    names = st.sampled_from(tuple(gpt.optional)) | st.text(max_size=2)
    optional = draw(st.dictionaries(names, strategies.json_values, max_size=2))
    return chart, ScoreData(metrics, draw(strategies.judgements(gpt)), optional)


@each_gpt
@few_examples
@given(data=st.data())
def test_whatever_is_given_is_stored_or_refused(gpt: GPT, data: st.DataObject) -> None:
    chart, score = data.draw(anything_for(gpt))

    try:
        score_id(1, gpt, chart.chartID, score)
    except InternalFailure:
        assert score.metrics.keys() != gpt.provided.keys()
    try:
        hydrated = hydrate(gpt, chart, score, None, 0)
    except InvalidScore:
        return
    assert hydrated.score_data.keys() >= gpt.metrics.keys()
    assert hydrated.calculated.keys() == gpt.score_ratings.keys()


# --- classes -----------------------------------------------------------------------------

# Some games rate up to 15, some up to 100,000.
ratings = st.sampled_from((1, 20, 400, 10_000, 200_000)).flatmap(lambda most: st.floats(-1, most))


@each_gpt
@few_examples
@given(data=st.data())
def test_a_higher_rating_never_gives_a_lower_class(gpt: GPT, data: st.DataObject) -> None:
    others = {name: data.draw(st.none() | ratings) for name in gpt.profile_ratings}
    name = data.draw(st.sampled_from(tuple(gpt.profile_ratings)))
    lower, higher = sorted([data.draw(ratings), data.draw(ratings)])

    for class_set in gpt.classes.values():
        if class_set.derive is None:
            continue
        reached = [class_set.derive({**others, name: value}) for value in (lower, higher)]
        ranks = [-1 if value is None else class_set.ids.index(value) for value in reached]
        assert ranks == sorted(ranks)
