from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from msgspec import UNSET, UnsetType

from common.catalogue.index import GameCatalogue
from common.errors import (
    AmbiguousTitle,
    ConversionFailure,
    InternalFailure,
    InvalidScore,
    SongOrChartNotFound,
)
from common.games.model import GPT
from common.games.registry import all_gpts, get_gpt
from tests.common.catalogue.documents import chart, song
from worker.import_types.reading.matching import MATCH_TYPES, ChartFinder

SDVX = get_gpt("sdvx", "Single")


@dataclass
class Wanted:
    """A score, as far as it says which chart it is on."""

    matchType: str
    identifier: str
    difficulty: str | UnsetType | None = UNSET
    artist: str | UnsetType | None = UNSET


# One catalogue for every match type: the game is whatever the GPT of the test says.
CATALOGUE = GameCatalogue(
    "sdvx",
    0,
    [
        song(1, "First", "Ada", ddrSongHash="d1"),
        song(2, "Twin", "Ada"),
        song(3, "TWIN", "Bea"),
        song(4, "Chartless", ddrSongHash="d4"),
    ],
    [
        chart("new", 1, "EXH", versions=("exceed",), inGameID=10, inGameStrID="first"),
        chart(
            "old",
            1,
            "EXH",
            versions=("vivid",),
            primary=False,
            inGameID=10,
            inGameStrID="first",
            hashMD5="0d",
        ),
        chart("inf", 1, "GRV", versions=("vivid",), inGameID=10, hashSHA256=["5a", "5b"]),
        chart("its twin", 2, "MXM"),
        chart("twins", 3, "MXM"),
        chart("twin", 3, "EXH", inGameID=12, hashSHA1="1a", hashGSv3="65"),
        chart("other", 3, "EXH", playtype="Other", hashMD5="0e", hashSHA1="1b", hashSHA256="5e"),
        chart("zero", 2, "VVD", inGameID=0),
        chart("lost", 9, "EXH", inGameID=99, hashMD5="09", hashGSv3="69"),
    ],
)


def gpt(*match_types: str, game: str = "sdvx") -> GPT:
    """A GPT with these match types."""
    return replace(SDVX, game=game, display_name=game.upper(), match_types=match_types)


def chart_found(wanted: Wanted, version: str | None = None, game: str = "sdvx") -> str:
    finder = ChartFinder(gpt(*MATCH_TYPES, game=game), version, CATALOGUE)
    found_song, found_chart = finder.find(wanted)
    assert found_song.id == found_chart.songID
    return found_chart.chartID


def failure(wanted: Wanted, version: str | None = None, game: str = "sdvx") -> ConversionFailure:
    with pytest.raises(ConversionFailure) as caught:
        chart_found(wanted, version, game)
    return caught.value


