"""The rules of single games, which hold whether or not the server knows the game's types."""

from __future__ import annotations

from typing import Any

import pytest

from tests.common.seeds.seeds import a_chart, a_song, violations, warnings


def found(game: str, *charts: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Key, rule and detail of everything wrong with charts of a game, types left aside."""
    documents = {f"songs-{game}": [a_song()], f"charts-{game}": list(charts)}
    return [each[1:] for each in violations(documents, games={})]


UNIQUE: list[tuple[str, str, Any, Any]] = [
    ("bms", "hashMD5", "x", "x"),
    ("bms", "hashSHA256", "x", "x"),
    ("pms", "hashMD5", "x", "x"),
    ("pms", "hashSHA256", "x", "x"),
    ("popn", "hashSHA256", "x", ["y", "x"]),
    ("usc", "hashSHA1", ["x", "z"], ["y", "x"]),
    ("itg", "hashGSv3", "x", "x"),
]
UNIQUE_WITH_DIFFICULTY = [
    (game, "inGameID") for game in ("museca", "jubeat", "maimai", "gitadora", "chunithm", "wacca")
] + [("maimai", "inGameStrID")]


@pytest.mark.parametrize(("game", "field", "first", "second"), UNIQUE)
def test_no_two_charts_share_a_hash(game: str, field: str, first: Any, second: Any) -> None:
    charts = [a_chart("a", {field: first}), a_chart("b", {field: second})]

    [(key, rule, detail)] = found(game, *charts)

    assert key == "b"
    assert rule.startswith(f"unique {field}")
    assert detail == f"a has the same {field} x"


@pytest.mark.parametrize("game", ["pms", "usc"])
def test_charts_of_two_playtypes_may_share_a_hash(game: str) -> None:
    field = {"pms": "hashMD5", "usc": "hashSHA1"}[game]
    charts = [
        a_chart("a", {field: "x"}, playtype="Keyboard"),
        a_chart("b", {field: "x"}, playtype="Controller"),
    ]

    assert found(game, *charts) == []


@pytest.mark.parametrize(("game", "field"), UNIQUE_WITH_DIFFICULTY)
def test_no_two_charts_of_a_difficulty_share_an_in_game_id(game: str, field: str) -> None:
    first = a_chart("a", {field: 1}, difficulty="MASTER")
    second = a_chart("b", {field: 1}, difficulty="MASTER", isPrimary=False)
    other = a_chart("c", {field: 1}, difficulty="EXPERT")

    [(key, rule, _)] = found(game, first, second, other)

    assert key == "b"
    assert rule.startswith(f"unique {field} + difficulty")


def test_null_hashes_are_shared_by_nobody() -> None:
    assert found("popn", a_chart("a", {"hashSHA256": None}), a_chart("b", {})) == []


LEVELS: list[tuple[str, str, float, str | None]] = [
    ("iidx", "12", 12, None),
    ("iidx", "?", 0, None),
    ("iidx", "0", 0, "level 0 is not the text of levelNum 0, a number above 0"),
    ("iidx", "?", 12, "level ? goes with levelNum 0, not 12"),
    ("iidx", "12", 11, "level 12 is not the text of levelNum 11, a number above 0"),
    ("chunithm", "13", 13.4, None),
    ("chunithm", "13+", 13.5, None),
    ("chunithm", "13+", 13.7, None),
    ("chunithm", "13", 13.5, "level 13 lacks a + at levelNum 13.5"),
    ("chunithm", "13+", 13.4, "level 13+ has a + at levelNum 13.4"),
    ("wacca", "12", 12.6, None),
    ("wacca", "12+", 12.7, None),
    ("wacca", "12", 12.7, "level 12 lacks a + at levelNum 12.7"),
    ("wacca", "12+", 12.6, "level 12+ has a + at levelNum 12.6"),
    ("maimaidx", "7+", 7.7, None),
    ("maimaidx", "6+", 6.7, "level 6+: there is no + below 7"),
    ("maimaidx", "0", 0, "level 0 and levelNums that are not above 0 do not occur"),
    ("museca", "0", 0, None),
]


@pytest.mark.parametrize(("game", "level", "number", "detail"), LEVELS)
def test_the_text_of_a_level_goes_with_its_number(
    game: str, level: str, number: float, detail: str | None
) -> None:
    problems = found(game, a_chart("a", difficulty="MASTER", level=level, levelNum=number))

    assert problems == ([] if detail is None else [("a", "level", detail)])


def test_a_level_of_nothing_breaks_both_rules_of_chunithm() -> None:
    problems = found("chunithm", a_chart("a", difficulty="MASTER", level="0", levelNum=0))

    assert [rule for _, rule, _ in problems] == ["level"]


def test_charts_of_worlds_end_have_difficulties_of_their_own_and_no_level() -> None:
    song = a_song(data={"genre": "POPS & ANIME"})
    data = {"displayVersion": "xverse", "inGameID": [8023, 8024]}
    chart = a_chart("a", data, difficulty="狂☆3", level="", levelNum=0)

    assert violations({"songs-chunithm": [song], "charts-chunithm": [chart]}) == []


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        ({"notecount": 100, "worldRecord": 200, "kaidenAverage": 199}, None),
        ({"notecount": 100, "worldRecord": None, "kaidenAverage": 200}, None),
        ({"notecount": 100, "worldRecord": 201}, "worldRecord 201 is above"),
        ({"notecount": 100, "kaidenAverage": 201}, "kaidenAverage 201 is above"),
        (
            {"notecount": 100, "worldRecord": 150, "kaidenAverage": 150},
            "kaidenAverage 150 is not below worldRecord 150",
        ),
    ],
)
def test_records_of_iidx_are_possible(data: dict[str, Any], detail: str | None) -> None:
    problems = found("iidx", a_chart("a", data))

    assert [rule for _, rule, _ in problems] == ([] if detail is None else ["records"])
    assert detail is None or detail in problems[0][2]


@pytest.mark.parametrize(
    ("game", "difficulty", "in_game_id", "fine"),
    [
        ("chunithm", "MASTER", 7999, True),
        ("chunithm", "MASTER", 8000, False),
        ("chunithm", "狂☆3", 8000, True),
        ("chunithm", "狂☆3", 7999, False),
        ("maimaidx", "DX Master", 10_000, True),
        ("maimaidx", "DX Master", 19_999, True),
        ("maimaidx", "DX Master", 9_999, False),
        ("maimaidx", "DX Master", 20_000, False),
        ("maimaidx", "DX Master", None, True),
        ("maimaidx", "Master", 9_999, True),
        ("maimaidx", "Master", 10_000, False),
    ],
)
def test_in_game_ids_are_in_the_range_of_their_kind(
    game: str, difficulty: str, in_game_id: int | None, fine: bool
) -> None:
    problems = found(game, a_chart("a", {"inGameID": in_game_id}, difficulty=difficulty))

    assert [rule for _, rule, _ in problems] == ([] if fine else ["inGameID"])


def test_a_chart_without_in_game_id_cannot_be_matched() -> None:
    song = a_song(data={"genre": "POP"})
    chart = a_chart(
        "a", {"displayVersion": "prism", "inGameID": None}, difficulty="Master", levelNum=5
    )

    [warning] = warnings({"songs-maimaidx": [song], "charts-maimaidx": [chart]})

    assert warning[1:3] == ("a", "match key")
    assert warning.detail.startswith("has no inGameID")


def test_a_song_of_ddr_is_found_by_its_hash_or_else_by_its_number() -> None:
    def a_ddr_song(song_id: int, number: int, **data: Any) -> dict[str, Any]:
        return a_song(song_id, data={"inGameID": number, "flareCategory": "NONE", **data})

    def a_ddr_chart(song_id: int, number: int) -> dict[str, Any]:
        return a_chart(
            f"c{song_id}",
            {"inGameID": number},
            songID=song_id,
            playtype="SP",
            difficulty="EXPERT",
        )

    songs = [a_ddr_song(1, 10, ddrSongHash="h"), a_ddr_song(2, 11, ddrSongHash="h")]
    charts = [a_ddr_chart(1, 10), a_ddr_chart(2, 11)]

    [violation] = violations({"songs-ddr": songs, "charts-ddr": charts})

    assert violation.rule == "match key"
    assert violation.detail == "ddrSongHash h EXPERT also finds c1"
