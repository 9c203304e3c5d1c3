"""Rules that the configuration of every game keeps."""

from __future__ import annotations

import re

import pytest

from common.games.model import GPT, Decimal, Enum, Game, Graph, Integer, Metric, ScoreData
from common.games.registry import COURSES_OF, GAMES, all_gpts, get_gpt, gpt_by_id, torn_apart
from common.games.scoring.hydration import score_id

each_gpt = pytest.mark.parametrize("gpt", all_gpts(), ids=lambda gpt: gpt.id)
each_game = pytest.mark.parametrize("game", GAMES.values(), ids=lambda game: game.id)

RESERVED = {
    "enumIndexes",
    "optional",
    "playcount",
    "scoreID",
    "userID",
    "folderID",
    "chartCount",
}


def test_a_gpt_is_found_by_its_id() -> None:
    assert gpt_by_id("iidx:SP") is get_gpt("iidx", "SP")


@pytest.mark.parametrize("unknown", ["iidx:XX", "nothing:SP", "iidx", ""])
def test_an_unknown_gpt_is_a_key_error(unknown: str) -> None:
    with pytest.raises(KeyError):
        gpt_by_id(unknown)


@each_game
def test_a_game_holds_its_gpts_by_playtype(game: Game) -> None:
    assert re.fullmatch("[a-z]+", game.id)
    for playtype, gpt in game.playtypes.items():
        assert (gpt.game, gpt.playtype) == (game.id, playtype)
        if len(game.playtypes) == 1:
            assert gpt.display_name == game.name
        else:
            assert gpt.display_name.startswith(f"{game.name} (")


@each_gpt
def test_defaults_exist(gpt: GPT) -> None:
    assert isinstance(gpt.metrics[gpt.default_metric], Integer | Decimal)
    assert isinstance(gpt.metrics[gpt.preferred_enum], Enum)
    assert gpt.default_score_rating in gpt.score_ratings
    assert gpt.default_session_rating in gpt.session_ratings
    assert gpt.default_profile_rating in gpt.profile_ratings


@each_gpt
def test_difficulties_and_their_shorthand_belong_together(gpt: GPT) -> None:
    if gpt.difficulties is None:
        assert gpt.default_difficulty is None
        return
    assert gpt.default_difficulty in gpt.difficulties
    assert gpt.difficulty_shorthand.keys() <= set(gpt.difficulties)


@each_gpt
def test_names_can_stand_beside_the_other_keys_of_their_documents(gpt: GPT) -> None:
    names = [*gpt.metrics, *gpt.optional, *gpt.score_ratings]

    assert len(set(names)) == len(names)
    assert not RESERVED & set(names)
    assert all(re.fullmatch("[a-zA-Z][a-zA-Z0-9]+", name) for name in names)


def declared(gpt: GPT) -> dict[str, Metric]:
    return {**gpt.metrics, **{name: optional.metric for name, optional in gpt.optional.items()}}


@each_gpt
def test_numbers_are_bounded(gpt: GPT) -> None:
    for name, metric in declared(gpt).items():
        if isinstance(metric, Integer | Decimal):
            assert metric.range is not None or metric.chart_check is not None, name
            # Goals on several charts need a bound of any chart.
            if metric.many_charts_below is not None:
                assert metric.range is not None, name
        if isinstance(metric, Decimal) and metric.range is not None:
            assert not metric.range.whole, name


@each_gpt
def test_lists_of_values_have_no_duplicates(gpt: GPT) -> None:
    for name, metric in declared(gpt).items():
        if isinstance(metric, Enum):
            assert len(metric.index) == len(metric.values), name
            assert metric.minimum_relevant is None or metric.minimum_relevant in metric.index
    for name, class_set in gpt.classes.items():
        assert len(set(class_set.ids)) == len(class_set.ids), name
        assert class_set.minimum_relevant is None or class_set.minimum_relevant in class_set.ids
        assert (class_set.kind == "DERIVED") == (class_set.derive is not None)


@each_gpt
def test_goals_on_numbers_and_enums_have_texts(gpt: GPT) -> None:
    assert gpt.goal_texts.keys() == gpt.metrics.keys()
    for name, metric in gpt.metrics.items():
        assert not isinstance(metric, Graph)
        texts = gpt.goal_texts[name]
        assert isinstance(metric, Enum) or (texts.criteria and texts.out_of)


@each_gpt
def test_merges_and_leaderboards_speak_of_places_that_exist(gpt: GPT) -> None:
    places = {
        *gpt.metrics,
        *(f"optional.{name}" for name in gpt.optional),
        *(f"enumIndexes.{name}" for name, m in gpt.metrics.items() if isinstance(m, Enum)),
        *(
            f"optional.enumIndexes.{name}"
            for name, optional in gpt.optional.items()
            if isinstance(optional.metric, Enum)
        ),
    }

    assert {key.removeprefix("-") for key in gpt.leaderboard_keys} <= places
    for rule in gpt.pb_merges:
        assert {rule.path, *rule.fields} <= places


@each_gpt
def test_an_identity_differs_with_every_metric_of_it(gpt: GPT) -> None:
    metrics: dict[str, object] = dict.fromkeys(gpt.provided, 1)
    identities = {score_id(1, gpt, "c", ScoreData(metrics))}
    for name in gpt.provided:
        identities.add(score_id(1, gpt, "c", ScoreData({**metrics, name: 2})))

    assert len(identities) == 1 + len(gpt.provided)


@each_game
def test_games_that_are_served_together_name_each_other(game: Game) -> None:
    assert all(game.id in GAMES[other].served_with for other in game.served_with)


def test_of_games_served_together_some_alone_are_noticed() -> None:
    assert torn_apart(["iidx", "pms"]) == ("bms", "pms")
    assert torn_apart(["bms", "iidx", "pms"]) == ()
    assert torn_apart([]) == ()


def test_courses_are_of_one_game() -> None:
    assert [game for game in GAMES.values() if game.has_courses] == [COURSES_OF]
