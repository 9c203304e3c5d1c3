from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.catalogue.index import GameCatalogue
from common.errors import (
    AmbiguousTitle,
    ConversionFailure,
    FatalImportError,
    InternalFailure,
    InvalidScore,
    SongOrChartNotFound,
)
from common.games.registry import GAMES, all_gpts, gpt_by_id
from tests.common.catalogue.documents import chart, song
from tests.worker.import_types.manual.batch_manual_documents import (
    documents,
    full_document,
    sdvx_document,
    sdvx_score,
    spoilt,
)
from worker.import_types.base import Body, DryScore, Parsed, Upload
from worker.import_types.manual.batch_manual import INFER_TIMESTAMP, BatchManual, DirectManual
from worker.import_types.manual.batch_manual_reading import check_body, check_file

NOW = 1_700_000_000_000
CATALOGUE = GameCatalogue(
    "sdvx",
    0,
    [song(1, "First", "Ada")],
    [
        chart("new", 1, "EXH", versions=("exceed",), inGameID=10),
        chart("old", 1, "EXH", versions=("vivid",), primary=False, inGameID=10),
    ],
)


def parse(document: Any) -> Parsed:
    content = document if isinstance(document, bytes) else orjson.dumps(document)
    file = "any name", content
    return BatchManual().parse(Upload(1, NOW, tuple(GAMES), *file))


def parse_body(document: Any, *, infer: bool = False) -> Parsed:
    options = {INFER_TIMESTAMP: infer}
    return DirectManual().parse(Body(1, NOW, tuple(GAMES), document, options))


def refusal(document: Any) -> str:
    """What the file is told; a body must be told the same."""
    with pytest.raises(FatalImportError) as from_file:
        parse(document)
    with pytest.raises(FatalImportError) as from_body:
        parse_body(copy.deepcopy(document))
    assert from_file.value.status == from_body.value.status == 400
    assert from_file.value.message == from_body.value.message
    return from_file.value.message


def convert(*scores: dict[str, Any], **meta: Any) -> DryScore:
    document = sdvx_document(*scores)
    document["meta"].update(meta)
    parsed = parse(document)
    [entry] = parsed.entries
    return BatchManual().converter(parsed.context, CATALOGUE)(entry)


# --- parsing -----------------------------------------------------------------------------


def test_a_document_becomes_its_scores_and_their_context() -> None:
    document = sdvx_document(sdvx_score(artist=None), sdvx_score(optional={"exScore": 5}))
    document["meta"]["version"] = "exceed"

    parsed = parse(document)

    assert parsed.game == "sdvx"
    assert parsed.context == {
        "service": "tests",
        "game": "sdvx",
        "playtype": "Single",
        "version": "exceed",
    }
    assert parsed.class_provider is None
    assert [BatchManual().orphan_data(entry) for entry in parsed.entries] == document["scores"]


def test_no_scores_are_fine_and_no_version_is_null() -> None:
    parsed = parse(sdvx_document())

    assert list(parsed.entries) == []
    assert parsed.context["version"] is None


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (None, "Invalid BATCH-MANUAL (Not an object, received null.)"),
        ("x", "Invalid BATCH-MANUAL (Not an object, received string.)"),
        (5, "Invalid BATCH-MANUAL (Not an object, received number.)"),
        (True, "Invalid BATCH-MANUAL (Not an object, received boolean.)"),
        ([], "Could not retrieve meta.game - is this valid BATCH-MANUAL?"),
        ({}, "Could not retrieve meta.game - is this valid BATCH-MANUAL?"),
        ({"meta": None}, "Could not retrieve meta.game - is this valid BATCH-MANUAL?"),
        ({"meta": [1]}, "Could not retrieve meta.game - is this valid BATCH-MANUAL?"),
        (
            {"meta": {"game": "iidx"}},
            "Could not retrieve meta.playtype - is this valid BATCH-MANUAL?",
        ),
        (
            {"meta": {"game": "SDVX"}},
            f"Invalid game 'SDVX'. It must be one of {', '.join(gpt.v3_id for gpt in all_gpts())}.",
        ),
        (
            {"meta": {"game": None, "playtype": 1}},
            f"Invalid game 'null' - expected any of {', '.join(GAMES)}.",
        ),
        (
            {"meta": {"game": {}, "playtype": 1}},
            f"Invalid game '[object Object]' - expected any of {', '.join(GAMES)}.",
        ),
        (
            {"meta": {"game": "chess", "playtype": 1}},
            f"Invalid game 'chess' - expected any of {', '.join(GAMES)}.",
        ),
        (
            {"meta": {"game": "iidx", "playtype": "Single"}},
            "Invalid playtype 'Single' - expected any of SP, DP.",
        ),
        (
            {"meta": {"game": "sdvx", "playtype": -1}},
            "Invalid playtype '-1' - expected any of Single.",
        ),
    ],
)
def test_a_document_must_say_what_it_is(document: Any, message: str) -> None:
    assert refusal(document) == message


