from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.catalogue.index import GameCatalogue
from common.errors import (
    AmbiguousTitle,
    ConversionFailure,
    FatalImportError,
    InvalidScore,
    NotTracked,
    SkipScore,
    SongOrChartNotFound,
)
from common.games.model import ScoreData
from common.games.registry import get_gpt
from tests.common.catalogue.documents import chart, song
from worker.import_types.base import DryScore, Parsed, RefusedEntry, Upload
from worker.import_types.files.eamusement_iidx_csv import PLIIIDXCSV, EamusementIIDXCSV

UNPLAYED = "0,0,0,0,0,NO PLAY,---"
OLD_BLOCKS, NEW_BLOCKS = 3, 5
TIME = 1577901840000  # 2020-01-02 03:04 in Japan

CATALOGUE = GameCatalogue(
    "iidx",
    0,
    [
        song(1, "Song"),
        song(2, "Twin"),
        song(3, "TWIN", alt=["Twin"]),
        song(4, 'Say "hi"'),
        song(5, "Comma, song"),
    ],
    [
        chart("hyper", 1, "HYPER", playtype="SP", versions=("26", "27"), notecount=750),
        chart("another", 1, "ANOTHER", playtype="SP", versions=("26",), notecount=1000),
        chart("legg", 1, "LEGGENDARIA", playtype="SP", versions=("26",), notecount=1000),
        chart("dp", 1, "HYPER", playtype="DP", versions=("26",), notecount=1000),
        chart("quoted", 4, "HYPER", playtype="SP", versions=("26",), notecount=1000),
        chart("comma", 5, "HYPER", playtype="SP", versions=("26",), notecount=1000),
        *(
            chart(f"twin {song_id}", song_id, "HYPER", playtype="SP", versions=("26",))
            for song_id in (2, 3)
        ),
    ],
)


def block(
    exscore: str = "1500",
    pgreat: str = "700",
    great: str = "100",
    bp: str = "12",
    lamp: str = "HARD CLEAR",
    level: str = "8",
) -> str:
    return f"{level},{exscore},{pgreat},{great},{bp},{lamp},AAA"


def row(
    *blocks: str,
    version: str = "Rootage",
    title: str = "Song",
    time: str = "2020-01-02 03:04",
    width: int = OLD_BLOCKS,
) -> str:
    """A row with a HYPER block and so on; the blocks not given are unplayed."""
    first = [UNPLAYED] * (1 if width == OLD_BLOCKS else 2)
    rest = [UNPLAYED] * (width - len(first) - len(blocks))
    return ",".join([version, title, "GENRE", "Someone", "12", *first, *blocks, *rest, time])


def csv(*rows: str, cells: int = 27) -> bytes:
    return "\n".join(["h" + "," * (cells - 1), *rows, ""]).encode()


def parse(
    content: bytes, *, filename: str = "scores.csv", pli: bool = False, **fields: Any
) -> Parsed:
    fields = {"playtype": "SP", **fields}
    import_type = PLIIIDXCSV() if pli else EamusementIIDXCSV()
    return import_type.parse(Upload(1, 0, ("iidx",), filename, content, fields))


def refusal(content: bytes, **options: Any) -> str:
    with pytest.raises(FatalImportError) as failure:
        parse(content, **options)
    assert failure.value.status == 400
    return failure.value.message


def convert(content: bytes, **options: Any) -> list[DryScore]:
    parsed = parse(content, **options)
    converter = EamusementIIDXCSV().converter(parsed.context, CATALOGUE)
    scores = []
    for entry in parsed.entries:
        with suppress(SkipScore):
            scores.append(converter(entry))
    return scores


def failure(content: bytes, **options: Any) -> ConversionFailure:
    with pytest.raises(ConversionFailure) as caught:
        convert(content, **options)
    return caught.value


# --- parsing -----------------------------------------------------------------------------


