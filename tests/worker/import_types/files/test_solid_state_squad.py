from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.index import GameCatalogue
from common.errors import (
    ConversionFailure,
    FatalImportError,
    InvalidScore,
    SkipScore,
    SongOrChartNotFound,
)
from tests.common.catalogue.documents import chart, song
from worker.import_types.base import DryScore, Parsed, RefusedEntry, Upload
from worker.import_types.files.solid_state_squad import SolidStateSquad

CATALOGUE = GameCatalogue(
    "iidx",
    0,
    [song(1, "Song"), song(2, "007"), song(3, ".59")],
    [
        chart("sp", 1, "ANOTHER", playtype="SP", versions=("3-cs", "16-cs")),
        chart("dp", 1, "NORMAL", playtype="DP", versions=("bmus",), primary=False),
        chart("bond", 2, "ANOTHER", playtype="SP", versions=("9-cs",)),
        chart("ddr", 3, "ANOTHER", playtype="SP", versions=("9-cs",)),
    ],
)
USER = "<userdata><id>9</id><login>1234</login><djname>DJ</djname></userdata>"
BREAKDOWN = (
    "<scorebreakdown><justgreats>600</justgreats><greats>34</greats><good>2</good><bad>1</bad>"
    "<poor>5</poor></scorebreakdown>"
)
SONG = {
    "id": "12",
    "diff": "A",
    "songname": "<![CDATA[Song]]>",
    "styles": "3rd",
    "exscore": "1234",
    "mods": "<ranmir>B</ranmir>",
    "cleartype": "cleared",
    "date": "2010-10-19 04:54:22",
}


def element(more: str = "", **changes: str) -> str:
    members = "".join(f"<{name}>{value}</{name}>" for name, value in {**SONG, **changes}.items())
    return f"<song>{members}{more}</song>"


def document(*songs: str, user: str = USER) -> str:
    return f"<s3data>{user}<scoredata>{''.join(songs)}</scoredata></s3data>"


def parse(text: str) -> Parsed:
    file = "f.xml", text.encode()
    return SolidStateSquad().parse(Upload(1, 0, ("iidx",), *file))


def convert(more: str = "", **changes: str) -> DryScore:
    (entry,) = parse(document(element(more, **changes))).entries
    return SolidStateSquad().converter({}, CATALOGUE)(entry)


def refusal(text: str) -> str:
    with pytest.raises(FatalImportError) as failure:
        parse(text)
    assert failure.value.status == 400
    return failure.value.message


def test_a_song_element_becomes_a_score() -> None:
    score = convert(f"{BREAKDOWN}<comment><![CDATA[nice &amp; easy]]></comment>")

    assert score.chart.chartID == "sp"
    assert (score.service, score.comment) == ("Solid State Squad", "nice & easy")
    assert score.timeAchieved == 1287464062000
    assert score.scoreData.metrics == {"score": 1234, "lamp": "CLEAR"}
    assert score.scoreData.judgements == {
        "pgreat": 600,
        "great": 34,
        "good": 2,
        "bad": 1,
        "poor": 5,
    }


def test_what_is_absent_or_empty_is_not_known() -> None:
    score = convert("<comment/>", date="")

    assert (score.comment, score.timeAchieved) == (None, None)
    assert score.scoreData.judgements == {}


@pytest.mark.parametrize(("title", "chart_id"), [("sONG", "sp"), ("007", "bond"), (".59", "ddr")])
def test_titles_are_found_whatever_their_case_and_even_if_they_look_like_numbers(
    title: str, chart_id: str
) -> None:
    styles = "3rd" if chart_id == "sp" else "9th"
    assert convert(songname=title, styles=styles).chart.chartID == chart_id


def test_one_title_that_nobody_escaped_costs_no_song() -> None:
    songs = [element(songname="Rock & Roll"), element()]
    first, second = parse(document(*songs)).entries
    assert (first["songname"], second["songname"]) == ("Rock & Roll", "Song")
    content = document(*songs).encode() + b"\0\x1a"
    part = SolidStateSquad().part(content, frozenset([0]))
    assert [entry["songname"] for entry in parse(part.content.decode()).entries] == ["Rock & Roll"]


@pytest.mark.parametrize(("diff", "styles"), [("a", "3rd"), ("l14", "us")])
def test_a_difficulty_is_one_in_any_case(diff: str, styles: str) -> None:
    assert convert(diff=diff, styles=styles).chart.difficulty in ("ANOTHER", "NORMAL")


def test_the_last_style_says_which_release_it_was() -> None:
    assert convert(diff="L14", styles="3rd,9th,us").chart.chartID == "dp"


