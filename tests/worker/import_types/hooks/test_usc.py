from __future__ import annotations

from typing import Any

import pytest

from common.catalogue.index import GameCatalogue
from common.errors import (
    ConversionFailure,
    FatalImportError,
    InternalFailure,
    InvalidScore,
    SongOrChartNotFound,
)
from tests.common.catalogue import documents
from tests.worker.import_types.hooks.usc_documents import CHART_HASH, body, score
from worker.import_types.base import Body, DryScore, Parsed
from worker.import_types.hooks.usc import USC

NOW = 1_703_456_000_777
CATALOGUE = GameCatalogue(
    "usc",
    0,
    [documents.song(1, "Example")],
    [
        documents.chart("exh", 1, "EXH", playtype="Controller", hashSHA1=[CHART_HASH, "other"]),
        documents.chart("lost", 2, "EXH", playtype="Controller", hashSHA1="lost"),
    ],
)


def parse(given: Any, chart_hash: str = CHART_HASH, playtype: str = "Controller") -> Parsed:
    options = {"chartHash": chart_hash, "playtype": playtype}
    return USC().parse(Body(1, NOW, ("usc",), given, options))


def convert(given: dict[str, Any], *where: str) -> DryScore:
    parsed = parse({"score": given}, *where)
    (entry,) = parsed.entries
    return USC().converter(parsed.context, CATALOGUE)(entry)


def test_a_body_holds_one_score_of_the_chart_that_the_options_name() -> None:
    parsed = parse(body())

    assert (parsed.game, parsed.class_provider) == ("usc", None)
    assert parsed.context == {
        "chartHash": CHART_HASH,
        "playtype": "Controller",
        "timeReceived": NOW,
    }
    assert parsed.entries == [{**score(), "early": None, "late": None, "combo": None}]


def test_keys_that_nobody_asked_for_are_kept() -> None:
    parsed = parse(body(comment={"x": 1}, early=3))

    assert parsed.entries == [
        {**score(), "comment": {"x": 1}, "early": 3, "late": None, "combo": None}
    ]


def test_a_score_was_achieved_when_it_was_received() -> None:
    found = convert(score(early=30, late=0, combo=900))

    assert (found.song.id, found.chart.chartID) == (1, "exh")
    assert (found.service, found.comment, found.timeAchieved) == ("USC-IR", None, NOW)
    assert found.scoreData.metrics == {"score": 9_450_000, "lamp": "CLEAR"}
    assert found.scoreData.judgements == {"critical": 1500, "near": 60, "miss": 12}
    assert found.scoreData.optional == {"gauge": 75, "fast": 30, "slow": 0, "maxCombo": 900}


@pytest.mark.parametrize(("sent", "stored"), [(0, 0), (0.5, 50), (1, 100), (1.0, 100)])
def test_a_gauge_is_stored_as_a_percentage(sent: float, stored: float) -> None:
    assert convert(score(gauge=sent)).scoreData.optional["gauge"] == stored


NORMAL, HARD, PERMISSIVE = ({"gaugeType": number} for number in range(3))


@pytest.mark.parametrize(
    ("members", "lamp"),
    [
        ({"score": 10_000_000, "error": 3, "gauge": 0}, "PERFECT ULTIMATE CHAIN"),
        ({"error": 0, "gauge": 0}, "ULTIMATE CHAIN"),
        ({"options": PERMISSIVE, "error": 0}, "ULTIMATE CHAIN"),
        ({"options": NORMAL, "gauge": 0.7}, "CLEAR"),
        ({"options": NORMAL, "gauge": 0.69999}, "FAILED"),
        ({"options": HARD, "gauge": 0.00001}, "EXCESSIVE CLEAR"),
        ({"options": HARD, "gauge": 0}, "FAILED"),
        ({"options": PERMISSIVE, "gauge": 1}, "FAILED"),
        ({"options": {"gaugeType": 1.0}}, "EXCESSIVE CLEAR"),
    ],
)
def test_the_lamp_follows_from_score_errors_and_gauge(members: dict[str, Any], lamp: str) -> None:
    assert convert(score(**members)).scoreData.metrics["lamp"] == lamp


@pytest.mark.parametrize(
    ("options", "gauge_mod", "note_mod"),
    [
        ({}, "NORMAL", "NORMAL"),
        ({"gaugeType": 1, "mirror": True}, "HARD", "MIRROR"),
        ({"gaugeType": 2, "random": True}, "PERMISSIVE", "RANDOM"),
        ({"gaugeType": 2.0, "mirror": True, "random": True}, "PERMISSIVE", "MIR-RAN"),
    ],
)
def test_options_become_modifiers(options: dict[str, Any], gauge_mod: str, note_mod: str) -> None:
    found = convert(score(options=options))

    assert found.scoreMeta == {"gaugeMod": gauge_mod, "noteMod": note_mod}


WIDE = "HitWindows have been modified - Score is invalid."
AUTOPLAY = "Autoplay was enabled - Score is invalid."