@pytest.mark.parametrize(
    ("wanted", "version", "chart_id"),
    [
        (Wanted("songTitle", "fIRST", "EXH"), None, "new"),
        (Wanted("songTitle", "first", "EXH"), "", "new"),
        (Wanted("songTitle", "first", "EXH"), "vivid", "old"),
        (Wanted("songTitle", "twin", "EXH", "bea"), None, "twin"),
        (Wanted("songTitle", "first", "GRV", ""), None, "inf"),
        (Wanted("songTitle", "first", "GRV", None), None, "inf"),
        (Wanted("tachiSongID", "1", "EXH"), None, "new"),
        (Wanted("tachiSongID", "001", "EXH"), "vivid", "old"),
        (Wanted("inGameID", "10", "EXH"), None, "new"),
        (Wanted("inGameID", " 1e1 ", "EXH"), "vivid", "old"),
        (Wanted("inGameStrID", "first", "EXH"), None, "new"),
        # What was copied has spaces around it.
        (Wanted("inGameStrID", "\tfirst ", "EXH"), None, "new"),
        (Wanted("ddrSongHash", " d1\r\n", "EXH"), None, "new"),
        (Wanted("bmsChartHash", " 0D "), None, "old"),
        (Wanted("popnChartHash", "5b\u00a0"), None, "inf"),
        (Wanted("uscChartHash", "1a\n"), None, "twin"),
        (Wanted("itgChartHash", "65 "), None, "twin"),
        (Wanted("inGameStrID", "first", "EXH"), "vivid", "old"),
        (Wanted("sdvxInGameID", "10", "EXH"), None, "new"),
        (Wanted("sdvxInGameID", "10", "EXH"), "vivid", "old"),
        (Wanted("sdvxInGameID", "10", "ANY_INF"), None, "inf"),
        (Wanted("sdvxInGameID", "10", "ANY_INF"), "vivid", "inf"),
        (Wanted("bmsChartHash", "0d"), None, "old"),
        (Wanted("bmsChartHash", "0D"), None, "old"),
        (Wanted("uscChartHash", "1A"), None, "twin"),
        (Wanted("songTitle", "first", "exh"), None, "new"),
        # Another song of this title has no such chart.
        (Wanted("songTitle", "twin", "EXH"), None, "twin"),
        (Wanted("songTitle", "\u3000ＦＩＲＳＴ ", "EXH"), None, "new"),
        # Versions that no chart is of.
        (Wanted("songTitle", "first", "EXH"), "gw", "new"),
        (Wanted("songTitle", "first", "EXH"), "of next year", "new"),
        (Wanted("tachiSongID", "1", "EXH"), "of next year", "new"),
        (Wanted("inGameID", "10", "EXH"), "of next year", "new"),
        (Wanted("sdvxInGameID", "10", "EXH"), "of next year", "new"),
        (Wanted("ddrSongHash", "d1", "EXH"), "of next year", "new"),
        (Wanted("bmsChartHash", "5b", "ignored"), None, "inf"),
        (Wanted("popnChartHash", "5b"), None, "inf"),
        (Wanted("uscChartHash", "1a"), None, "twin"),
        (Wanted("itgChartHash", "65"), None, "twin"),
        (Wanted("ddrSongHash", "d1", "EXH"), None, "new"),
        (Wanted("ddrSongHash", "d1", "EXH"), "vivid", "old"),
    ],
)
def test_a_chart_is_found(wanted: Wanted, version: str | None, chart_id: str) -> None:
    assert chart_found(wanted, version) == chart_id


@pytest.mark.parametrize(
    ("wanted", "version", "message"),
    [
        (Wanted("songTitle", "None", "EXH"), None, "Cannot find song with title None."),
        (Wanted("songTitle", "twin", "EXH", "Cy"), None, "Cannot find song with title twin."),
        (Wanted("songTitle", "first", "NOV"), None, "Cannot find chart for First (Single NOV)"),
        (Wanted("tachiSongID", "77", "EXH"), None, "Cannot find song with songID 77."),
        (Wanted("tachiSongID", "4", "EXH"), None, "Cannot find chart for Chartless (Single EXH)"),
        (Wanted("inGameID", "abc", "EXH"), None, "Cannot find chart for inGameID abc (Single)."),
        (Wanted("inGameID", "", "EXH"), None, "Cannot find chart for inGameID  (Single)."),
        # The catalogue has a chart of id 0; what is blank is not 0.
        (Wanted("inGameID", " ", "VVD"), None, "Cannot find chart for inGameID   (Single)."),
        (
            Wanted("gcmInGameIDSpecialChart", "", "EXH"),
            None,
            "Cannot find chart gcmInGameIDSpecialChart:.",
        ),
        (
            Wanted("sdvxInGameID", "", "VVD"),
            None,
            "Cannot find SDVX chart with inGameID NaN, difficulty VVD and version null.",
        ),
        (Wanted("inGameStrID", "x", "EXH"), None, "Cannot find chart for inGameStrID x (Single)."),
        (
            Wanted("sdvxInGameID", " 11 ", "ANY_INF"),
            None,
            "Cannot find SDVX chart with inGameID 11, difficulty ANY_INF and version null.",
        ),
        (
            Wanted("sdvxInGameID", "?", "EXH"),
            "vivid",
            "Cannot find SDVX chart with inGameID NaN, difficulty EXH and version vivid.",
        ),
        (Wanted("bmsChartHash", "0f"), None, "Cannot find chart for hash 0f."),
        (Wanted("popnChartHash", "5e"), None, "Cannot find chart for popnChartHash 5e (Single)."),
        (Wanted("uscChartHash", "1b"), None, "Cannot find chart with hash 1b."),
        (Wanted("itgChartHash", "66"), None, "Cannot find chart for itgChartHash 66."),
        (Wanted("ddrSongHash", "d2", "EXH"), None, "Cannot find song with ddrSongHash d2."),
        (
            Wanted("ddrSongHash", "d1", "NOV"),
            None,
            "Found song with ddrSongHash d1 but cannot find chart Single NOV.",
        ),
    ],
)
def test_a_chart_that_is_not_there_is_not_found(
    wanted: Wanted, version: str | None, message: str
) -> None:
    reason = failure(wanted, version)

    assert isinstance(reason, SongOrChartNotFound)
    assert reason.message == message