def test_a_game_that_is_not_enabled_is_refused() -> None:
    file = "x", orjson.dumps(sdvx_document())

    with pytest.raises(FatalImportError) as failure:
        BatchManual().parse(Upload(1, NOW, ("usc", "iidx"), *file))

    assert failure.value.message == "Invalid game 'sdvx' - expected any of usc, iidx."


OBJECT = "Object does not match structure of schema, expected this location to have an object."
TIME = (
    "Expected a number greater than 1 Trillion - did you pass unix seconds instead of milliseconds?"
)


@pytest.mark.parametrize(
    ("members", "rest"),
    [
        ({"score": 10.5}, ".score | Expected an integer. | Received 10.5 [type: number]."),
        ({"score": "5"}, ".score | Expected an integer. | Received 5 [type: string]."),
        (
            {"score": 10_000_001},
            ".score | Expected a number between 0 and 10000000. | Received 10000001"
            " [type: number].",
        ),
        (
            {"lamp": "clear"},
            ".lamp | Expected any of FAILED, CLEAR, EXCESSIVE CLEAR, MAXXIVE CLEAR, ULTIMATE CHAIN,"
            " PERFECT ULTIMATE CHAIN. | Received clear [type: string].",
        ),
        (
            {"matchType": "guess"},
            ".matchType | Expected any of songTitle, tachiSongID, bmsChartHash,"
            " gcmInGameIDSpecialChart, itgChartHash, sdvxInGameID, inGameID, inGameStrID,"
            " uscChartHash, popnChartHash, ddrSongHash."
            " | Received guess [type: string].",
        ),
        ({"identifier": 5}, ".identifier | Expected string. | Received 5 [type: number]."),
        (
            {"comment": "hi"},
            ".comment | Expected a string with length between 3 and 240."
            " | Received hi [type: string].",
        ),
        (
            {"difficulty": 3},
            ".difficulty | Expected *?string, null or no value. | Received 3 [type: number].",
        ),
        ({"artist": []}, ".artist | Expected *?string, null or no value.."),
        (
            {"timeAchieved": 1_700_000_000},
            f".timeAchieved | {TIME} | Received 1700000000 [type: number].",
        ),
        (
            {"timeAchieved": 1_000_000_000_000},
            f".timeAchieved | {TIME} | Received 1000000000000 [type: number].",
        ),
        ({"judgements": 5}, ".judgements | Not a valid object. | Received 5 [type: number]."),
        ({"judgements": []}, ".judgements | Not a valid object.."),
        (
            {"judgements": {"bogus": 1}},
            ".judgements | Invalid Key bogus. Expected any of critical, near, miss.",
        ),
        (
            {"judgements": {"near": 1.5}},
            ".judgements | Key near had an invalid value of 1.5 [type: number].",
        ),
        (
            {"judgements": {"near": {}}},
            ".judgements | Key near had an invalid value of [object Object] [type: object].",
        ),
        ({"optional": 5}, f".optional | {OBJECT} | Received 5 [type: number]."),
        ({"optional": {"x": 1}}, ".optional | Unexpected properties inside object: x.."),
        (
            {"optional": {"fast": -1}},
            ".optional.fast | Expected a positive integer. | Received -1 [type: number].",
        ),
        (
            {"hitMeta": {"gauge": 101}},
            ".hitMeta.gauge | Expected a number between 0 and 100. | Received 101 [type: number].",
        ),
        ({"grade": "S"}, " | Unexpected properties inside object: grade.."),
        ({"scoreMeta": {"x": 1}}, ".scoreMeta | Invalid Key x. Expected any of inSkillAnalyser."),
        ({"scoreMeta": []}, ".scoreMeta | Not a valid object.."),
    ],
)
def test_the_first_bad_member_of_a_score_refuses_the_document(
    members: dict[str, Any], rest: str
) -> None:
    message = refusal(sdvx_document(sdvx_score(), sdvx_score(**members)))

    assert message == f"Invalid BATCH-MANUAL: scores[1]{rest}"


