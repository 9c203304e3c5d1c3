"""Entries of other services become scores, by tables of cases; no service is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from common.catalogue.index import GameCatalogue
from common.errors import (
    ConversionFailure,
    InvalidScore,
    NotTracked,
    SkipScore,
    SongOrChartNotFound,
)
from common.games.registry import GAMES
from tests.common.catalogue import documents
from tests.common.catalogue.documents import song
from worker.import_types import registry
from worker.import_types.base import DryScore, Upstream
from worker.import_types.services.kai_dans import iidx_dan, sdvx_dan

SONG = {"id": 1, "title": "T", "artist": "A", "altTitles": [], "searchTerms": []}


class Entries:
    """A feed of given entries."""

    def __init__(self, entries: list[Any], profile: Any = None) -> None:
        self._entries, self._profile = entries, profile

    def entries(self) -> Iterator[Any]:
        yield from self._entries

    def profile(self) -> Any:
        return self._profile


def chart(number: int, in_game_id: int, difficulty: str, *versions: str, **more: Any) -> Any:
    return {
        "chartID": f"{number:040x}",
        "songID": 1,
        "playtype": more.pop("playtype", "Single"),
        "difficulty": difficulty,
        "level": "1",
        "levelNum": 1,
        "isPrimary": more.pop("isPrimary", True),
        "versions": list(versions),
        "data": {"inGameID": in_game_id, **more},
    }


IIDX_DATA = {
    "notecount": 1000,
    "2dxtraSet": None,
    "hashSHA256": None,
    "bpiCoefficient": None,
    "kaidenAverage": None,
    "worldRecord": None,
}
IIDX_VERSIONS = ("22", "23", "26", "27-omni", "29", "30", "30-omni", "32-omni")
SDVX = {"tierlistRating": None}

CATALOGUES = {
    "iidx": GameCatalogue.from_documents(
        GAMES["iidx"],
        [{**SONG, "data": {"genre": "G", "displayVersion": "1"}}],
        [
            chart(1, 1000, "ANOTHER", *IIDX_VERSIONS, playtype="SP", **IIDX_DATA),
            chart(2, 24011, "LEGGENDARIA", "26", playtype="DP", **IIDX_DATA),
            chart(4, 2000, "ANOTHER", "28", playtype="SP", **IIDX_DATA),
            chart(
                3,
                1000,
                "ANOTHER",
                "27-2dxtra",
                playtype="SP",
                isPrimary=False,
                **{**IIDX_DATA, "2dxtraSet": "x"},
            ),
        ],
    ),
    "sdvx": GameCatalogue.from_documents(
        GAMES["sdvx"],
        [{**SONG, "data": {"displayVersion": "exceed"}}],
        [
            chart(1, 1, "GRV", "vivid", "exceed"),
            chart(2, 1, "ADV", "exceed"),
            chart(3, 1, "ULT", "exceed"),
            chart(4, 2, "GRV", "heaven"),
        ],
    ),
    **{
        game: GameCatalogue(
            game,
            0,
            [song(1, "Song")],
            [
                documents.chart(f"{1:040x}", 1, special, inGameID=number),
                *(documents.chart(f"{n:040x}", 1, str(n), inGameID=2) for n in (2, 3)),
            ],
        )
        for game, special, number in (
            ("chunithm", "WORLD'S END", 8123),
            ("maimaidx", "UTAGE", 100_001),
        )
    },
    "wacca": GameCatalogue.from_documents(
        GAMES["wacca"],
        [{**SONG, "data": {"genre": "G", "displayVersion": None}}],
        [chart(1, 2085, "EXPERT", "reverse")],
    ),
}


def convert(import_type: str, entry: Any) -> DryScore:
    parsed = registry.get(import_type).parse(Upstream(7, 0, (), Entries([entry])))
    (only,) = parsed.entries
    kind = registry.get(import_type)
    return kind.converter(parsed.context, CATALOGUES[parsed.game])(only)


def failure(import_type: str, entry: Any) -> ConversionFailure:
    with pytest.raises(ConversionFailure) as raised:
        convert(import_type, entry)
    # Whatever is wrong with it, a line must be able to say what it is about.
    subject = registry.get(import_type).subject(entry, {})
    assert isinstance(subject.identifier, str)
    return raised.value


IIDX = {
    "music_id": 1000,
    "play_style": "SINGLE",
    "difficulty": "ANOTHER",
    "version_played": 30,
    "lamp": 6,
    "ex_score": 1411,
    "miss_count": 7,
    "fast_count": 61,
    "slow_count": None,
    "timestamp": "2023-11-04T09:30:00Z",
}


def test_a_play_of_iidx() -> None:
    score = convert("api/flo-iidx", IIDX)
    assert score.chart.chartID == f"{1:040x}"
    assert score.service == "FLO"
    assert score.timeAchieved == 1699090200000
    assert score.scoreData.metrics == {"score": 1411, "lamp": "EX HARD CLEAR"}
    assert score.scoreData.optional == {"fast": 61, "slow": None, "bp": 7}


def test_a_song_that_became_a_difficulty() -> None:
    play = {"music_id": 24101, "play_style": "DOUBLE", "version_played": 26, "miss_count": -1}
    score = convert("api/eag-iidx", {**IIDX, **play})
    assert score.chart.chartID == f"{2:040x}"
    assert score.scoreData.optional["bp"] is None


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"difficulty": "BEGINNER"}, NotTracked, "We don't support BEGINNER charts. Sorry!"),
        (
            {"version_played": 28},
            SongOrChartNotFound,
            "Could not find chart with songID 1000 (SP ANOTHER - Version 28)",
        ),
        ({"timestamp": "soon"}, InvalidScore, "Invalid/Unparsable score timestamp of soon."),
        (
            {"music_id": "foo"},
            InvalidScore,
            "Error: music_id | Expected a positive integer. | Received foo [type: string].",
        ),
        (
            {"miss_count": -2},
            InvalidScore,
            "Error: miss_count | The input was invalid, but no error message is available."
            " | Received -2 [type: number].",
        ),
    ],
)
def test_plays_of_iidx_that_are_none(changes: dict[str, Any], kind: type, message: str) -> None:
    failed = failure("api/flo-iidx", {**IIDX, **changes})
    assert (type(failed), failed.message) == (kind, message)


@pytest.mark.parametrize("entry", [None, 5, "x", [], {}])
@pytest.mark.parametrize("import_type", ["api/flo-iidx", "api/min-sdvx", "api/cg-dev-sdvx"])
def test_what_is_no_play_at_all(import_type: str, entry: Any) -> None:
    assert isinstance(failure(import_type, entry), InvalidScore)


def test_a_later_version_of_the_game_is_no_fault() -> None:
    assert convert("api/flo-iidx", {**IIDX, "version_played": 77}).chart.chartID == f"{1:040x}"


KAI_SDVX = {
    "music_id": 1,
    "music_difficulty": 3,
    "played_version": 5,
    "clear_type": 3,
    "max_chain": 812,
    "score": 9650123,
    "critical": 1402,
    "near": 31,
    "error": 9,
    "early": 20,
    "late": 11,
    "gauge_rate": 74.5,
    "timestamp": "2022-02-02T02:02:02Z",
}


@pytest.mark.parametrize(
    ("changes", "difficulty", "lamp"),
    [
        ({}, "GRV", "EXCESSIVE CLEAR"),
        ({"played_version": 6, "music_difficulty": 1, "clear_type": 6}, "ADV", "MAXXIVE CLEAR"),
        ({"played_version": 6, "music_difficulty": 5}, "ULT", "EXCESSIVE CLEAR"),
        # A version that comes after this was written.
        ({"played_version": 9}, "GRV", "EXCESSIVE CLEAR"),
    ],
)
def test_plays_of_sdvx(changes: dict[str, Any], difficulty: str, lamp: str) -> None:
    score = convert("api/min-sdvx", {**KAI_SDVX, **changes})
    assert score.chart.difficulty == difficulty
    assert score.scoreData.metrics["lamp"] == lamp
    assert score.scoreData.judgements == {"critical": 1402, "near": 31, "miss": 9}


CG_SDVX = {
    "internalId": 1,
    "difficulty": 1,
    "version": 6,
    "score": 9876543,
    "exScore": 0,
    "clearType": 2,
    "scoreGrade": 9,
    "maxChain": 640,
    "critical": 980,
    "near": 21,
    "error": 4,
    "dateTime": "2023-01-31 08:15:00",
}


def test_a_score_of_cg() -> None:
    score = convert("api/cg-dev-sdvx", CG_SDVX)
    assert score.service == "CG Dev"
    assert score.timeAchieved == 1675152900000
    assert score.scoreData.optional == {"maxCombo": 640, "exScore": None}
    assert convert("api/cg-nag-sdvx", CG_SDVX).service == "CG"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clearType": 0}, "Invalid lamp of 0 - Could not convert."),
        (
            {"difficulty": 3, "version": 4},
            "Could not find chart with songID 1 (ANY_INF - Version heaven)",
        ),
        (
            {"score": 10_000_001},
            "Invalid CG sdvx Score.: score | Expected an integer between 0 and 10000000."
            " | Received 10000001 [number].",
        ),
    ],
)
def test_scores_of_cg_that_are_none(changes: dict[str, Any], message: str) -> None:
    assert failure("api/cg-dev-sdvx", {**CG_SDVX, **changes}).message == message


CG_IIDX = {
    "version": 30,
    "internalId": 1000,
    "difficulty": "SPA",
    "exScore": 2301,
    "clearType": 5,
    "perfectCount": 1000,
    "greatCount": 301,
    "missCount": 12,
    "dead": False,
    "ghost": "",
    "ghostGauge": "",
    "option1": 1 << 40 | 1 << 37,
    "option2": 0,
    "dateTime": "2026-05-01T10:00:00Z",
}


def test_a_play_of_iidx_of_cg() -> None:
    score = convert("api/cg-dev-iidx", CG_IIDX)
    assert (score.chart.chartID, score.timeAchieved) == (f"{1:040x}", 1777629600000)
    assert score.scoreData.metrics == {"score": 2301, "lamp": "HARD CLEAR"}
    assert score.scoreData.judgements == {"pgreat": 1000, "great": 301}
    assert score.scoreData.optional == {"bp": 12}
    assert score.scoreMeta == {"random": "R-RANDOM", "gauge": "HARD"}


@pytest.mark.parametrize(
    ("version", "option", "meta"),
    [
        (32, 0, {"random": "NONRAN"}),
        (27, 1 << 42, {"random": "MIRROR"}),
        (26, 1 << 18 | 1 << 14, {"random": "RANDOM", "gauge": "ASSISTED EASY"}),
        (23, 1 << 20 | 1 << 17, {"random": "S-RANDOM", "gauge": "EX-HARD"}),
        (22, 1 << 18 | 1 << 14, {"random": "NONRAN"}),
    ],
)
def test_options_of_iidx_are_bits(version: int, option: int, meta: dict[str, str]) -> None:
    entry = {**CG_IIDX, "version": version, "option1": option}
    assert convert("api/cg-gan-iidx", entry).scoreMeta == meta


def test_both_sides_of_iidx_have_an_arrangement() -> None:
    entry = {**CG_IIDX, "difficulty": "DPA", "internalId": 24101, "version": 26}
    score = convert("api/cg-nag-iidx", {**entry, "option1": 1 << 18, "option2": 1 << 21})
    assert score.chart.difficulty == "LEGGENDARIA", "once a song of its own"
    assert score.scoreMeta == {"random": ["RANDOM", "MIRROR"]}
    assert convert("api/cg-nag-iidx", {**entry, "missCount": -1}).scoreData.optional == {"bp": None}


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"difficulty": "SPB"}, NotTracked, "We don't support BEGINNER charts. Sorry!"),
        ({"clearType": 8}, InvalidScore, "Unknown lamp value 8."),
        (
            {"internalId": 5},
            SongOrChartNotFound,
            "Could not find chart with songID 5 (SP ANOTHER - Version 30-omni)",
        ),
    ],
)
def test_plays_of_iidx_of_cg_that_are_none(
    changes: dict[str, Any], kind: type[ConversionFailure], message: str
) -> None:
    found = failure("api/cg-dev-iidx", {**CG_IIDX, **changes})
    assert (type(found), found.message) == (kind, message)


STATUS = dict.fromkeys(("isClear", "isMissless", "isFullCombo", "isAllMarvelous"), False)
WACCA = {
    "musicId": 2085,
    "musicDifficulty": 3,
    "score": 1_000_000,
    "judge": {"marvelous": 900, "great": 0, "good": 0, "miss": 0},
    "clearStatus": {**STATUS, "isClear": True},
    "combo": 900,
    "fast": 0,
    "late": 0,
    "userPlayDate": "2024-06-01T11:15:00Z",
}


@pytest.mark.parametrize(
    ("flag", "lamp"),
    [
        ("isAllMarvelous", "ALL MARVELOUS"),
        ("isFullCombo", "FULL COMBO"),
        ("isMissless", "MISSLESS"),
        ("isClear", "CLEAR"),
        ("isGiveUp", "FAILED"),
    ],
)
def test_lamps_of_wacca(flag: str, lamp: str) -> None:
    play = {**WACCA, "clearStatus": {**STATUS, flag: True}}
    assert convert("api/myt-wacca", play).scoreData.metrics["lamp"] == lamp


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"clearStatus": None}, "Can't process a score without clearStatus"),
        (
            {"musicDifficulty": 0},
            "Can't process a score with unspecified difficulty (musicId 2085)",
        ),
        ({"musicId": 1}, "Can't find chart with id 1 and difficulty EXPERT"),
    ],
)
def test_plays_of_wacca_that_are_none(changes: dict[str, Any], message: str) -> None:
    assert failure("api/myt-wacca", {**WACCA, **changes}).message == message


MYT_CHUNITHM = {
    "info": {
        "musicId": 8123,
        "level": 6,
        "clearStatus": 2,
        "comboStatus": 1,
        "score": 1_003_210,
        "userPlayDate": "2026-05-01T11:15:00Z",
    },
    "judge": dict.fromkeys(
        (
            *("judgeCritical", "judgeHeaven", "judgeJustice", "judgeAttack", "judgeMiss"),
            "maxCombo",
        ),
        5,
    ),
}
MYT_MAIMAIDX = {
    "info": {
        "musicId": 100_001,
        "level": 6,
        "isClear": True,
        "comboStatus": 1,
        "achievement": 1_000_000,
        "userPlayDate": "2026-05-01T11:15:00Z",
    },
    "judge": dict.fromkeys(
        (
            *("judgeCriticalPerfect", "judgePerfect", "judgeGreat", "judgeGood", "judgeMiss"),
            *("fastCount", "lateCount", "maxCombo"),
        ),
        5,
    ),
}


def test_a_special_chart_is_found_by_a_number_of_its_own() -> None:
    assert convert("api/myt-chunithm", MYT_CHUNITHM).chart.chartID == f"{1:040x}"
    for number in (1, 2):
        other = {**MYT_CHUNITHM, "info": {**MYT_CHUNITHM["info"], "musicId": number}}
        assert isinstance(failure("api/myt-chunithm", other), SongOrChartNotFound)


def test_utage_charts_are_passed_over() -> None:
    with pytest.raises(SkipScore, match="Utage charts are not supported"):
        convert("api/myt-maimaidx", MYT_MAIMAIDX)


@pytest.mark.parametrize(
    ("import_type", "entry"),
    [("api/myt-chunithm", {}), ("api/myt-ongeki", {"info": {"musicId": 1}}), ("api/myt-wacca", {})],
)
def test_messages_without_their_parts(import_type: str, entry: Any) -> None:
    kind = registry.get(import_type)
    convert_entry = kind.converter({}, CATALOGUES["wacca"])
    with pytest.raises(InvalidScore, match="Failed to receive score data from MYT API"):
        convert_entry(entry)


# --- classes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "dan"),
    [(0, "KYU_7"), (16, "DAN_10"), (18, "KAIDEN"), (18.0, "KAIDEN")]
    + [(bad, None) for bad in (-1, 19, 16.5, "18", None, True, [])],
)
def test_dans_of_iidx(value: Any, dan: str | None) -> None:
    warnings: list[str] = []
    assert iidx_dan({"sp": value}, "SP", warnings) == ({} if dan is None else {"dan": dan})
    assert iidx_dan({"sp": value}, "DP", warnings) == {}
    assert warnings == (["sp: unknown dan 19; no class was taken of it."] if value == 19 else [])


@pytest.mark.parametrize(
    ("value", "dan"),
    [(1, "DAN_1"), (11, "DAN_11"), (12, "INF")] + [(bad, None) for bad in (0, 13, -1, 1.5, "1")],
)
def test_dans_of_sdvx(value: Any, dan: str | None) -> None:
    assert sdvx_dan({"skill_level": value}, "Single", []) == ({} if dan is None else {"dan": dan})


@pytest.mark.parametrize("profile", [None, [], "x", 5, {}])
def test_profiles_that_say_nothing(profile: Any) -> None:
    assert iidx_dan(profile, "SP", []) == {}
    assert sdvx_dan(profile, "Single", []) == {}


@pytest.mark.parametrize(
    ("versions", "stage"),
    [
        ({"300": {"rank": 5}}, "V"),
        ({"300": {"rank": 9}, "400": {"rank": 2}}, "IX"),
        ({"400": {"rank": 0}}, None),
        ({"400": {"rank": 15}, "300": {"rank": 1}}, "I"),
        ({"100": {"rank": 3}}, None),
        ({}, None),
    ],
)
def test_stages_of_wacca(versions: Any, stage: str | None) -> None:
    feed = Entries([], {"versionData": versions})
    parsed = registry.get("api/myt-wacca").parse(Upstream(1, 0, (), feed))
    assert list(parsed.entries) == []
    assert parsed.class_provider is not None
    expected = {} if stage is None else {"stageUp": stage}
    assert parsed.class_provider("Single") == expected