def test_each_row_is_one_entry_a_difficulty() -> None:
    parsed = parse(csv(row(block(), title=" Song ", time=" 2020-01-02 03:04 \r")))
    entries = [EamusementIIDXCSV().orphan_data(entry) for entry in parsed.entries]

    assert parsed.game == "iidx"
    assert parsed.class_provider is None
    assert parsed.context == {
        "playtype": "SP",
        "importVersion": "26",
        "hasBeginnerAndLegg": False,
        "service": "e-amusement",
    }
    assert [entry["score"]["difficulty"] for entry in entries] == ["NORMAL", "HYPER", "ANOTHER"]
    assert entries[1] == {
        "title": "Song",
        "timestamp": "2020-01-02 03:04",
        "score": {
            "difficulty": "HYPER",
            "level": "8",
            "exscore": "1500",
            "pgreat": "700",
            "great": "100",
            "bp": "12",
            "lamp": "HARD CLEAR",
        },
    }


def test_newer_files_have_five_difficulties() -> None:
    parsed = parse(csv(row(width=NEW_BLOCKS), cells=41), pli=True)

    assert parsed.context["hasBeginnerAndLegg"] is True
    assert parsed.context["service"] == "PLI"
    assert [entry.score.difficulty for entry in parsed.entries] == [
        "BEGINNER",
        "NORMAL",
        "HYPER",
        "ANOTHER",
        "LEGGENDARIA",
    ]


def test_every_version_of_the_game_is_known_by_its_name() -> None:
    for version, name in get_gpt("iidx", "SP").versions.items():
        if version.isdecimal():
            assert parse(csv(row(version=name))).context["importVersion"] == version


def test_the_newest_version_of_all_rows_counts() -> None:
    content = csv(row(version="SIRIUS"), row(version="HEROIC VERSE"), row(version="1st&substream"))

    assert parse(content).context["importVersion"] == "27"


@pytest.mark.parametrize(
    ("playtype", "shown"),
    [("sp", "sp"), ("", ""), (5, "5"), (None, "null"), (["SP", "DP"], "SP,DP")],
)
def test_the_playtype_must_be_given(playtype: Any, shown: str) -> None:
    assert refusal(csv(row()), playtype=playtype) == f"Invalid playtype of {shown} given."


def test_a_missing_playtype_is_undefined() -> None:
    given = Upload(1, 0, ("iidx",), "x", b"")

    with pytest.raises(FatalImportError, match=r"^Invalid playtype of undefined given\.$"):
        EamusementIIDXCSV().parse(given)


@pytest.mark.parametrize(
    ("filename", "playtype", "other"),
    [("iidx_SP.csv", "DP", "SP"), ("my_dp.csv", "SP", "DP"), ("display.csv", "DP", "SP")],
)
def test_a_file_name_of_the_other_playtype_is_questioned(
    filename: str, playtype: str, other: str
) -> None:
    content = csv(row())

    assert refusal(content, filename=filename, playtype=playtype) == (
        f"Safety Triggered: Filename contained '{other}', but was marked as a {playtype} import."
        " Are you *absolutely* sure this is right?"
    )
    assert parse(content, filename=filename, playtype=playtype, assertPlaytypeCorrect="")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Expected headers, but received nothing in the first row."),
        (csv(cells=30), "Invalid CSV provided. CSV does not have the correct amount of headers."),
    ],
)
def test_a_file_of_the_wrong_form_is_refused(content: bytes, message: str) -> None:
    assert refusal(content) == message


@pytest.mark.parametrize(
    ("versions", "version"),
    [
        (("BEMANI",), "BEMANI"),
        (("SIRIUS", "BEMANI", "Rootage"), "BEMANI"),
        (("26",), "26"),
        (("SIRIUS", " Rootage "), "26"),
        (("SIRIUS",), "17"),
        (("", ""), None),
        ((), None),
    ],
)
def test_no_version_refuses_a_file(versions: tuple[str, ...], version: str | None) -> None:
    content = csv(*(row(version=name) for name in versions))

    assert parse(content).context["importVersion"] == version