@pytest.mark.parametrize(
    ("document", "rest"),
    [
        (
            {"meta": {"game": "sdvx", "playtype": "Single", "service": "ab"}},
            "meta.service | Expected a string with length between 3 and 60."
            " | Received ab [type: string].",
        ),
        (
            {"meta": {"game": "sdvx", "playtype": "Single", "service": "abc", "version": 6}},
            "meta.version | Expected *?string, null or no value. | Received 6 [type: number].",
        ),
        (
            {"meta": {"game": "sdvx", "playtype": "Single", "service": "abc", "x": 6}},
            "meta | Unexpected properties inside object: x..",
        ),
        (sdvx_document() | {"scores": {}}, "scores | Value was not an array.."),
        (
            sdvx_document(7),  # type: ignore[arg-type]
            f"scores[0] | {OBJECT} | Received 7 [type: number].",
        ),
        (sdvx_document(foo=1), "null | Unexpected properties inside object: foo.."),
        (
            sdvx_document(classes={"vfClass": "IMPERIAL_I"}),
            "classes | Unexpected properties inside object: vfClass..",
        ),
        (
            sdvx_document(classes={"dan": 7}),
            "classes.dan | Expected any of DAN_1, DAN_2, DAN_3, DAN_4, DAN_5, DAN_6, DAN_7,"
            " DAN_8, DAN_9, DAN_10, DAN_11, INF. | Received 7 [type: number].",
        ),
    ],
)
def test_the_first_bad_member_of_the_document_refuses_it(document: Any, rest: str) -> None:
    assert refusal(document) == f"Invalid BATCH-MANUAL: {rest}"


def with_score_meta(gpt: str, score_meta: Any) -> dict[str, Any]:
    document = full_document(gpt_by_id(gpt))
    document["scores"][0]["scoreMeta"] = score_meta
    return document


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (
            with_score_meta("iidx:SP", {"gauge": "HARD", "assist": "SOME"}),
            "Key assist had an invalid value of SOME [type: string]. Expected any of AUTO SCRATCH,"
            " FULL ASSIST, LEGACY NOTE, NO ASSIST",
        ),
        (
            with_score_meta("iidx:SP", {"assist": None}),
            "Key assist had an invalid value of null [type: null]. Expected any of AUTO SCRATCH,"
            " FULL ASSIST, LEGACY NOTE, NO ASSIST",
        ),
        (
            with_score_meta("iidx:DP", {"random": ["MIRROR"]}),
            "Key random had an invalid value of MIRROR [type: object]. Expected a list of 2, each"
            " any of MIRROR, NONRAN, R-RANDOM, RANDOM, S-RANDOM",
        ),
        (
            with_score_meta("bms:14K", {"random": ["MIRROR", "ALL"]}),
            "Key random had an invalid value of MIRROR,ALL [type: object]. Expected a list of 2,"
            " each any of MIRROR, NONRAN, R-RANDOM, RANDOM, S-RANDOM or null",
        ),
        (
            with_score_meta("popn:9B", {"hiSpeed": "2", "hidden": None}),
            "Key hiSpeed had an invalid value of 2 [type: string]. Expected a number or null",
        ),
        (
            with_score_meta("wacca:Single", {"mirror": 1}),
            "Key mirror had an invalid value of 1 [type: number]. Expected a boolean",
        ),
        (
            with_score_meta("iidx:SP", {"speed": 2}),
            "Invalid Key speed. Expected any of assist, range, gauge, random",
        ),
    ],
)
def test_bad_score_meta_is_told_in_one_sentence(document: Any, sentence: str) -> None:
    assert refusal(document) == f"Invalid BATCH-MANUAL: scores[0].scoreMeta | {sentence}."


