"""ir/beatoraja: what is refused, and what becomes of a play."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, InvalidScore, SongOrChartNotFound
from tests.common.catalogue.documents import chart, song
from tests.worker.import_types.hooks.beatoraja_documents import (
    CHART,
    MD5,
    SCORE,
    SHA256,
    play,
    proposal,
)
from worker.import_types.base import Body, DryScore, UnknownChart
from worker.import_types.hooks.beatoraja import Beatoraja

OTHER = "f" * 64
PMS_ONLY_KEYBOARD = "e" * 64
NOW = 1_700_000_000_000
CATALOGUES = {
    "bms": GameCatalogue(
        "bms",
        0,
        [song(1, "Example"), song(2, "Wide")],
        [
            chart("seven", 1, "CHART", playtype="7K", hashSHA256=SHA256),
            chart("fourteen", 2, "CHART", playtype="14K", hashSHA256=OTHER),
        ],
    ),
    "pms": GameCatalogue(
        "pms",
        0,
        [song(1, "Example")],
        [
            chart("pad", 1, "CHART", playtype="Controller", hashSHA256=SHA256),
            chart("keys", 1, "CHART", playtype="Keyboard", hashSHA256=SHA256),
            chart("only", 1, "CHART", playtype="Keyboard", hashSHA256=PMS_ONLY_KEYBOARD),
        ],
    ),
}


def parse(body: Any) -> Any:
    return Beatoraja().parse(Body(7, NOW, ("bms", "pms"), body))


def convert(body: Any) -> DryScore:
    parsed = parse(body)
    (entry,) = parsed.entries
    return Beatoraja().converter(parsed.context, CATALOGUES[parsed.game])(entry)


def refusal(body: Any) -> str:
    with pytest.raises(FatalImportError) as failure:
        parse(body)
    assert failure.value.status == 400
    return failure.value.message


# --- parsing ---------------------------------------------------------------------------


@pytest.mark.parametrize("body", [{}, [], {"score": None}, {"chart": dict(CHART)}])
def test_a_body_without_a_score_is_refused(body: Any) -> None:
    received = "null [type: null]" if body == {"score": None} else "undefined [type: undefined]"
    assert refusal(body) == (
        "Invalid Beatoraja Import - Score: null | Non-object provided for validation."
        f" | Received {received}."
    )


NO_TEXT = "The input was invalid, but no error message is available."
NO_HASH = "Expected string to match /^[0-9a-f]{64}$/u"


@pytest.mark.parametrize(
    ("part", "key", "value", "message"),
    [
        ("score", "sha256", SHA256[1:], f"{NO_HASH} | Received {SHA256[1:]}"),
        ("score", "sha256", SHA256 + "\n", f"{NO_HASH} | Received {SHA256}\n"),
        ("score", "exscore", -1, "Expected a positive integer. | Received -1"),
        ("score", "gauge", 100.1, f"{NO_TEXT} | Received 100.1"),
        ("score", "gauge", -2, f"{NO_TEXT} | Received -2"),
        ("score", "minbp", -2, f"{NO_TEXT} | Received -2"),
        ("score", "minbp", 1.5, f"{NO_TEXT} | Received 1.5"),
        (
            "score",
            "deviceType",
            "MOUSE",
            "Expected any of BM_CONTROLLER, KEYBOARD, MIDI. | Received MOUSE",
        ),
        ("score", "lntype", 2, "Expected any of 0, 1. | Received 2"),
        (
            "score",
            "assist",
            1,
            "Invalid Input, but no error message is available. | Received 1",
        ),
        ("score", "lms", True, "Expected a positive integer. | Received true"),
        ("chart", "md5", None, "Expected string. | Received null"),
        ("chart", "total", -1, "Expected a positive number. | Received -1"),
        ("chart", "lntype", 3, "Expected any of -1, 0, 1, 2. | Received 3"),
        (
            "chart",
            "mode",
            "BEAT_5K",
            "Expected any of BEAT_7K, BEAT_14K, POPN_9K. | Received BEAT_5K",
        ),
        ("chart", "hasRandom", 0, "Expected boolean. | Received 0"),
    ],
)
def test_a_value_that_breaks_the_rules_is_named(
    part: str, key: str, value: Any, message: str
) -> None:
    body = play()
    body[part] = body[part] | {key: value}
    assert refusal(body).startswith(
        f"Invalid Beatoraja Import - {part.title()}: {key} | {message} [type: "
    )


@pytest.mark.parametrize(
    ("mode", "client", "shown", "expected"),
    [
        ("BEAT_7K", "beatoraja 0.8", "beatoraja 0.8", "LR2oraja"),
        ("BEAT_14K", None, "null", "LR2oraja"),
        ("POPN_9K", "LR2oraja 0.8", "LR2oraja 0.8", "beatoraja"),
        ("POPN_9K", "my beatoraja", "my beatoraja", "beatoraja"),
    ],
)
def test_each_game_has_its_client(mode: str, client: Any, shown: str, expected: str) -> None:
    assert refusal(play(mode=mode) | {"client": client}) == (
        f"Unsupported client {shown} -- Expected a variant of {expected}."
    )


def test_a_client_that_does_not_say_what_it_is_is_refused() -> None:
    body = play()
    del body["client"]
    assert refusal(body).startswith("Unsupported client undefined -- ")


def test_a_score_must_be_of_the_chart_it_comes_with() -> None:
    body = play(chart={"sha256": OTHER})
    assert refusal(body) == "The score and the chart do not have the same sha256."


@pytest.mark.parametrize(("mode", "game"), [("BEAT_14K", "bms"), ("POPN_9K", "pms")])
def test_the_context_holds_the_chart_and_who_sent_it_when(mode: str, game: str) -> None:
    body = play(mode=mode, chart={"url": "more than was asked for"})
    parsed = parse(body)
    assert parsed.game == game
    assert list(parsed.entries) == [body["score"]]
    assert parsed.context == {
        "client": "lr2oraja" if game == "bms" else "beatoraja",
        "chart": body["chart"],
        "userID": 7,
        "timeReceived": NOW,
    }
    assert parsed.class_provider is None


# --- converting ------------------------------------------------------------------------


def test_a_play_becomes_a_score() -> None:
    score = convert(play())
    assert (score.chart.chartID, score.song.id) == ("seven", 1)
    assert (score.service, score.comment, score.timeAchieved) == ("Beatoraja IR", None, NOW)
    assert score.scoreData.metrics == {"score": 1004, "lamp": "HARD CLEAR"}
    assert score.scoreData.judgements == {
        "pgreat": 459,
        "great": 86,
        "good": 5,
        "bad": 5,
        "poor": 29,
    }
    assert score.scoreData.optional == {
        "bp": 12,
        "gauge": 82.4,
        **{name: SCORE[name] for name in ("ebd", "lbd", "egd", "lgd", "egr", "lgr", "epg", "lpg")},
        "epr": 12,
        "lpr": 17,
        "fast": 78,
        "slow": 42,
    }
    assert score.scoreMeta == {
        "client": "lr2oraja",
        "inputDevice": "KEYBOARD",
        "random": "MIRROR",
    }


def test_how_the_gauge_stood_is_kept_by_its_kind() -> None:
    history = {"easy": [20, 22], "groove": [20, 21], "hard": [100, 98], "exhard": [100, 90]}
    optional = convert(play(score={"gaugeHistory": history})).scoreData.optional
    assert optional["gaugeHistoryEasy"] == [20, 22]
    assert optional["gaugeHistoryGroove"] == [20, 21]
    assert optional["gaugeHistoryHard"] == [100, 98]
    for nothing in (None, {}, {"easy": None}):
        optional = convert(play(score={"gaugeHistory": nothing})).scoreData.optional
        assert not any(name.startswith("gaugeHistory") for name in optional)


@pytest.mark.parametrize(
    ("clear", "lamp"),
    [
        ("NoPlay", "NO PLAY"),
        ("Failed", "FAILED"),
        ("AssistEasy", "ASSIST CLEAR"),
        ("LightAssistEasy", "ASSIST CLEAR"),
        ("Easy", "EASY CLEAR"),
        ("Normal", "CLEAR"),
        ("Hard", "HARD CLEAR"),
        ("ExHard", "EX HARD CLEAR"),
        ("FullCombo", "FULL COMBO"),
        ("Perfect", "FULL COMBO"),
        ("Max", "FULL COMBO"),
    ],
)
def test_lamps(clear: str, lamp: str) -> None:
    assert convert(play(score={"clear": clear})).scoreData.metrics["lamp"] == lamp


def test_minus_one_means_unknown() -> None:
    optional = convert(play(score={"minbp": -1, "gauge": -1})).scoreData.optional
    assert (optional["bp"], optional["gauge"]) == (None, None)


@pytest.mark.parametrize(
    ("option", "random"),
    [
        (0, "NONRAN"),
        (1, "MIRROR"),
        (2, "RANDOM"),
        (3, "R-RANDOM"),
        (4.0, "S-RANDOM"),
        (5, None),
        (-1, None),
    ],
)
def test_the_option_says_how_notes_were_arranged_except_for_two_sides(
    option: float, random: str | None
) -> None:
    assert convert(play(score={"option": option})).scoreMeta["random"] == random
    assert (
        convert(play(OTHER, mode="BEAT_14K", score={"option": option})).scoreMeta["random"] is None
    )


@pytest.mark.parametrize(
    ("sha256", "device", "chart_id"),
    [
        (SHA256, "BM_CONTROLLER", "pad"),
        (SHA256, "KEYBOARD", "keys"),
        (PMS_ONLY_KEYBOARD, "KEYBOARD", "only"),
    ],
)
def test_in_pms_the_device_is_the_playtype(sha256: str, device: str, chart_id: str) -> None:
    score = convert(play(sha256, mode="POPN_9K", score={"deviceType": device}))
    assert score.chart.chartID == chart_id
    assert score.scoreData.judgements["cool"] == 459
    with pytest.raises(UnknownChart):
        convert(play(PMS_ONLY_KEYBOARD, mode="POPN_9K", score={"deviceType": "BM_CONTROLLER"}))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (play(chart={"lntype": -1}), "CN or HCN mode is not supported by this IR."),
        (play(chart={"lntype": 1}), "CN or HCN mode is not supported by this IR."),
        (
            play(chart={"hasRandom": True}),
            "Charts with #RANDOM declarations are not supported by this IR.",
        ),
        (
            play(mode="POPN_9K", score={"deviceType": "MIDI"}),
            "MIDI is not allowed for PMS scores.",
        ),
    ],
)
def test_plays_that_cannot_be_compared_are_invalid(body: Any, message: str) -> None:
    with pytest.raises(InvalidScore) as failure:
        convert(body)
    assert failure.value.message == message


def test_the_long_notes_of_the_score_itself_do_not_matter() -> None:
    assert convert(play(score={"lntype": 1})).chart.chartID == "seven"


# --- unknown charts --------------------------------------------------------------------


def test_an_unknown_chart_is_proposed_as_the_catalogue_would_hold_it() -> None:
    proposed = proposal("a" * 64, chart={"title": "Nul \0", "notes": 520.0})
    assert (proposed.gpt.id, proposed.chart_hash) == ("bms:7K", "a" * 64)
    assert msgspec.to_builtins(proposed.song) == {
        "id": 0,
        "title": "Nul \ufffd",
        "artist": "Nobody",
        "altTitles": [],
        "searchTerms": [],
        "data": {
            "genre": "TEST",
            "subtitle": "[SP]",
            "subartist": "obj: Someone",
            "tableString": None,
        },
    }
    assert msgspec.to_builtins(proposed.chart) == {
        "chartID": "",
        "songID": 0,
        "playtype": "7K",
        "difficulty": "CHART",
        "level": "?",
        "levelNum": 0,
        "isPrimary": True,
        "versions": [],
        "data": {
            "notecount": 520,
            "hashMD5": MD5,
            "hashSHA256": "a" * 64,
            "tableFolders": [],
            "sglEC": None,
            "sglHC": None,
            "aiLevel": None,
        },
    }


def test_a_chart_of_pms_has_no_ai_level() -> None:
    proposed = proposal(mode="POPN_9K")
    assert proposed.gpt.id == "pms:Keyboard"
    assert "aiLevel" not in msgspec.to_builtins(proposed.chart)["data"]


@pytest.mark.parametrize("md5", ["", MD5[:-1], MD5 + "0"])
def test_a_chart_without_a_proper_md5_is_unknown_but_not_proposed(md5: str) -> None:
    with pytest.raises(SongOrChartNotFound) as failure:
        convert(play("a" * 64, chart={"md5": md5}))
    assert failure.value.message == "This chart (Nobody - Example) is orphaned."
    assert not isinstance(failure.value, UnknownChart)