def test_a_version_that_no_chart_is_of_says_nothing() -> None:
    for version in ("BEMANI", "SIRIUS", "26", ""):
        [dry] = convert(csv(row(block(), version=version)))
        assert dry.chart.chartID == "hyper"


def test_a_broken_row_is_one_broken_entry() -> None:
    entries = list(parse(csv("a,b", row(block()))).entries)

    assert entries[0] == RefusedEntry(
        "Row 1 has an invalid amount of cells (2, expected 27).", "a,b"
    )
    assert len(entries) == 4


# --- converting --------------------------------------------------------------------------


def test_a_score_is_converted_cell_by_cell() -> None:
    [dry] = convert(csv(row(block())))

    assert (dry.song.id, dry.chart.chartID) == (1, "hyper")
    assert (dry.service, dry.comment, dry.timeAchieved) == ("e-amusement", None, TIME)
    assert dry.scoreData.metrics == {"score": 1500, "lamp": "HARD CLEAR"}
    assert dry.scoreData.judgements == {"pgreat": 700, "great": 100}
    assert dry.scoreData.optional == {"bp": 12}
    assert dry.scoreMeta == {}


def test_the_playtype_of_the_import_selects_the_chart() -> None:
    assert [dry.chart.chartID for dry in convert(csv(row(block())), playtype="DP")] == ["dp"]


def test_a_full_combo_has_its_own_word_on_the_site() -> None:
    [dry] = convert(csv(row(block(lamp="FULLCOMBO CLEAR"))))

    assert dry.scoreData.metrics["lamp"] == "FULL COMBO"


def test_a_clear_type_may_have_our_name() -> None:
    lamps = get_gpt("iidx", "SP").provided["lamp"].values

    found = [convert(csv(row(block(lamp=lamp.lower())))) for lamp in lamps]

    assert [dry.scoreData.metrics["lamp"] for (dry,) in found] == list(lamps)


@pytest.mark.parametrize("added", [1, 3])
def test_columns_that_a_spreadsheet_adds_do_not_count(added: int) -> None:
    named = ",".join(f"column {number}" for number in range(27))
    more = "," * added

    [dry] = convert(f"{named}{more}\n{row(block())}{more}\n".encode())

    assert dry.chart.chartID == "hyper"


def test_quotes_within_a_title_are_part_of_it() -> None:
    [dry] = convert(csv(row(block(), title='Say "hi"')))

    assert dry.chart.chartID == "quoted"


@pytest.mark.parametrize("time", ["", "  ", "\r"])
def test_an_empty_time_is_unknown(time: str) -> None:
    assert [dry.timeAchieved for dry in convert(csv(row(block(), time=time)))] == [None]


@pytest.mark.parametrize(
    ("cell", "optional"),
    [("---", {}), ("x", {}), ("", {}), (" ", {}), ("0", {"bp": 0}), ("9999", {"bp": 9999})],
)
def test_a_miss_count_that_is_no_number_is_unknown(cell: str, optional: dict[str, int]) -> None:
    [dry] = convert(csv(row(block(bp=cell))))

    assert dry.scoreData.optional == optional


@pytest.mark.parametrize(
    "unplayed", [block(exscore="0"), block(exscore=""), block(exscore="---"), UNPLAYED]
)
def test_what_was_not_played_leaves_no_score(unplayed: str) -> None:
    assert convert(csv(row(unplayed, title="Unheard of"))) == []


@pytest.mark.parametrize("level", ["0", "", "12.7", "new"])
def test_a_level_is_no_condition(level: str) -> None:
    assert [dry.chart.chartID for dry in convert(csv(row(block(level=level))))] == ["hyper"]


