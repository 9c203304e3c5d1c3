"""Ratings and classes after imports, and after scores went away."""

from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.index import GameCatalogue
from common.database.engine import copy_rows
from common.games.registry import get_game
from tests.support.importer import Importer
from worker.records import profiles

DEFAULT_PREFERENCES: dict[str, Any] = {
    "preferredScoreAlg": None,
    "preferredSessionAlg": None,
    "preferredProfileAlg": None,
    "preferredDefaultEnum": None,
    "defaultTable": None,
    "preferredRanking": None,
    "stats": [],
    "gameSpecific": {},
}


def iidx(
    *scores: int, playtype: str = "SP", classes: dict[str, Any] | None = None
) -> dict[str, Any]:
    """An import of iidx scores, which may be none."""
    document: dict[str, Any] = {
        "meta": {"game": "iidx", "playtype": playtype, "service": "tests"},
        "scores": [
            {
                "score": score,
                "lamp": "CLEAR",
                "matchType": "tachiSongID",
                "identifier": "1",
                "difficulty": "HYPER",
            }
            for score in scores
        ],
    }
    if classes is not None:
        document["classes"] = classes
    return document


def sdvx(*scores: int, lamp: str = "CLEAR", difficulty: str = "MXM") -> dict[str, Any]:
    """An import of sdvx scores, from which a class is derived."""
    return {
        "meta": {"game": "sdvx", "playtype": "Single", "service": "tests"},
        "scores": [
            {
                "score": score,
                "lamp": lamp,
                "matchType": "tachiSongID",
                "identifier": "1",
                "difficulty": difficulty,
            }
            for score in scores
        ],
    }


def stats(importer: Importer) -> dict[str, Any]:
    """By GPT, ratings and classes."""
    rows = importer.query("SELECT * FROM user_game_stats ORDER BY game, playtype DESC")
    return {f"{row.game}:{row.playtype}": (row.ratings, row.classes) for row in rows}


def settings(importer: Importer) -> list[str]:
    rows = importer.query("SELECT * FROM game_settings ORDER BY game, playtype DESC")
    return [f"{row.game}:{row.playtype}" for row in rows]


def achievements(importer: Importer) -> list[tuple[str, str | None, str]]:
    rows = importer.query("SELECT * FROM class_achievements ORDER BY id")
    return [(row.class_set, row.class_old_value, row.class_value) for row in rows]


def events(importer: Importer) -> list[Any]:
    return importer.query("SELECT * FROM outbox_events WHERE type = 'class-update/v1' ORDER BY id")


def recompute(importer: Importer, game: str, *playtypes: str) -> None:
    with importer.runtime.engine.begin() as connection:
        catalogue = importer.runtime.catalogues.get(connection, game)
        profiles.recompute(connection, importer.user_id, catalogue, playtypes)


def lose_all_scores(importer: Importer, game: str, *playtypes: str) -> None:
    importer.execute("DELETE FROM scores")
    importer.execute("DELETE FROM personal_bests")
    recompute(importer, game, *playtypes)


# --- ratings and settings ----------------------------------------------------------------


def test_the_first_import_makes_a_profile_and_settings(importer: Importer) -> None:
    importer.imported(iidx(1000))
    assert stats(importer) == {
        "iidx:SP": (
            {"ktLampRating": 0.4, "ktLampRatingHC": 0, "ktLampRatingEXHC": 0, "BPI": None},
            {},
        )
    }
    (row,) = importer.query("SELECT * FROM game_settings")
    assert (row.user_id, row.game, row.playtype, row.rivals) == (
        importer.user_id,
        "iidx",
        "SP",
        [],
    )
    specific = {"display2DXTra": False, "bpiTarget": 0}
    assert row.preferences == {**DEFAULT_PREFERENCES, "gameSpecific": specific}


def test_a_game_without_settings_of_its_own_starts_without_any(importer: Importer) -> None:
    importer.imported(sdvx(9_000_000))
    (row,) = importer.query("SELECT * FROM game_settings")
    assert row.preferences == DEFAULT_PREFERENCES


def test_ratings_are_of_all_personal_bests_old_and_new(importer: Importer) -> None:
    importer.imported(sdvx(9_000_000))
    importer.imported(sdvx(9_500_000, difficulty="EXH"))
    (ratings, _) = stats(importer)["sdvx:Single"]
    rated = importer.query("SELECT calculated_data FROM personal_bests")
    assert len(rated) == 2
    assert ratings == {
        name: pytest.approx(sum(row[0][name] for row in rated)) for name in ("VF6", "VF7")
    }