@pytest.mark.parametrize(
    ("wanted", "version", "message"),
    [
        (
            Wanted("tachiSongID", "one", "EXH"),
            None,
            "Invalid songID - must be a stringified positive integer. (Not an integer -- one.)",
        ),
        (
            Wanted("tachiSongID", "-1", "EXH"),
            None,
            "Invalid songID - must be a stringified positive integer. (Was negative -- -1.)",
        ),
        *(
            (
                Wanted("songTitle", "first", difficulty),
                None,
                "Missing 'difficulty' field, but was necessary for this lookup.",
            )
            for difficulty in (UNSET, None, "")
        ),
        (
            Wanted("sdvxInGameID", "10", UNSET),
            None,
            "Invalid difficulty 'undefined', Expected any of NOV, ADV, EXH, INF, GRV, HVN, VVD,"
            " XCD, NBL, MXM, ULT or ANY_INF",
        ),
    ],
)
def test_what_makes_no_sense_is_invalid(wanted: Wanted, version: str | None, message: str) -> None:
    reason = failure(wanted, version)

    assert isinstance(reason, InvalidScore)
    assert reason.message == message


@pytest.mark.parametrize(
    ("match_type", "identifier"),
    [
        ("songTitle", "first"),
        ("tachiSongID", "1"),
        ("inGameID", "10"),
        ("inGameStrID", "first"),
        ("sdvxInGameID", "10"),
        ("ddrSongHash", "d1"),
    ],
)
def test_a_difficulty_that_nobody_knows_waits_and_it_is_said_why(
    match_type: str, identifier: str
) -> None:
    reason = failure(Wanted(match_type, identifier, "NEW"))

    assert isinstance(reason, SongOrChartNotFound)
    assert " NEW is none of the difficulties known so far: NOV, ADV, " in reason.message


@pytest.mark.parametrize("match_type", ["inGameID", "inGameStrID", "ddrSongHash"])
@pytest.mark.parametrize(("difficulty", "shown"), [(None, "null"), (UNSET, "undefined")])
def test_game_ids_need_a_difficulty_too(
    match_type: str, difficulty: str | UnsetType | None, shown: str
) -> None:
    reason = failure(Wanted(match_type, "10", difficulty))

    assert isinstance(reason, InvalidScore)
    assert reason.message.endswith(f"(Got {shown})")


def test_a_title_of_several_songs_is_ambiguous() -> None:
    reason = failure(Wanted("songTitle", "twin", "MXM"))

    assert isinstance(reason, AmbiguousTitle)
    assert reason.message.startswith(
        "Multiple songs exist with the case-insensitive title twin. We cannot resolve this."
        " Please try adding an artist field. They are "
    )