@pytest.mark.parametrize(
    ("cells", "judgements"),
    [
        ({"pgreat": "", "great": ""}, {}),
        ({"pgreat": "---", "great": "---"}, {}),
        ({"pgreat": "700", "great": ""}, {"pgreat": 700}),
    ],
)
def test_an_empty_cell_is_no_value(cells: dict[str, str], judgements: dict[str, int]) -> None:
    [dry] = convert(csv(row(block(**cells))))

    assert dry.scoreData.judgements == judgements


@pytest.mark.parametrize("mark", ["†", "†LEGGENDARIA", " †", "  †LEGGENDARIA"])
def test_a_marked_title_is_the_leggendaria_chart_whatever_the_block(mark: str) -> None:
    charts = [dry.chart.chartID for dry in convert(csv(row(block(), block(), title="Song" + mark)))]

    assert charts == ["legg", "legg"]


def test_newer_files_have_no_marks() -> None:
    content = csv(row(block(), title="Song†", width=NEW_BLOCKS), cells=41)

    assert failure(content).message == "Could not find song for Song†."


def test_an_unknown_marked_song_keeps_its_mark_as_an_orphan() -> None:
    parsed = parse(csv(row(block(), title="Unheard of†")))
    entry = list(parsed.entries)[1]
    import_type = EamusementIIDXCSV()

    with pytest.raises(SongOrChartNotFound, match=r"^Could not find song for Unheard of\.$"):
        import_type.converter(parsed.context, CATALOGUE)(entry)

    data = import_type.orphan_data(entry)
    assert data["title"] == "Unheard of†"
    assert import_type.entry_from_orphan(data) == entry


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (csv(row(block(), title="Twin")), AmbiguousTitle, "Multiple songs exist with the title Tw"),
        (csv(row(block(), title="son")), SongOrChartNotFound, "Could not find song for son."),
        (
            csv(row(UNPLAYED, block(), version="HEROIC VERSE")),
            SongOrChartNotFound,
            "Could not find chart for Song (SP ANOTHER [v27])",
        ),
        (
            csv(row(block(), version="HEROIC VERSE", title="Song†")),
            SongOrChartNotFound,
            "Could not find chart for Song (SP HYPER [v27])",
        ),
        (
            csv(row(block(exscore="abc"))),
            InvalidScore,
            "Song (SP HYPER [v26]) - Invalid EX score of abc (Not an integer -- abc.)",
        ),
        (
            csv(row(block(exscore="-5"))),
            InvalidScore,
            "Song (SP HYPER [v26]) - Invalid EX score of -5 (Was negative -- -5.)",
        ),
        (
            csv(row(block(exscore="1501"))),
            InvalidScore,
            "Song (SP HYPER [v26]) - Invalid EX Score of 1501"
            " (Was greater than max chart ex of 1500).",
        ),
        (
            csv(row(block(pgreat="1.5"))),
            InvalidScore,
            "Song (SP HYPER [v26]) - Invalid PGreats of 1.5 (Not an integer -- 1.5.)",
        ),
        (
            csv(row(block(great="-1"))),
            InvalidScore,
            "Song (SP HYPER [v26]) - Invalid Greats of 700 (Was negative -- -1.)",
        ),
        (
            csv(row(block(great="99"))),
            InvalidScore,
            "Song (SP HYPER [v26]) - PGreats * 2 + Greats did not equal EXScore"
            " (700 * 2 + 99 != 1500).",
        ),
        (
            csv(row(block(lamp="CLEARED"))),
            InvalidScore,
            "Song (SP HYPER [v26]) - Invalid Lamp of CLEARED.",
        ),
        (
            csv(row(block(), time="2020-02-30 10:00")),
            InvalidScore,
            "Invalid/Unparsable score timestamp of 2020-02-30 10:00.",
        ),
        *(
            (
                csv(row(block(bp=cell))),
                InvalidScore,
                f"Song (SP HYPER [v26]) - Invalid BP of {cell}.",
            )
            for cell in ("-1", "1.5", "10000", "Infinity")
        ),
    ],
)
def test_a_bad_score_is_told_what_is_wrong(
    content: bytes, kind: type[ConversionFailure], message: str
) -> None:
    reason = failure(content)

    assert type(reason) is kind
    assert reason.message.startswith(message)


