"""What holds of every game and format, for files as people have them.

Titles in any spelling of every catalogue are in `tests/common/catalogue/test_titles.py`; here each
format is shown to compare them so, and to lose nothing for what is new.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.catalogue.index import GameCatalogue
from common.errors import ConversionFailure, FatalImportError
from common.games.model import GPT, Decimal, Integer
from common.games.registry import GAMES, all_gpts, get_game, get_gpt
from tests.common.catalogue.documents import chart, song
from tests.common.games.charts import chart_of as chart_with
from tests.support.examples import examples
from tests.worker.import_types.manual.batch_manual_documents import documents
from tests.worker.import_types.services import test_converters as services
from worker.import_types import registry
from worker.import_types.base import Body, DryScore, ImportInput, RefusedEntry, Upload, Upstream

TITLE = "Two Words"
SPACES = " \t\u00a0\u1680\u2003\u2009\u202f\u205f\u3000"
SHA256, MD5, SHA1 = "0123456789abcdef" * 4, "89abcdef01234567" * 2, "ab01cd23" * 5

few = settings(max_examples=examples(10))
words = st.text("abcXYZ 新作†19.+", min_size=1, max_size=8).filter(str.strip)


def catalogue_of(game: str) -> GameCatalogue:
    """One song, with a chart of each difficulty in each playtype, of all versions there are."""
    charts = [
        chart(
            f"{playtype} {difficulty}",
            1,
            difficulty,
            playtype=playtype,
            versions=tuple(gpt.versions),
            inGameID=1,
            inGameStrID="one",
            ddrSongHash="one",
            hashMD5=MD5,
            hashSHA256=SHA256,
            hashSHA1=SHA1,
            hashGSv3=MD5,
        )
        for playtype, gpt in get_game(game).playtypes.items()
        for difficulty in gpt.difficulties or ("Hard",)
    ]
    return GameCatalogue(game, 0, [song(1, TITLE, ddrSongHash="one")], charts)


CATALOGUES = {game: catalogue_of(game) for game in GAMES}


def outcomes(import_type: str, given: ImportInput) -> Iterator[DryScore | str]:
    """Scores, and of other entries the kind of failure."""
    kind = registry.get(import_type)
    parsed = kind.parse(given)
    convert = kind.converter(parsed.context, CATALOGUES[parsed.game])
    for entry in parsed.entries:
        if isinstance(entry, RefusedEntry):
            yield "RefusedEntry"
            continue
        try:
            yield convert(entry)
        except ConversionFailure as failure:
            yield type(failure).__name__


def only(found: Iterator[DryScore | str]) -> DryScore | str:
    """That of the only entry that was played."""
    played = [each for each in found if each not in ("SkipScore", "NotTracked")]
    assert len(played) == 1
    return played[0]


def chart_of(outcome: DryScore | str) -> str:
    return outcome if isinstance(outcome, str) else outcome.chart.chartID


# --- one score in each format --------------------------------------------------------------------

IIDX_HEADER = [
    *("バージョン", "タイトル", "ジャンル", "アーティスト", "プレー回数"),
    *(
        f"{difficulty} {name}"
        for difficulty in ("BEGINNER", "NORMAL", "HYPER", "ANOTHER", "LEGGENDARIA")
        for name in (
            *("難易度", "スコア", "PGreat", "Great", "ミスカウント", "クリアタイプ", "DJ LEVEL"),
        )
    ),
    "最終プレー日時",
]
SDVX_HEADER = [
    "楽曲名",
    "難易度",
    "楽曲レベル",
    "クリアランク",
    "スコアグレード",
    "ハイスコア",
    "EXスコア",
]
RECORDS_HEADER = ["music_id", "music_title", "music_levels", "music_scores", "music_achieves"]

TABLES = {
    "file/eamusement-iidx-csv": "iidx",
    "file/pli-iidx-csv": "iidx",
    "file/eamusement-sdvx-csv": "sdvx",
    "file/mypagescraper-records-csv": "wacca",
}


def table(
    import_type: str,
    title: str = TITLE,
    *,
    version: str = "Sparkle Shower",
    difficulty: str = "ADVANCED",
    level: str = "12",
    time: str = "2026-01-02 03:04",
) -> list[list[str]]:
    """The header, and a row of one score."""
    if "iidx" in import_type:
        unplayed = ["0", "0", "0", "0", "---", "NO PLAY", "---"]
        another = [level, "1500", "700", "100", "12", "HARD CLEAR", "AAA"]
        blocks = [*unplayed * 3, *another, *unplayed]
        return [IIDX_HEADER, [version, title, "GENRE", "Someone", "5", *blocks, time]]
    if "sdvx" in import_type:
        return [SDVX_HEADER, [title, difficulty, level, "COMPLETE", "AA", "9551234", "0"]]
    lists = [f"[4,{level},11,0]", "[0,812345,0]", "[0,1,0]"]
    return [RECORDS_HEADER, ["9001", title, *lists]]


CHARTS = {"iidx": "SP ANOTHER", "sdvx": "Single ADV", "wacca": "Single HARD"}


def written(rows: list[list[str]], encoding: str = "utf-8", **dialect: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, **{"lineterminator": "\n", **dialect}).writerows(rows)
    return out.getvalue().encode(encoding)


def uploaded(content: bytes, **fields: str) -> Upload:
    return Upload(1, 0, tuple(GAMES), "scores", content, {"playtype": "SP", **fields}, lenient=True)


def s3(title: str = TITLE, styles: str = "9th", date: str = "2010-10-19 04:54:22") -> bytes:
    return (
        "<s3data><userdata><id>9</id><login>x</login><djname>DJ</djname></userdata><scoredata>"
        f"<song><id>1</id><diff>A</diff><songname><![CDATA[{title}]]></songname>"
        f"<styles><![CDATA[{styles}]]></styles><exscore>1234</exscore><mods></mods>"
        f"<cleartype>cleared</cleartype><date>{date}</date></song></scoredata></s3data>"
    ).encode()


def manual(data: st.DataObject, gpt: GPT, version: str | None = None, **wanted: Any) -> Body:
    """A document of one score, whose chart is the one `wanted`."""
    document = data.draw(documents(gpt).filter(lambda drawn: bool(drawn["scores"])))
    document["meta"].pop("version", None)
    if version is not None:
        document["meta"]["version"] = version
    score = {key: document["scores"][0][key] for key in gpt.provided}
    document["scores"] = [{**score, **wanted}]
    return Body(1, 0, tuple(GAMES), document, lenient=True)


def direct(data: st.DataObject, gpt: GPT, version: str | None = None, **wanted: Any) -> str:
    """The chart that is found, or the kind of failure."""
    given_body = manual(data, gpt, version, **wanted)
    return chart_of(only(outcomes("ir/direct-manual", given_body)))


def difficulties(gpt: GPT) -> list[str]:
    """Those that scores are taken on."""
    refused = {*gpt.refused_difficulties, *gpt.untracked_difficulties, *gpt.difficulty_stands_for}
    return [each for each in gpt.difficulties or ("Hard",) if each not in refused]


# --- titles --------------------------------------------------------------------------------------


@st.composite
def spelled(draw: st.DrawFn) -> str:
    """The title in any case, with any spaces where it has one, and at its edges."""
    letters = [
        draw(st.text(SPACES, min_size=1, max_size=3))
        if letter == " "
        else draw(st.sampled_from([letter.upper(), letter.lower()]))
        for letter in TITLE
    ]
    return draw(st.text(SPACES, max_size=2)) + "".join(letters) + draw(st.text(SPACES, max_size=2))


@pytest.mark.parametrize("import_type", TABLES)
@few
@given(title=spelled())
def test_a_title_in_a_table_is_found_in_any_spelling(import_type: str, title: str) -> None:
    content = written(table(import_type, title))
    assert chart_of(only(outcomes(import_type, uploaded(content)))) == CHARTS[TABLES[import_type]]


@few
@given(title=spelled())
def test_a_title_in_xml_is_found_in_any_spelling(title: str) -> None:
    found = only(outcomes("file/solid-state-squad", uploaded(s3(title))))
    assert chart_of(found) == "SP ANOTHER"


each_titled = pytest.mark.parametrize(
    "gpt",
    [gpt for gpt in all_gpts() if "songTitle" in gpt.match_types],
    ids=lambda gpt: gpt.id,
)


@each_titled
@few
@given(data=st.data())
def test_a_title_in_json_is_found_in_any_spelling(gpt: GPT, data: st.DataObject) -> None:
    title, difficulty = data.draw(spelled()), data.draw(st.sampled_from(difficulties(gpt)))
    found = direct(data, gpt, matchType="songTitle", identifier=title, difficulty=difficulty)
    assert found == f"{gpt.playtype} {difficulty}"


# --- what is new ---------------------------------------------------------------------------------


@each_titled
@few
@given(data=st.data())
def test_an_unknown_version_or_difficulty_in_json_loses_nothing(
    gpt: GPT, data: st.DataObject
) -> None:
    version = data.draw(words.filter(lambda drawn: drawn not in gpt.versions))
    difficulty = data.draw(st.sampled_from(difficulties(gpt)))
    by_title = {"matchType": "songTitle", "identifier": TITLE}
    found = direct(data, gpt, version, difficulty=difficulty, **by_title)
    assert found == f"{gpt.playtype} {difficulty}"
    new = data.draw(words.map(lambda drawn: f"new {drawn}"))
    kept = direct(data, gpt, difficulty=new, **by_title)
    assert kept == "SongOrChartNotFound" or gpt.difficulties is None


@pytest.mark.parametrize("import_type", TABLES)
@few
@given(
    version=words, difficulty=words, level=st.sampled_from(["", "1", "17.5", "20.9", "☆", "13+"])
)
def test_nothing_new_in_a_table_loses_a_score(
    import_type: str, version: str, difficulty: str, level: str
) -> None:
    rows = table(import_type, version=version, level=level)
    found = only(outcomes(import_type, uploaded(written(rows))))
    assert chart_of(found) == CHARTS[TABLES[import_type]]
    if "sdvx" in import_type:
        rows = table(import_type, difficulty=f"new {difficulty}")
        assert only(outcomes(import_type, uploaded(written(rows)))) == "SongOrChartNotFound"


@few
@given(styles=words)
def test_an_unknown_style_in_xml_loses_no_score(styles: str) -> None:
    found = only(outcomes("file/solid-state-squad", uploaded(s3(styles=f"new {styles}"))))
    assert chart_of(found) == "SP ANOTHER"


def fetched(import_type: str, entry: Mapping[str, Any]) -> DryScore | str:
    return only(outcomes(import_type, Upstream(7, 0, tuple(GAMES), services.Entries([entry]))))


VERSIONED = {
    "api/flo-iidx": ({**services.IIDX, "music_id": 1}, "version_played", "timestamp"),
    "api/min-sdvx": (
        {**services.KAI_SDVX, "music_id": 1, "music_difficulty": 1},
        "played_version",
        "timestamp",
    ),
    "api/cg-dev-sdvx": (services.CG_SDVX, "version", "dateTime"),
    "api/cg-dev-iidx": ({**services.CG_IIDX, "internalId": 1}, "version", "dateTime"),
}


@pytest.mark.parametrize("import_type", VERSIONED)
@few
@given(version=st.integers(40, 2**31))
def test_a_version_to_come_from_a_service_loses_no_score(import_type: str, version: int) -> None:
    entry, field, _ = VERSIONED[import_type]
    assert isinstance(fetched(import_type, {**entry, field: version}), DryScore)


# --- dialects of CSV -----------------------------------------------------------------------------


@pytest.mark.parametrize("import_type", TABLES)
@few
@given(data=st.data())
def test_a_table_is_read_in_whatever_dialect_it_is(import_type: str, data: st.DataObject) -> None:
    rows = table(import_type)
    order = data.draw(st.permutations(range(len(rows[0]))))
    more = data.draw(st.integers(0, 3))
    rows = [[*(row[place] for place in order), *["more"] * more] for row in rows]
    blank = data.draw(st.sampled_from(["", "\n", " \n"]))
    quoted = data.draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    content = written(
        rows,
        data.draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp932"])),
        delimiter=data.draw(st.sampled_from(",;\t")),
        lineterminator=data.draw(st.sampled_from(["\n", "\r\n"])) + blank,
        quoting=quoted,
    )
    found = only(outcomes(import_type, uploaded(content)))
    assert chart_of(found) == CHARTS[TABLES[import_type]]


@pytest.mark.parametrize("import_type", TABLES)
def test_a_broken_row_is_one_error_line_with_its_number(import_type: str) -> None:
    header, row = table(import_type)
    content = written([header, row, row[:2], row])
    found = [each for each in outcomes(import_type, uploaded(content)) if each != "SkipScore"]
    assert [chart_of(each) for each in found if each != "NotTracked"] == [
        CHARTS[TABLES[import_type]],
        "RefusedEntry",
        CHARTS[TABLES[import_type]],
    ]
    kind = registry.get(import_type)
    (refused,) = [
        entry for entry in kind.parse(uploaded(content)).entries if isinstance(entry, RefusedEntry)
    ]
    assert refused.message.startswith("Row 2 ")


def rows_of(import_type: str) -> tuple[str, str]:
    header, row = (written([each]).decode() for each in table(import_type))
    return header, row


SHAPES: dict[str, Callable[[str, str], str | bytes]] = {
    "line ends of old systems": lambda header, row: (header + row).replace("\n", "\r"),
    "doubled line ends": lambda header, row: (header + row).replace("\n", "\r\r\n"),
    "a hint for spreadsheets": lambda header, row: f"sep=,\n{header}{row}",
    "blank lines first": lambda header, row: f"\ufeff\r\n\r\n{header}{row}",
    "a title above the header": lambda header, row: f"My scores, as of today\n{header}{row}",
    "an empty row above the header": lambda header, row: (
        f"{',' * header.count(',')}\n{header}{row}"
    ),
    "the header twice": lambda header, row: f"{header}{header}{row}{header}",
    "a comma at each end": lambda header, row: (header + row).replace("\n", ",\n"),
    "commas at the header's end": lambda header, row: header.replace("\n", ",,\n") + row,
    "a hundred commas": lambda header, row: header + row.replace("\n", "," * 100 + "\n"),
    "an end of old systems": lambda header, row: f"{header}{row}\x1a",
    "padding": lambda header, row: f"{header}{row}\n" + "\0" * 9,
    "bars": lambda header, row: changed(header + row, lambda cell: cell, "|"),
    "quotes after spaces": lambda header, row: changed(
        header + row, lambda cell: '"' + cell.replace('"', '""') + '"', ", ", csv.QUOTE_NONE
    ),
    "spaces around": lambda header, row: changed(header + row, lambda cell: f" {cell} "),
    "odd spaces around": lambda header, row: changed(
        header + row, lambda cell: f"\u3000{cell}\xa0"
    ),
    "kept as texts": lambda header, row: (
        header + changed(row, lambda cell: f'="{cell}"' if cell else cell)
    ),
    "marked as texts": lambda header, row: (
        header + changed(row, lambda cell: f"'{cell}" if cell.isdigit() else cell)
    ),
    "with fractions": lambda header, row: (
        header + changed(row, lambda cell: f"{cell}.0" if cell.isdigit() else cell)
    ),
    "thousands apart": lambda header, row: (
        header + changed(row, lambda cell: f"{int(cell):,}" if cell.isdigit() else cell)
    ),
    "wide digits": lambda header, row: (
        header + changed(row, lambda cell: cell.translate(WIDE) if cell.isdigit() else cell)
    ),
    "another Japanese encoding": lambda header, row: (header + row).encode("euc_jp"),
}
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def changed(
    text: str, change: Callable[[str], str], delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL
) -> str:
    """The table with each cell changed."""
    cells = [[change(cell) for cell in row] for row in csv.reader(io.StringIO(text))]
    if quoting == csv.QUOTE_NONE:
        return "".join(delimiter.join(row) + "\n" for row in cells)
    return written(cells, delimiter=delimiter).decode()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("import_type", TABLES)
def test_a_table_is_read_as_programs_leave_it(import_type: str, shape: str) -> None:
    content = SHAPES[shape](*rows_of(import_type))
    content = content if isinstance(content, bytes) else content.encode()
    found = only(outcomes(import_type, uploaded(content)))
    assert chart_of(found) == CHARTS[TABLES[import_type]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932", "euc_jp"])
def test_xml_is_read_in_whatever_encoding_it_is(encoding: str) -> None:
    content = s3().decode().replace("<djname>DJ", "<djname>ＤＪ別")
    given = f'\n<?xml version="1.0" encoding="{encoding}"?>{content}'.encode(encoding)
    assert chart_of(only(outcomes("file/solid-state-squad", uploaded(given)))) == "SP ANOTHER"


@pytest.mark.parametrize(
    ("import_type", "encoding"),
    [
        ("file/solid-state-squad", "utf-32"),
        *((each, encoding) for each in TABLES for encoding in ("utf-32", "iso2022_jp")),
    ],
)
def test_another_encoding_is_refused_by_name(import_type: str, encoding: str) -> None:
    text = s3().decode() if "solid" in import_type else "".join(rows_of(import_type))
    given = text.replace(TITLE, "別の曲").encode(encoding)
    with pytest.raises(FatalImportError, match=r"UTF-32|ISO-2022-JP"):
        registry.get(import_type).parse(uploaded(given))


# --- nothing is dropped silently, and one bad entry does not refuse the others -----------------

each_gpt = pytest.mark.parametrize("gpt", all_gpts(), ids=lambda gpt: gpt.id)


def by_id(gpt: GPT) -> dict[str, str]:
    """What finds a chart of the catalogue."""
    if "tachiSongID" in gpt.match_types:
        return {
            "matchType": "tachiSongID",
            "identifier": "1",
            "difficulty": difficulties(gpt)[0],
        }
    return {"matchType": "itgChartHash", "identifier": MD5}


def numbers(gpt: GPT) -> list[str]:
    return [
        name for name, each in gpt.optional.items() if isinstance(each.metric, Integer | Decimal)
    ]


@pytest.mark.parametrize("gpt", [gpt for gpt in all_gpts() if numbers(gpt)], ids=lambda gpt: gpt.id)
@few
@given(data=st.data())
def test_both_names_of_optional_metrics_are_merged(gpt: GPT, data: st.DataObject) -> None:
    one, *others = data.draw(st.permutations(numbers(gpt)))
    former = {one: 2, **dict.fromkeys(others[:1], 3)}
    found = only(
        outcomes(
            "ir/direct-manual",
            manual(data, gpt, optional={one: 1}, hitMeta=former, **by_id(gpt)),
        )
    )
    assert isinstance(found, DryScore)
    assert found.remark is not None
    if found.remark.startswith("What stands in hitMeta was not taken: "):
        assert found.scoreData.optional == {one: 1}
        return
    assert found.scoreData.optional == {**former, one: 1}
    assert f"{one} is 1 in optional and 2 in hitMeta" in found.remark


@pytest.mark.parametrize("ex", [500, 505])
def test_a_former_name_does_not_cost_a_score(ex: int) -> None:
    """An EX score of DDR is what the judgements come to: 450 + 12 + 40 + 3."""
    gpt = get_gpt("ddr", "SP")
    score = {
        "score": 896_700,
        "lamp": "GREAT FULL COMBO",
        "matchType": "inGameID",
        "identifier": "38350",
        "difficulty": "BASIC",
        "judgements": {"MARVELOUS": 150, "PERFECT": 20, "GREAT": 3, "GOOD": 0, "MISS": 0, "OK": 4},
        "optional": {"flare": "IX"},
        "hitMeta": {"exScore": ex},
    }
    meta = {"game": "ddr", "playtype": "SP", "service": "some client"}
    sent = Body(1, 0, tuple(GAMES), {"meta": meta, "scores": [score]}, lenient=True)
    played = chart_with(gpt, {"inGameID": 38350}, difficulty="BASIC")
    kind = registry.get("ir/direct-manual")
    parsed = kind.parse(sent)
    (entry,) = parsed.entries
    catalogue = GameCatalogue("ddr", 0, [song(1, TITLE)], [played])
    found = kind.converter(parsed.context, catalogue)(entry)
    assert found.scoreData.optional == {"flare": "IX"} | ({"exScore": 505} if ex == 505 else {})
    assert (found.remark is None) == (ex == 505)
    if found.remark is not None:
        assert "EXScore expected to be 505 instead of 500" in found.remark


@each_gpt
@few
@given(data=st.data())
def test_keys_that_nobody_knows_are_named(gpt: GPT, data: st.DataObject) -> None:
    given_body = manual(data, gpt, optional={"not known": 1}, **by_id(gpt))
    parsed = registry.get("ir/direct-manual").parse(given_body)
    assert isinstance(only(outcomes("ir/direct-manual", given_body)), DryScore)
    assert any("optional.not known" in warning for warning in parsed.warnings)


@each_gpt
@few
@given(data=st.data())
def test_one_bad_entry_does_not_refuse_the_others(gpt: GPT, data: st.DataObject) -> None:
    given_body = manual(data, gpt, **by_id(gpt))
    good = given_body.content["scores"][0]
    metric = data.draw(st.sampled_from(sorted(gpt.provided)))
    bad = data.draw(st.sampled_from([{**good, metric: {}}, {}, None, 5, {**good, "matchType": 1}]))
    given_body.content["scores"] = [good, bad, good]
    found = list(outcomes("ir/direct-manual", given_body))
    assert [isinstance(each, DryScore) for each in found] == [True, False, True]
    assert found[1] == "RefusedEntry"


# --- times and hashes ----------------------------------------------------------------------------

EPOCHS = ["1970-01-01T00:00:00.000Z", "1970-01-01 00:00", "1970-01-01 09:00:00"]


@pytest.mark.parametrize("time", EPOCHS)
def test_the_epoch_is_no_time_in_any_format(time: str) -> None:
    found = [
        only(outcomes(name, uploaded(written(table(name, time=time))))) for name in list(TABLES)[:2]
    ]
    found.append(only(outcomes("file/solid-state-squad", uploaded(s3(date=time)))))
    for name, (entry, _, field) in VERSIONED.items():
        found.append(fetched(name, {**entry, field: time}))
    assert all(isinstance(each, DryScore) and each.timeAchieved is None for each in found)


@pytest.mark.parametrize("gpt", all_gpts(), ids=lambda gpt: gpt.id)
@few
@given(data=st.data())
def test_a_hash_is_found_in_any_case(gpt: GPT, data: st.DataObject) -> None:
    hashes = {
        "bmsChartHash": SHA256,
        "itgChartHash": MD5,
        "popnChartHash": SHA256,
        "uscChartHash": SHA1,
    }
    for match_type in hashes.keys() & set(gpt.match_types):
        letters = [
            data.draw(st.sampled_from([letter, letter.upper()])) for letter in hashes[match_type]
        ]
        found = direct(data, gpt, matchType=match_type, identifier="".join(letters))
        assert found.startswith(gpt.playtype)


@few
@given(data=st.data())
def test_a_time_of_zero_in_json_is_none(data: st.DataObject) -> None:
    gpt = data.draw(
        st.sampled_from([gpt for gpt in all_gpts() if "tachiSongID" in gpt.match_types])
    )
    difficulty = difficulties(gpt)[0]
    wanted = {"matchType": "tachiSongID", "identifier": "1", "difficulty": difficulty}
    given_body = manual(data, gpt, timeAchieved=0, **wanted)
    found = only(outcomes("ir/direct-manual", given_body))
    assert isinstance(found, DryScore)
    assert found.timeAchieved is None