# --- classes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("classes", "provided"),
    [({"dan": "DAN_7"}, {"dan": "DAN_7"}), ({"dan": None}, {}), ({}, {})],
)
def test_classes_are_provided_for_the_playtype_of_the_import_only(
    classes: dict[str, Any], provided: dict[str, str]
) -> None:
    provider = parse(sdvx_document(classes=classes)).class_provider

    assert provider is not None
    assert provider("Single") == provided
    assert provider("Double") == {}


def test_null_instead_of_classes_provides_none() -> None:
    assert parse(sdvx_document(classes=None)).class_provider is None


# --- dating the score of a body ----------------------------------------------------------


@pytest.mark.parametrize("time", [{}, {"timeAchieved": None}, {"timeAchieved": 0}])
def test_a_single_score_without_a_time_can_be_dated_to_its_arrival(time: dict[str, Any]) -> None:
    [entry] = parse_body(sdvx_document(sdvx_score(**time)), infer=True).entries

    assert DirectManual().orphan_data(entry) == sdvx_score(timeAchieved=NOW)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            sdvx_document(),
            "Cannot use X-Infer-Score-TimeAchieved without a score in your import.",
        ),
        (
            sdvx_document(sdvx_score(), sdvx_score()),
            "Cannot use X-Infer-Score-TimeAchieved with multiple scores in your import.",
        ),
        (
            sdvx_document(sdvx_score(timeAchieved=NOW)),
            "Cannot use X-Infer-Score-Timestamp if the importing score already has a"
            " timeAchieved set.",
        ),
    ],
)
def test_nothing_else_can_be_dated(document: Any, message: str) -> None:
    with pytest.raises(FatalImportError) as failure:
        parse_body(document, infer=True)

    assert (failure.value.status, failure.value.message) == (400, message)


# --- converting --------------------------------------------------------------------------


def test_a_score_is_converted_member_by_member() -> None:
    dry = convert(
        sdvx_score(
            comment="nice",
            timeAchieved=NOW + 0.5,
            judgements={"near": 3, "miss": None},
            optional={"exScore": 3500, "gauge": 61.5, "fast": None},
            scoreMeta={},
        )
    )

    assert (dry.song.id, dry.chart.chartID) == (1, "new")
    assert dry.service == "tests (BATCH-MANUAL)"
    assert dry.comment == "nice"
    assert dry.timeAchieved == NOW + 0.5
    assert dry.scoreData.metrics == {"score": 9_500_000, "lamp": "CLEAR"}
    assert dry.scoreData.judgements == {"near": 3, "miss": None}
    assert dry.scoreData.optional == {"exScore": 3500, "gauge": 61.5, "fast": None}
    assert dry.scoreMeta == {}


@pytest.mark.parametrize("nothing", [{}, {"comment": None, "timeAchieved": None}])
def test_what_is_absent_or_null_is_nothing(nothing: dict[str, Any]) -> None:
    null = dict.fromkeys(("judgements", "optional", "hitMeta", "scoreMeta")) if nothing else {}

    dry = convert(sdvx_score(**nothing, **null))

    assert (dry.comment, dry.timeAchieved) == (None, None)
    assert (dry.scoreData.judgements, dry.scoreData.optional, dry.scoreMeta) == ({}, {}, {})


def test_a_time_of_0_is_unknown() -> None:
    assert convert(sdvx_score(timeAchieved=0)).timeAchieved is None


