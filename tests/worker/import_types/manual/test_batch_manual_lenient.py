"""One bad score does not refuse five thousand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import orjson
import pytest

from common.errors import FatalImportError
from common.games.model import GPT
from common.games.registry import GAMES, all_gpts
from tests.worker.import_types.manual.batch_manual_documents import sdvx_document, sdvx_score
from worker.import_types.base import Body, Parsed, RefusedEntry, Upload
from worker.import_types.manual.batch_manual import BatchManual, DirectManual
from worker.import_types.manual.batch_manual_lenient import MAX_REFUSED, MAX_WARNINGS


def parse(document: Any, *, lenient: bool = True) -> Parsed:
    content = orjson.dumps(document)
    return BatchManual().parse(Upload(1, 0, tuple(GAMES), "f.json", content, lenient=lenient))


def entries(document: Any) -> list[Any]:
    return list(parse(document).entries)


def refusal(document: Any, *, lenient: bool = True) -> str:
    with pytest.raises(FatalImportError) as failure:
        parse(document, lenient=lenient)
    assert failure.value.status == 400
    return failure.value.message


@pytest.mark.parametrize(
    ("bad", "identifier", "difficulty"),
    [
        (sdvx_score(score=-1), "1", "EXH"),
        (sdvx_score(optional={"gauge": 101}), "1", "EXH"),
        (sdvx_score(judgements={"pgreat": 1}), "1", "EXH"),
        (sdvx_score(lamp="NEW"), "1", "EXH"),
        (sdvx_score(timeAchieved=1_600_000_000), "1", "EXH"),
        (sdvx_score(comment="x"), "1", "EXH"),
        (sdvx_score(identifier=5), "5", "EXH"),
        ({}, "", None),
        (None, "", None),
        ([], "", None),
        ("score", "", None),
    ],
)
def test_a_bad_score_is_told_in_the_words_that_would_refuse_the_document(
    bad: Any, identifier: str, difficulty: str | None
) -> None:
    document = sdvx_document(sdvx_score(), bad, sdvx_score())
    first, refused, last = entries(document)

    assert refused == RefusedEntry(refusal(document, lenient=False), identifier, difficulty)
    assert refused.message.startswith("Invalid BATCH-MANUAL: scores[1]")
    assert (first.identifier, last.identifier) == ("1", "1")


@pytest.mark.parametrize(
    "document",
    [
        sdvx_document(sdvx_score(score=-1)) | {"meta": {}},
        {"meta": sdvx_document()["meta"] | {"service": "x"}, "scores": [{}]},
        {"meta": sdvx_document()["meta"] | {"more": "key"}, "scores": []},
        sdvx_document() | {"scores": {}},
        sdvx_document() | {"classes": 5},
        {"meta": sdvx_document()["meta"]},
        [],
        None,
    ],
)
def test_what_is_wrong_around_the_scores_refuses_the_document(document: Any) -> None:
    assert refusal(document) == refusal(document, lenient=False)


def test_unknown_keys_are_passed_over_and_named() -> None:
    document = {
        **sdvx_document(
            sdvx_score(),
            sdvx_score(optional={"exscore": 5, "fast": 1}, dificulty="MXM"),
            sdvx_score(optional={"exscore": 6}, hitMeta={"slow": 2, "x": 1}, scoreMeta={"y": 1}),
        ),
        "extra": 1,
    }
    parsed = parse(document)
    _, second, third = parsed.entries

    assert BatchManual().orphan_data(second)["optional"] == {"fast": 1}
    assert BatchManual().orphan_data(third)["hitMeta"] == {"slow": 2}
    assert parsed.warnings == [
        "extra: unknown key, passed over.",
        "scores[1].dificulty: unknown key (did you mean difficulty?), passed over.",
        "scores[1].optional.exscore: unknown key (did you mean exScore?), passed over"
        " (2 times; this is the first).",
        "scores[2].hitMeta.x: unknown key, passed over.",
        "scores[2].scoreMeta.y: unknown key, passed over.",
    ]


@pytest.mark.parametrize(
    ("members", "kept", "named"),
    [
        ({"comment": ""}, {}, "comment"),
        ({"timeAchieved": ""}, {}, "timeAchieved"),
        ({"optional": {"fast": "", "slow": 2}}, {"optional": {"slow": 2}}, "optional.fast"),
        ({"hitMeta": {"fast": ""}}, {"hitMeta": {}}, "hitMeta.fast"),
        ({"scoreMeta": {"inSkillAnalyser": ""}}, {"scoreMeta": {}}, "scoreMeta.inSkillAnalyser"),
        (
            {"judgements": {"critical": 5, "near": "", "miss": None}},
            {"judgements": {"critical": 5, "miss": None}},
            "judgements.near",
        ),
        ({"optional": ""}, {}, None),
        ({"judgements": []}, {}, None),
        ({"scoreMeta": []}, {}, None),
    ],
)
def test_what_is_empty_is_no_value(
    members: dict[str, Any], kept: dict[str, Any], named: str | None
) -> None:
    parsed = parse(sdvx_document(sdvx_score(**members)))
    [entry] = parsed.entries

    assert BatchManual().orphan_data(entry) == sdvx_score(**kept)
    assert parsed.warnings == ([f"scores[0].{named}: empty, taken as absent."] if named else [])


@pytest.mark.parametrize("metric", ["score", "lamp", "identifier"])
def test_an_empty_text_for_what_a_score_must_have_refuses_it(metric: str) -> None:
    [entry] = entries(sdvx_document(sdvx_score(**{metric: ""})))

    assert isinstance(entry, RefusedEntry) == (metric != "identifier")


@pytest.mark.parametrize("gpt", all_gpts(), ids=lambda gpt: gpt.id)
def test_an_unknown_class_costs_nobody_their_scores(gpt: GPT) -> None:
    provided = [name for name, classes in gpt.classes.items() if classes.kind == "PROVIDED"]
    classes = {"nonsense": "x", **dict.fromkeys(provided, "OF_NEXT_YEAR")}
    meta = {"game": gpt.game, "playtype": gpt.playtype, "service": "tests"}
    parsed = parse({"meta": meta, "scores": [], "classes": classes})

    assert parsed.warnings[0] == "classes.nonsense: unknown class set, passed over."
    assert parsed.warnings[1:] == [
        f"classes.{name}: unknown class OF_NEXT_YEAR, passed over." for name in provided
    ]


def test_a_known_class_beside_an_unknown_one_is_taken() -> None:
    parsed = parse(sdvx_document() | {"classes": {"dan": "DAN_5", "other": "x"}})

    assert parsed.class_provider is not None
    assert parsed.class_provider("Single") == {"dan": "DAN_5"}


def test_warnings_are_bounded() -> None:
    unknown = {f"key {number}": 1 for number in range(500)}

    assert len(parse(sdvx_document(sdvx_score(**unknown))).warnings) == MAX_WARNINGS


def test_a_document_of_nothing_but_bad_scores_is_refused() -> None:
    assert refusal(sdvx_document(*[1] * (MAX_REFUSED + 1))).startswith(
        f"Invalid BATCH-MANUAL: scores[{MAX_REFUSED}]"
    )
    assert len(entries(sdvx_document(*[1] * MAX_REFUSED))) == MAX_REFUSED


def test_a_body_is_read_in_the_same_way() -> None:
    document = sdvx_document(sdvx_score(), sdvx_score(score=-1))
    given = Body(1, 0, tuple(GAMES), document, lenient=True)

    first, second = DirectManual().parse(given).entries

    assert first.identifier == "1"
    assert isinstance(second, RefusedEntry)


def test_a_refused_score_is_not_dated() -> None:
    document = sdvx_document(sdvx_score(score=-1))
    options = {"inferTimestamp": True}
    given = Body(1, 5, tuple(GAMES), document, options, lenient=True)

    [entry] = DirectManual().parse(given).entries

    assert isinstance(entry, RefusedEntry)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_may_be_in_any_unicode(encoding: str) -> None:
    text = orjson.dumps(sdvx_document(sdvx_score(identifier="曲"))).decode()
    content = text.encode(encoding)

    [entry] = BatchManual().parse(Upload(1, 0, tuple(GAMES), "f.json", content)).entries

    assert entry.identifier == "曲"


def test_another_encoding_is_refused_by_name() -> None:
    text = orjson.dumps(sdvx_document(sdvx_score(identifier="曲"))).decode()
    content = text.encode("cp932")

    with pytest.raises(FatalImportError, match="Please save it as UTF-8"):
        BatchManual().parse(Upload(1, 0, tuple(GAMES), "f.json", content))


def test_a_metric_that_older_tools_do_not_know_is_taken_as_nothing() -> None:
    score = {
        "matchType": "tachiSongID",
        "identifier": "1",
        "difficulty": "MASTER",
        "score": 1_000_001,
        "noteLamp": "FULL COMBO",
        "bellLamp": "FULL BELL",
        "optional": {"platScore": 4000},
    }
    meta = {"game": "ongeki", "playtype": "Single", "service": "tests"}
    parsed = parse({"meta": meta, "scores": [score]})
    [entry] = parsed.entries

    assert entry.platinumScore == 0
    assert parsed.warnings == [
        "scores[0].platinumScore: absent, taken as 0.",
        "scores[0].optional.platScore: unknown key, passed over.",
    ]


def test_what_python_writes_for_no_number_costs_one_value_at_most() -> None:
    scores = [sdvx_score(), sdvx_score(score=9_000_000), sdvx_score(timeAchieved=1.5e12)]
    content = orjson.dumps(sdvx_document(*scores)).replace(b"9000000", b"NaN")
    content = content.replace(b"1500000000000.0", b"-Infinity")

    parsed = BatchManual().parse(Upload(1, 0, tuple(GAMES), "f.json", content, lenient=True))

    fine, refused, untimed = parsed.entries
    assert isinstance(refused, RefusedEntry)
    assert not isinstance(fine, RefusedEntry)
    assert untimed.timeAchieved is None
    assert parsed.warnings == ["What is no number was taken as absent: NaN (1), -Infinity (1)."]
    with pytest.raises(FatalImportError, match="Invalid JSON"):
        BatchManual().parse(Upload(1, 0, tuple(GAMES), "f.json", content))


@pytest.mark.parametrize("bad", [b'"\\ud800"', b"{", b"1,}", b"Inf", b"'x'"])
def test_beside_what_is_no_number_json_is_as_strict_as_ever(bad: bytes) -> None:
    content = orjson.dumps(sdvx_document(sdvx_score(comment=5, timeAchieved=7)))
    content = content.replace(b'"comment":5', b'"comment":' + bad)
    content = content.replace(b'"timeAchieved":7', b'"timeAchieved":NaN')

    with pytest.raises(FatalImportError, match="Invalid JSON"):
        BatchManual().parse(Upload(1, 0, tuple(GAMES), "f.json", content, lenient=True))


@pytest.mark.parametrize("lenient", [True, False])
def test_of_two_lists_of_scores_none_is_lost_without_a_word(lenient: bool) -> None:
    content = orjson.dumps(sdvx_document(sdvx_score(comment='"scores"')))
    twice = content.removesuffix(b"}") + b',"scores":[]}'
    given = Upload(1, 0, tuple(GAMES), "f.json", twice, lenient=lenient)

    with pytest.raises(FatalImportError, match="more than one of scores"):
        BatchManual().parse(given)
    assert len(BatchManual().parse(replace(given, content=content)).entries) == 1


def test_what_other_systems_put_behind_the_end_does_not_count() -> None:
    content = orjson.dumps(sdvx_document(sdvx_score()))
    for padding in (b"\0", b"\0" * 600, b"\x1a", b"\r\n\x1a\0"):
        given = Upload(1, 0, tuple(GAMES), "f.json", content + padding)
        assert len(BatchManual().parse(given).entries) == 1