def test_settings_that_are_there_are_left_alone(importer: Importer) -> None:
    importer.execute(
        "INSERT INTO game_settings VALUES (:user_id, 'sdvx', 'Single', '{7}', '{}')",
        user_id=importer.user_id,
    )
    importer.imported(sdvx(9_000_000))
    (row,) = importer.query("SELECT * FROM game_settings")
    assert (row.rivals, row.preferences) == ([7], {})


def test_without_a_class_provider_only_playtypes_with_new_scores_are_updated(
    importer: Importer,
) -> None:
    importer.imported(iidx(1000))
    importer.imported(iidx(1000, playtype="DP"))
    right = stats(importer)
    importer.execute("UPDATE user_game_stats SET ratings = '{}'")
    importer.imported(iidx(1001, playtype="DP"))
    assert stats(importer) == {**right, "iidx:SP": ({}, {})}
    importer.imported(iidx(classes={}))
    assert stats(importer) == right


def test_ratings_that_look_at_the_song_find_it(importer: Importer) -> None:
    game = get_game("ddr")
    songs = [
        {
            "id": number,
            "title": "Song",
            "artist": "Artist",
            "altTitles": [],
            "searchTerms": [],
            "data": {"inGameID": number, "flareCategory": category},
        }
        for number, category in enumerate(("CLASSIC", "NONE"))
    ]
    catalogue = GameCatalogue.from_documents(game, songs, [])
    with importer.runtime.engine.begin() as connection:
        copy_rows(
            connection,
            "personal_bests",
            [
                *("user_id", "chart_id", "game", "playtype", "song_id", "is_primary", "highlight"),
                *("ranking_values", "score_data", "calculated_data", "composed_from"),
            ],
            [
                [
                    *(importer.user_id, f"of {song}", "ddr", "SP", song, True, False),
                    *([1], {}, {"flareSkill": 100 + song}, {}),
                ]
                for song in (0, 1, 2)
            ],
        )
        profiles.recompute(connection, importer.user_id, catalogue, ["SP", "DP"])
    assert stats(importer) == {"ddr:SP": ({"flareSkill": 100}, {"flare": "NONE"})}


# --- classes -----------------------------------------------------------------------------


def test_a_first_class_is_a_delta_an_achievement_and_an_event(importer: Importer) -> None:
    document = importer.imported(iidx(1000, classes={"dan": "DAN_3"}))
    delta = {"game": "iidx", "playtype": "SP", "set": "dan", "old": None, "new": "DAN_3"}
    assert document["classDeltas"] == [{**delta, "gameID": "iidx-sp"}]
    assert stats(importer)["iidx:SP"][1] == {"dan": "DAN_3"}
    (achievement,) = importer.query("SELECT * FROM class_achievements")
    assert (achievement.user_id, achievement.game, achievement.playtype) == (
        importer.user_id,
        "iidx",
        "SP",
    )
    assert achievements(importer) == [("dan", None, "DAN_3")]
    assert document["timeStarted"] <= achievement.time_achieved <= document["timeFinished"]
    (event,) = events(importer)
    assert event.user_id == importer.user_id
    assert event.content == {"userID": importer.user_id, **delta}


def test_a_provided_class_rises_and_never_falls(importer: Importer) -> None:
    seen = [
        [(delta["old"], delta["new"]) for delta in document["classDeltas"]]
        for value in ("DAN_3", "DAN_3", "KAIDEN", "DAN_8", None)
        for document in [importer.imported(iidx(classes={"dan": value}))]
    ]
    assert seen == [[(None, "DAN_3")], [], [("DAN_3", "KAIDEN")], [], []]
    assert stats(importer)["iidx:SP"][1] == {"dan": "KAIDEN"}
    assert achievements(importer) == [("dan", None, "DAN_3"), ("dan", "DAN_3", "KAIDEN")]
    assert len(events(importer)) == 2


def test_a_class_without_any_score_is_kept_and_told_once(importer: Importer) -> None:
    first = importer.imported(iidx(classes={"dan": "DAN_3"}))
    again = importer.imported(iidx(classes={"dan": "DAN_3"}))
    assert (len(first["classDeltas"]), again["classDeltas"]) == (1, [])
    assert stats(importer) == {
        "iidx:SP": (
            dict.fromkeys(("ktLampRating", "ktLampRatingHC", "ktLampRatingEXHC", "BPI")),
            {"dan": "DAN_3"},
        )
    }
    assert settings(importer) == ["iidx:SP"]
    assert len(achievements(importer)) == len(events(importer)) == 1


