from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from common.errors import InvalidScore, NotTracked
from common.games.model import GPT, Enum
from common.games.registry import all_gpts, get_gpt
from worker.import_types.reading.assertions import (
    as_number,
    difficulty_of,
    lamps_by_name,
    loose_number,
    positive_integer,
    trim,
    trim_end,
    unknown_difficulty,
    word,
)

SDVX = get_gpt("sdvx", "Single")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-0", 0),
        ("007", 7),
        ("9007199254740991", 2**53 - 1),
        ("0" * 100_000 + "7", 7),
    ],
)
def test_digits_are_an_integer(text: str, number: int) -> None:
    assert positive_integer(text, "Bad.") == number


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "+1", "--1", "1.0", "1e3", "0x1", "١", "²", "x", "1\n", "9007199254740992"],
)
def test_anything_else_is_not_an_integer(text: str) -> None:
    with pytest.raises(InvalidScore) as failure:
        positive_integer(text, "Bad.")

    assert failure.value.message == f"Bad. (Not an integer -- {text}.)"


def test_a_million_digits_are_no_integer_either() -> None:
    with pytest.raises(InvalidScore, match="Not an integer"):
        positive_integer("9" * 1_000_000, "Bad.")


def test_a_negative_integer_is_told_apart() -> None:
    with pytest.raises(InvalidScore) as failure:
        positive_integer("-012", "Bad.")

    assert failure.value.message == "Bad. (Was negative -- -012.)"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("12", 12),
        (" \t\u3000\ufeff12\n", 12),
        ("-1.50", -1.5),
        ("+.5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("1E-2", 0.01),
        ("0x1F", 31),
        ("0o17", 15),
        ("0B11", 3),
        ("Infinity", math.inf),
        ("-Infinity", -math.inf),
        ("1e999", math.inf),
        ("0x" + "f" * 500_000, math.inf),
        ("9" * 500_000, math.inf),
    ],
)
def test_texts_that_ecmascript_takes_for_numbers(text: str, number: float) -> None:
    assert loose_number(text) == number


@pytest.mark.parametrize(
    "text", ["---", "x", "1x", "1 2", "1_000", "1,5", "-0x1", "0x", "infinity", "NaN", ".", "\x1c1"]
)
def test_texts_that_ecmascript_takes_for_no_number(text: str) -> None:
    assert math.isnan(loose_number(text))


@given(st.floats(allow_nan=False))
def test_a_number_survives_being_text(number: float) -> None:
    assert loose_number(repr(number).replace("inf", "Infinity")) == number


def test_trimming_takes_what_ecmascript_takes() -> None:
    assert trim("\ufeff\u2029 x \x1c\u00a0") == "x \x1c"
    assert trim_end(" x \r") == " x"


def test_a_difficulty_of_the_gpt_is_fine() -> None:
    assert difficulty_of(SDVX, "MXM") == "MXM"


@pytest.mark.parametrize("given", ["mxm", "Mxm"])
def test_a_difficulty_is_one_in_any_case(given: str) -> None:
    assert difficulty_of(SDVX, given) == "MXM"


def test_a_difficulty_that_nobody_knows_is_left_to_the_catalogue() -> None:
    assert difficulty_of(SDVX, "NEW") == "NEW"
    assert unknown_difficulty(SDVX, "NEW").startswith(
        " NEW is none of the difficulties known so far: NOV, ADV, "
    )
    assert unknown_difficulty(SDVX, "MXM") == ""


@pytest.mark.parametrize(("given", "shown"), [("", ""), (None, "null"), (UNSET, "undefined")])
def test_no_difficulty_is_told_which_there_are(given: str | UnsetType | None, shown: str) -> None:
    with pytest.raises(InvalidScore) as failure:
        difficulty_of(SDVX, given)

    assert failure.value.message == (
        "Invalid Difficulty for sdvx Single - Expected any of NOV, ADV, EXH, INF, GRV, HVN, VVD,"
        f" XCD, NBL, MXM, ULT (Got {shown})"
    )


def test_any_text_is_a_dynamic_difficulty() -> None:
    assert difficulty_of(replace(SDVX, difficulties=None), "whatever") == "whatever"


@pytest.mark.parametrize(
    ("gpt_id", "difficulty"),
    [
        ("chunithm:Single", "WORLD'S END"),
        ("maimai:Single", "UTAGE"),
        ("maimaidx:Single", "Utage"),
    ],
)
def test_what_is_played_for_fun_is_refused_in_its_own_words(gpt_id: str, difficulty: str) -> None:
    with pytest.raises(InvalidScore, match=r"^[A-Z' ]+ is not supported\. Sorry\.$"):
        difficulty_of(get_gpt(*gpt_id.split(":")), difficulty)


def test_beginner_is_counted_and_passed_over() -> None:
    with pytest.raises(NotTracked):
        difficulty_of(get_gpt("iidx", "SP"), "beginner")


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("9551234", "9551234"),
        ("9,551,234", "9551234"),
        ("9 551 234", "9551234"),
        ("9\u00a0551\u00a0234", "9551234"),
        ("9\u202f551\u202f234", "9551234"),
        ("9'551'234", "9551234"),
        ("9\u2019551\u2019234", "9551234"),
        ("9.551.234", "9551234"),
        ("９，５５１，２３４", "9551234"),
        ("1,500", "1500"),
        ("+12", "12"),
        ("12.0", "12"),
        ("12.0000", "12"),
        ("'12", "12"),
    ],
)
def test_numbers_are_read_as_spreadsheets_of_any_country_write_them(cell: str, number: str) -> None:
    assert as_number(cell) == number


@pytest.mark.parametrize(
    "cell",
    # Of two meanings, of none, or not all there.
    [
        "1.000",
        "1.500",
        "1,50",
        "1,5000",
        "9,551 234",
        "12,345.678",
        "1 50",
        "9.55E+06",
        "12回",
        "0x1",
    ],
)
def test_what_may_be_another_number_is_left_as_it_is(cell: str) -> None:
    assert as_number(cell) == cell


@given(
    st.integers(0, 10**12), st.sampled_from([",", " ", "\u00a0", "\u2009", "\u202f", "'", "\u2019"])
)
def test_thousands_may_be_apart(number: int, mark: str) -> None:
    assert as_number(f"{number:,}".replace(",", mark)) == str(number)


@pytest.mark.parametrize(
    "gpt", [gpt for gpt in all_gpts() if "lamp" in gpt.provided], ids=lambda gpt: gpt.id
)
def test_lamps_are_found_in_any_spelling_and_never_taken_for_another(gpt: GPT) -> None:
    found = lamps_by_name(gpt, {})
    lamps = gpt.provided["lamp"]
    assert isinstance(lamps, Enum)
    for lamp in lamps.values:
        for spelled in (
            lamp,
            lamp.lower(),
            lamp.replace(" ", "-"),
            lamp.replace(" ", ""),
            f" {lamp} ",
        ):
            assert (found.get(spelled) or found[word(spelled)]) == lamp


def test_a_difficulty_is_one_in_any_width() -> None:
    assert difficulty_of(SDVX, " ＡＤＶ\u3000") == "ADV"