def test_without_the_chart_a_title_of_several_songs_is_not_found() -> None:
    assert isinstance(failure(Wanted("songTitle", "twin", "NOV")), SongOrChartNotFound)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted("inGameID", "99", "EXH"),
        Wanted("sdvxInGameID", "99", "EXH"),
        Wanted("bmsChartHash", "09"),
        Wanted("itgChartHash", "69"),
        Wanted("ddrSongHash", "d4", "EXH"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_our_own_fault(wanted: Wanted) -> None:
    assert isinstance(failure(wanted), InternalFailure)


def test_a_bms_of_the_other_playtype_is_refused() -> None:
    reason = failure(Wanted("bmsChartHash", "0e"), game="bms")

    assert isinstance(reason, InvalidScore)
    assert reason.message == (
        "Chart other's playtype was Other, but this was not equal to the import playtype of Single."
    )


def test_a_pms_of_the_other_playtype_is_not_found_yet() -> None:
    reason = failure(Wanted("bmsChartHash", "0e"), game="pms")

    assert isinstance(reason, SongOrChartNotFound)
    assert reason.message == "Cannot find chart for hash 0e."


def test_a_match_type_that_the_gpt_lacks_is_refused() -> None:
    finder = ChartFinder(gpt("bmsChartHash", "tachiSongID", game="bms"), None, CATALOGUE)

    with pytest.raises(InvalidScore) as caught:
        finder.find(Wanted("songTitle", "first", "EXH"))

    assert caught.value.message == (
        "Cannot use matchType songTitle for BMS. Expected any of bmsChartHash, tachiSongID."
    )


def test_sdvx_points_to_its_own_in_game_id() -> None:
    with pytest.raises(InvalidScore) as caught:
        ChartFinder(SDVX, None, CATALOGUE).find(Wanted("inGameID", "10", "EXH"))

    assert caught.value.message == (
        "Cannot use matchType inGameID for SOUND VOLTEX. Use 'sdvxInGameID' instead."
    )


@pytest.mark.parametrize("gpt", all_gpts(), ids=lambda gpt: gpt.id)
def test_every_match_type_of_every_gpt_is_known(gpt: GPT) -> None:
    assert set(gpt.match_types) <= set(MATCH_TYPES)


# --- what clients of either version call things --------------------------------------------------

ONGEKI = get_gpt("ongeki", "Single")


def ongeki_finder(*difficulties: str, superseded: tuple[str, ...] = ()) -> ChartFinder:
    charts = [
        chart(each, 1, each, playtype="Single", inGameID=7, primary=each not in superseded)
        for each in difficulties
    ]
    return ChartFinder(ONGEKI, None, GameCatalogue("ongeki", 0, [song(1, "It")], charts))


@pytest.mark.parametrize("match_type", ["songTitle", "inGameID"])
@pytest.mark.parametrize("there", ["LUNATIC", "Re:MASTER"])
def test_a_re_master_is_found_as_lunatic(there: str, match_type: str) -> None:
    identifier = "It" if match_type == "songTitle" else "7"

    found = ongeki_finder("MASTER", there).find(Wanted(match_type, identifier, "LUNATIC"))

    assert found[1].chartID == there


def test_of_two_such_charts_none_is_guessed_by_title() -> None:
    with pytest.raises(InvalidScore, match="cannot be matched by songTitle\\+difficulty"):
        ongeki_finder("LUNATIC", "Re:MASTER").find(Wanted("songTitle", "It", "LUNATIC"))


def test_a_superseded_chart_of_ongeki_is_found() -> None:
    finder = ongeki_finder("MASTER", superseded=("MASTER",))

    assert finder.find(Wanted("inGameID", "7", "MASTER"))[1].chartID == "MASTER"


def test_a_song_is_found_by_either_id() -> None:
    catalogue = GameCatalogue("ongeki", 0, [song(1, "It")], [chart("it", 1, "MASTER")])
    catalogue.other_song_ids = {"S19d35e0aeddc20a2f7f": 1}
    finder = ChartFinder(ONGEKI, None, catalogue)

    for identifier in ("1", "S19d35e0aeddc20a2f7f"):
        assert finder.find(Wanted("tachiSongID", identifier, "MASTER"))[1].chartID == "it"


@pytest.mark.parametrize(
    ("identifier", "expected"), [("8023", "one"), ("8032", "listed"), ("2", None), ("abc", None)]
)
def test_special_charts_are_found_by_an_id_of_their_own(
    identifier: str, expected: str | None
) -> None:
    charts = [
        chart("one", 1, "狂☆3", inGameID=8023),
        chart("listed", 1, "狂☆4", inGameID=[8031, 8032]),
        chart("basic", 1, "BASIC", inGameID=2),
        chart("master", 1, "MASTER", inGameID=2),
    ]
    catalogue = GameCatalogue("chunithm", 0, [song(1, "It")], charts)
    finder = ChartFinder(get_gpt("chunithm", "Single"), "whatever", catalogue)
    wanted = Wanted("gcmInGameIDSpecialChart", identifier)

    if expected is not None:
        assert finder.find(wanted)[1].chartID == expected
        return
    with pytest.raises(SongOrChartNotFound) as failed:
        finder.find(wanted)
    assert failed.value.message == f"Cannot find chart gcmInGameIDSpecialChart:{identifier}."