def test_an_import_that_leaves_nothing_makes_no_profile(importer: Importer) -> None:
    importer.imported(iidx(classes={}))
    assert stats(importer) == {}
    assert settings(importer) == []


def test_an_unchanged_derived_class_is_no_delta(importer: Importer) -> None:
    first = importer.imported(sdvx(9_000_000))
    assert [delta["new"] for delta in first["classDeltas"]] == ["SIENNA_I"]
    assert importer.imported(sdvx(9_000_001))["classDeltas"] == []
    assert achievements(importer) == [("vfClass", None, "SIENNA_I")]


def test_a_derived_class_that_fell_is_a_delta_and_nothing_more(importer: Importer) -> None:
    importer.imported(sdvx(9_000_000))
    importer.execute("""UPDATE user_game_stats SET classes = '{"vfClass": "COBALT_I"}'""")
    told = len(events(importer))
    document = importer.imported(sdvx(9_000_001))
    assert [(d["old"], d["new"]) for d in document["classDeltas"]] == [("COBALT_I", "SIENNA_I")]
    assert stats(importer)["sdvx:Single"][1] == {"vfClass": "SIENNA_I"}
    assert len(achievements(importer)) == len(events(importer)) == told == 1


def test_a_failed_import_achieves_nothing_and_tells_nobody(
    importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: Any, **more: Any) -> None:
        raise RuntimeError("as if the last step had a fault")

    with monkeypatch.context() as patched:
        patched.setattr("worker.imports.steps.write_document.assemble", fail)
        outcome = importer.run(importer.accept(iidx(1000, classes={"dan": "DAN_3"})))
    assert outcome.error_status == 500
    assert (stats(importer), achievements(importer), events(importer)) == ({}, [], [])
    assert importer.query("SELECT FROM personal_bests") == []


# --- when scores went away ---------------------------------------------------------------


def test_a_class_that_can_no_longer_be_derived_is_cleared(importer: Importer) -> None:
    importer.imported(sdvx(9_000_000))
    importer.execute("""UPDATE user_game_stats SET classes = classes || '{"dan": "DAN_5"}'""")
    lose_all_scores(importer, "sdvx", "Single")
    assert stats(importer) == {"sdvx:Single": ({"VF6": None, "VF7": None}, {"dan": "DAN_5"})}


def test_a_profile_of_nothing_is_deleted_with_its_default_settings(importer: Importer) -> None:
    importer.imported(sdvx(9_000_000))
    lose_all_scores(importer, "sdvx", "Single")
    assert stats(importer) == {}
    assert settings(importer) == []


@pytest.mark.parametrize(
    "change",
    ["rivals = '{2}'", """preferences = preferences || '{"preferredRanking": "rival"}'"""],
)
def test_settings_that_the_user_made_outlive_the_profile(importer: Importer, change: str) -> None:
    importer.imported(sdvx(9_000_000))
    importer.execute(f"UPDATE game_settings SET {change}")
    lose_all_scores(importer, "sdvx", "Single")
    assert stats(importer) == {}
    assert settings(importer) == ["sdvx:Single"]


def test_what_is_left_is_rated_and_classified_and_nobody_is_told(importer: Importer) -> None:
    importer.imported(iidx(1000, classes={"dan": "DAN_3"}))
    importer.imported(iidx(1000, playtype="DP"))
    importer.imported(sdvx(9_000_000))
    before = (stats(importer), settings(importer), achievements(importer), len(events(importer)))
    importer.execute("UPDATE user_game_stats SET ratings = '{}', classes = classes - 'vfClass'")
    recompute(importer, "iidx", "SP", "DP")
    recompute(importer, "sdvx", "Single")
    after = (stats(importer), settings(importer), achievements(importer), len(events(importer)))
    assert after == before


def test_nothing_derived_comes_of_nothing(importer: Importer) -> None:
    """The ratings of some games are 0 without any score, and 0 would be a class."""
    for game in ("jubeat", "ongeki"):
        catalogue = GameCatalogue(game, 0, [], [])
        with importer.runtime.engine.begin() as connection:
            deltas = profiles.update(
                connection, importer.user_id, catalogue, ["Single"], profiles.Provided(), 0
            )
        assert deltas == []
    assert stats(importer) == {}