@pytest.mark.parametrize(
    ("members", "optional"),
    [
        ({"hitMeta": {"fast": 1}}, {"fast": 1}),
        ({"hitMeta": {"fast": 1}, "optional": None}, {"fast": 1}),
        ({"hitMeta": {"fast": 1}, "optional": {"slow": 2}}, {"fast": 1, "slow": 2}),
        ({"hitMeta": {"fast": 1}, "optional": {}}, {"fast": 1}),
        ({"hitMeta": {"fast": 1}, "optional": {"fast": None}}, {"fast": 1}),
        ({"hitMeta": {"fast": None}, "optional": {"fast": 2}}, {"fast": 2}),
        ({"hitMeta": {"fast": 2}, "optional": {"fast": 2}}, {"fast": 2}),
    ],
)
def test_the_former_name_of_optional_adds_to_it(
    members: dict[str, Any], optional: dict[str, Any]
) -> None:
    dry = convert(sdvx_score(**members))

    assert dry.scoreData.optional == optional
    assert dry.remark is None


def test_where_both_names_disagree_optional_wins_and_it_is_said() -> None:
    dry = convert(sdvx_score(hitMeta={"fast": 1, "slow": 3}, optional={"fast": 2}))

    assert dry.scoreData.optional == {"fast": 2, "slow": 3}
    assert dry.remark == "fast is 2 in optional and 1 in hitMeta; the value in optional was taken."


def test_the_version_of_the_document_selects_the_chart() -> None:
    assert convert(sdvx_score(), version="vivid").chart.chartID == "old"
    assert convert(sdvx_score(), version="").chart.chartID == "new"


def test_a_version_that_no_chart_is_of_says_nothing() -> None:
    assert convert(sdvx_score(), version="booth").chart.chartID == "new"
    assert convert(sdvx_score(), version="of next year").chart.chartID == "new"


def test_a_pair_in_score_meta_stays_a_list() -> None:
    document = with_score_meta("bms:14K", {"random": ["MIRROR", "NONRAN"]})
    document["scores"][0].update(matchType="bmsChartHash", identifier="0d")
    parsed = parse(document)
    [entry] = parsed.entries
    charts = [chart("c", 1, "CHART", playtype="14K", hashMD5="0d")]
    catalogue = GameCatalogue("bms", 0, [song(1, "x")], charts)

    dry = BatchManual().converter(parsed.context, catalogue)(entry)

    assert dry.scoreMeta == {"random": ["MIRROR", "NONRAN"]}
    assert BatchManual().orphan_data(entry) == document["scores"][0]


# --- orphans -----------------------------------------------------------------------------


def test_an_orphan_is_the_score_as_it_was_and_converts_later() -> None:
    given = sdvx_score(optional={"exScore": 5}, scoreMeta=None)
    parsed = parse(sdvx_document(given))
    [entry] = parsed.entries
    import_type = BatchManual()
    with pytest.raises(SongOrChartNotFound):
        import_type.converter(parsed.context, GameCatalogue("sdvx", 0, [], []))(entry)

    data = orjson.loads(orjson.dumps(import_type.orphan_data(entry)))
    again = import_type.entry_from_orphan(data)
    dry = import_type.converter(parsed.context, CATALOGUE)(again)

    assert data == given
    assert import_type.orphan_data(again) == given
    assert dry.scoreData.optional == {"exScore": 5}


def test_an_orphan_that_the_rules_no_longer_accept_is_kept() -> None:
    orphan = BatchManual().entry_from_orphan(sdvx_score(lamp="NO LONGER A LAMP"))
    context = parse(sdvx_document()).context

    with pytest.raises(InternalFailure, match="Orphan does not fit sdvx:Single any more"):
        BatchManual().converter(context, CATALOGUE)(orphan)


def test_converting_changes_nothing_about_the_entry() -> None:
    given = sdvx_score(judgements={"near": 3}, optional={"exScore": 5})
    parsed = parse(sdvx_document(given))
    [entry] = parsed.entries

    dry = BatchManual().converter(parsed.context, CATALOGUE)(entry)
    dry.scoreData.optional["exScore"] = 6

    assert BatchManual().orphan_data(entry) == given