@pytest.mark.parametrize(
    ("given", "where", "kind", "message"),
    [
        *(
            (score(windows={name: width}), (), InvalidScore, WIDE)
            for name, width in [
                ("perfect", 47),
                ("good", 149),
                ("hold", 150.5),
                ("miss", 0),
                ("slam", 90),
            ]
        ),
        (score(options={"autoFlags": 1}), (), InvalidScore, AUTOPLAY),
        (score(options={"autoFlags": -1}), (), InvalidScore, AUTOPLAY),
        (score(windows={"slam": 90}, options={"autoFlags": 1}), (), InvalidScore, WIDE),
        (score(options={"autoFlags": 1}), ("nothing",), InvalidScore, AUTOPLAY),
        (score(), ("nothing",), SongOrChartNotFound, "Chart nothing is not on the IR."),
        (
            score(),
            (CHART_HASH, "Keyboard"),
            SongOrChartNotFound,
            f"Chart {CHART_HASH} is not on the IR.",
        ),
        (
            score(),
            ("lost",),
            InternalFailure,
            "Song-Chart desync for 2. Has charts, but no song.",
        ),
    ],
)
def test_what_is_wrong_with_a_score_is_said(
    given: dict[str, Any], where: tuple[str, ...], kind: type[ConversionFailure], message: str
) -> None:
    with pytest.raises(kind) as failure:
        convert(given, *where)
    assert failure.value.message == message


def test_any_of_a_charts_hashes_will_do() -> None:
    assert convert(score(), "other").chart.chartID == "exh"


def test_an_orphan_is_the_entry_itself() -> None:
    parsed = parse(body())
    (entry,) = parsed.entries
    stored = USC().orphan_data(entry)

    again = USC().converter(parsed.context, CATALOGUE)(USC().entry_from_orphan(stored))

    assert again == convert(score())


NOT_AN_OBJECT = (
    "Object does not match structure of schema, expected this location to have an object."
)
A_COUNT = "Expected a positive integer."


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"score": 10_000_001},
            "score | Expected an integer between 0 and 10000000."
            " | Received 10000001 [type: number].",
        ),
        (
            {"score": -1, "gauge": 1.1},
            "score | Expected an integer between 0 and 10000000. | Received -1 [type: number].",
        ),
        (
            {"gauge": 1.1},
            "gauge | Expected a number between 0 and 1. | Received 1.1 [type: number].",
        ),
        ({"timestamp": -1}, f"timestamp | {A_COUNT} | Received -1 [type: number]."),
        ({"crit": 1.5}, f"crit | {A_COUNT} | Received 1.5 [type: number]."),
        ({"near": "1"}, f"near | {A_COUNT} | Received 1 [type: string]."),
        ({"error": []}, f"error | {A_COUNT}."),
        ({"early": None}, f"early | {A_COUNT} | Received null [type: null]."),
        ({"late": True}, f"late | {A_COUNT} | Received true [type: boolean]."),
        ({"combo": -3}, f"combo | {A_COUNT} | Received -3 [type: number]."),
        ({"options": 3}, f"options | {NOT_AN_OBJECT} | Received 3 [type: number]."),
        (
            {"options": {"gaugeType": 3}},
            "options.gaugeType | Expected any of 0, 1, 2. | Received 3 [type: number].",
        ),
        (
            {"options": {"mirror": 1}},
            "options.mirror | Expected boolean. | Received 1 [type: number].",
        ),
        ({"options": {"random": []}}, "options.random | Expected boolean.."),
        (
            {"options": {"autoFlags": 0.5}},
            "options.autoFlags | Expected an integer. | Received 0.5 [type: number].",
        ),
        ({"windows": None}, f"windows | {NOT_AN_OBJECT} | Received null [type: null]."),
        (
            {"windows": {"perfect": -1}},
            "windows.perfect | Expected a positive number. | Received -1 [type: number].",
        ),
    ],
)
def test_what_breaks_the_schema_is_refused_as_a_whole(
    members: dict[str, Any], message: str
) -> None:
    with pytest.raises(FatalImportError) as failure:
        parse(body(**members))
    assert (failure.value.status, failure.value.message) == (
        400,
        f"Invalid USC Score.: {message}",
    )


@pytest.mark.parametrize(
    ("given", "received"),
    [
        ({}, " | Received undefined [type: undefined]"),
        ([], " | Received undefined [type: undefined]"),
        ({"score": None}, " | Received null [type: null]"),
        ({"score": 3}, " | Received 3 [type: number]"),
    ],
)
def test_a_body_without_a_score_is_refused(given: Any, received: str) -> None:
    with pytest.raises(FatalImportError) as failure:
        parse(given)
    assert failure.value.message == (
        f"Invalid USC Score.: null | Non-object provided for validation.{received}."
    )


@pytest.mark.parametrize("key", [key for key in score() if key not in ("options", "windows")])
def test_no_key_but_the_optional_ones_may_be_absent(key: str) -> None:
    given = score()
    del given[key]

    with pytest.raises(FatalImportError) as failure:
        parse({"score": given})
    assert failure.value.message.startswith(f"Invalid USC Score.: {key} | ")
    assert failure.value.message.endswith(" | Received undefined [type: undefined].")