@pytest.mark.parametrize(
    ("changes", "lamp"),
    [
        ({"cleartype": "played", "mods": "<hardeasy>H</hardeasy>"}, "FAILED"),
        ({"mods": "<hardeasy>H</hardeasy>"}, "HARD CLEAR"),
        ({"mods": "<hardeasy>E</hardeasy>"}, "EASY CLEAR"),
        ({"cleartype": "comboed"}, "FULL COMBO"),
        ({"cleartype": "perfect"}, "FULL COMBO"),
    ],
)
def test_lamps(changes: dict[str, str], lamp: str) -> None:
    assert convert(**changes).scoreData.metrics["lamp"] == lamp


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"songname": "Gnos"}, SongOrChartNotFound, "Could not find song with title Gnos"),
        ({"diff": "5"}, SkipScore, "5KEY scores are not supported."),
        (
            {"styles": "pb", "diff": "7"},
            SongOrChartNotFound,
            "Could not find chart Song (SP HYPER version (16-cs))",
        ),
        (
            {"diff": "X"},
            SongOrChartNotFound,
            "Song - Unknown difficulty X.",
        ),
        ({"styles": "3rd,"}, InvalidScore, "Song has invalid style -- Score has no styles?"),
        ({"date": "2010"}, InvalidScore, "Invalid/Unparsable score timestamp of 2010."),
    ],
)
def test_what_is_wrong_with_a_song_is_said(
    changes: dict[str, str], kind: type[ConversionFailure], message: str
) -> None:
    with pytest.raises(kind) as failure:
        convert(**changes)
    assert failure.value.message == message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain text",
        "<html><body/></html>",
        "<s3data/>",
        "<s3data><scoredata></scoredata></s3data>",
        "<s3data><scoredata><x/></scoredata></s3data>",
        "<s3data/>".encode("utf-16").decode("latin-1"),
    ],
)
def test_a_document_without_songs_is_refused(text: str) -> None:
    assert refusal(text) == "Invalid S3 XML, no s3data -> scoredata -> song?"


@pytest.mark.parametrize("text", ["<s3data>", "<s3data></x>", "<!DOCTYPE s3data><s3data/>"])
def test_what_is_no_xml_is_refused(text: str) -> None:
    assert refusal(text) == "Could not parse XML."


OBJECT = "Object does not match structure of schema, expected this location to have an object."


@pytest.mark.parametrize(
    ("text", "violation"),
    [
        (
            document(element(), user=""),
            f"s3data.userdata | {OBJECT} | Received undefined [type: undefined].",
        ),
    ],
)
def test_the_first_violation_around_the_songs_refuses_the_document(
    text: str, violation: str
) -> None:
    assert refusal(text) == f"Invalid S3 XML.: {violation}"


def test_a_style_that_nobody_knows_says_nothing() -> None:
    assert convert(styles="3rd,of next year").chart.chartID == "sp"


@pytest.mark.parametrize(
    ("text", "violation"),
    [
        (
            document(element(), "<song/>"),
            f"s3data.scoredata.song[1] | {OBJECT} | Received  [type: string].",
        ),
        (
            document(element(exscore="-1")),
            "s3data.scoredata.song[0].exscore | Expected a positive integer."
            " | Received -1 [type: number].",
        ),
        (
            document(element(mods="1")),
            f"s3data.scoredata.song[0].mods | {OBJECT} | Received 1 [type: number].",
        ),
        (
            document(element("<scorebreakdown><greats>1</greats></scorebreakdown>")),
            "s3data.scoredata.song[0].scorebreakdown.justgreats | Expected a positive integer."
            " | Received undefined [type: undefined].",
        ),
        (
            document(element(cleartype="WON")),
            "s3data.scoredata.song[0].cleartype | Expected any of played, cleared, combo, comboed,"
            " perfect, perfected. | Received WON [type: string].",
        ),
        (
            document(element("<comment><a/></comment>")),
            "s3data.scoredata.song[0].comment | Expected *string or no value..",
        ),
    ],
)
def test_the_first_violation_in_a_song_refuses_only_that(text: str, violation: str) -> None:
    *_, entry = parse(text).entries

    assert isinstance(entry, RefusedEntry)
    assert entry.message == f"Invalid S3 XML.: {violation}"


def test_unknown_elements_are_kept_for_orphans() -> None:
    (entry,) = parse(document(element("<alternateentry>1</alternateentry>"))).entries
    kept: Any = SolidStateSquad().orphan_data(entry)

    assert kept["alternateentry"] == 1
    assert kept["mods"] == {"ranmir": "B"}


def test_a_large_file_may_begin_with_marks() -> None:
    content = b"\xef\xbb\xbf" * 2 + document(*[element()] * 1000).encode()

    SolidStateSquad().check(content, ["iidx"])
    with pytest.raises(FatalImportError):
        SolidStateSquad().check(b"x" * len(content), ["iidx"])