@pytest.mark.parametrize("title", ["Song", "Unheard of"])
def test_beginner_charts_are_counted_and_passed_over(title: str) -> None:
    cells = row(width=NEW_BLOCKS, title=title).split(",")
    cells[5:12] = block().split(",")
    parsed = parse(csv(",".join(cells), cells=41))
    converter = EamusementIIDXCSV().converter(parsed.context, CATALOGUE)

    with pytest.raises(NotTracked):
        converter(next(iter(parsed.entries)))


# --- columns -----------------------------------------------------------------------------

BLOCK = ("難易度", "スコア", "PGreat", "Great", "ミスカウント", "クリアタイプ", "DJ LEVEL")
HEADERS = [
    "バージョン",
    "タイトル",
    "ジャンル",
    "アーティスト",
    "プレー回数",
    *(
        f"{difficulty} {name}"
        for difficulty in ("BEGINNER", "NORMAL", "HYPER", "ANOTHER", "LEGGENDARIA")
        for name in BLOCK
    ),
    "最終プレー日時",
]


def table(order: list[int], extra: tuple[str, ...] = ()) -> bytes:
    """A file of one HYPER score, with its columns in this order, and others behind."""
    cells = row(block(), width=NEW_BLOCKS).split(",")
    return "\n".join(
        ",".join([*(line[place] for place in order), *extra]) for line in (HEADERS, cells)
    ).encode()


@given(st.permutations(range(len(HEADERS))), st.lists(st.just("more"), max_size=5))
def test_columns_are_found_by_their_headers(order: list[int], extra: list[str]) -> None:
    assert convert(table(list(range(41)))) == convert(table(order, tuple(extra)))


def test_columns_that_are_not_there_are_no_values() -> None:
    needed = ["タイトル", "HYPER スコア", "HYPER クリアタイプ"]

    [dry] = convert(table([HEADERS.index(name) for name in needed]))

    assert (dry.chart.chartID, dry.timeAchieved) == ("hyper", None)
    assert dry.scoreData == ScoreData({"score": 1500, "lamp": "HARD CLEAR"}, {}, {})


def test_an_export_of_tachi_is_a_file_of_the_site() -> None:
    cells = row(block(), title="Comma\\, song", version="26", width=NEW_BLOCKS)
    untimed = cells.rpartition(",")[0] + ",1970-01-01T00:00:00.000Z"

    [dry] = convert(f"{','.join(HEADERS)}\n{untimed}".encode())

    assert (dry.chart.chartID, dry.timeAchieved) == ("comma", None)


# --- whatever it is given ----------------------------------------------------------------

_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters=",\n")
_CELL = st.sampled_from(
    ["", "0", "1", "750", "1500", "-1", "1e3", "---", '"', '"8"', "9" * 5000, "\x00", "Song", "†"]
) | st.text(_CHARACTERS, max_size=5)


@given(st.lists(st.lists(_CELL, min_size=25, max_size=25), max_size=3))
def test_any_cells_give_scores_or_failures(rows: list[list[str]]) -> None:
    content = csv(*(",".join(["Rootage", *cells, ""]) for cells in rows))
    with suppress(FatalImportError):
        parsed = parse(content)
        converter = EamusementIIDXCSV().converter(parsed.context, CATALOGUE)
        for entry in parsed.entries:
            with suppress(ConversionFailure):
                assert converter(entry).chart in CATALOGUE.charts


@given(st.binary(), st.text(), st.text())
def test_any_bytes_are_parsed_or_refused(content: bytes, filename: str, playtype: str) -> None:
    for given_playtype in (playtype, "SP"):
        with suppress(FatalImportError):
            parse(csv(row()) + content, filename=filename, playtype=given_playtype)