def test_a_failure_of_one_score_is_a_conversion_failure() -> None:
    with pytest.raises(ConversionFailure) as failure:
        convert(sdvx_score(difficulty=None))

    assert isinstance(failure.value, InvalidScore)


def test_a_body_shows_in_its_service() -> None:
    parsed = parse_body(sdvx_document(sdvx_score()))
    [entry] = parsed.entries

    dry = DirectManual().converter(parsed.context, CATALOGUE)(entry)

    assert dry.service == "tests (DIRECT-MANUAL)"


# --- whatever it is given ----------------------------------------------------------------


@given(st.sampled_from(all_gpts()).flatmap(lambda gpt: spoilt(documents(gpt))))
def test_any_document_is_refused_or_its_scores_convert_or_fail(document: Any) -> None:
    with suppress(FatalImportError):
        parsed = parse(document)
        convert_entry = BatchManual().converter(parsed.context, CATALOGUE)
        for entry in parsed.entries:
            with suppress(InvalidScore, AmbiguousTitle, SongOrChartNotFound):
                assert convert_entry(entry).chart in CATALOGUE.charts


# --- the form of version 3 -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        ({"game": "iidx-sp"}, "iidx:SP"),
        ({"game": "iidx", "playtype": "SP"}, "iidx:SP"),
        ({"game": "sdvx"}, "sdvx:Single"),
        ({"game": "sdvx", "playtype": "Single"}, "sdvx:Single"),
        ({"game": "sdvx", "playtype": None}, "sdvx:Single"),
        ({"game": "iidx-dp", "playtype": "DP"}, "iidx:DP"),
        ({"game": "itg", "playtype": "Stamina"}, "itg:Stamina"),
        ({"game": "itg-stamina"}, "itg:Stamina"),
    ],
)
def test_a_game_is_named_in_the_form_of_either_version(meta: dict[str, Any], expected: str) -> None:
    document = {"meta": {"service": "My script", **meta}, "scores": []}

    for parsed in (parse(document), parse_body(document)):
        assert f"{parsed.context['game']}:{parsed.context['playtype']}" == expected


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ({"game": "iidx-sp", "playtype": "DP"}, "Invalid game 'iidx-sp' - expected any of "),
        ({"game": "iidx", "playtype": "sp"}, "Invalid playtype 'sp' - expected any of SP, DP."),
    ],
)
def test_a_playtype_must_be_one_of_the_game(meta: dict[str, Any], message: str) -> None:
    assert refusal({"meta": {"service": "My script", **meta}, "scores": []}).startswith(message)


META = {"game": "sdvx", "service": "tests"}


@pytest.mark.parametrize(
    ("document", "refusal"),
    [
        ({"meta": META, "scores": []}, None),
        ({"meta": META, "scores": [{"senseless": True}]}, None),
        ({"meta": META, "scores": [], "classes": {"new": "A"}, "else": 1}, None),
        ({"meta": {**META, "service": "x"}, "scores": []}, "meta.service | Expected a string with"),
        ({"meta": {"game": "sdvx"}, "scores": []}, "meta.service | Expected a string with"),
        ({"meta": {**META, "version": 5}, "scores": []}, "meta.version | "),
        ({"meta": META}, "scores | Value was not an array."),
        ({"meta": META, "scores": {}}, "scores | Value was not an array."),
    ],
)
def test_what_a_document_is_about_is_told_before_its_scores_are_looked_at(
    document: Any, refusal: str | None
) -> None:
    checks = [lambda: check_body(document, GAMES)]
    if "version" not in document["meta"]:
        checks.append(lambda: check_file(orjson.dumps(document, option=orjson.OPT_INDENT_2), GAMES))
    for check in checks:
        if refusal is None:
            check()
        else:
            with pytest.raises(FatalImportError) as told:
                check()
            assert str(told.value).startswith(f"Invalid BATCH-MANUAL: {refusal}")
