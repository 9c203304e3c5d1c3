"""What is read from Redis is what was written, or nothing."""

from __future__ import annotations

import pytest

from common.jobs.progress import FinalAnswer, seal, understand, unseal

VALUE = seal(200, b'{"success":true}')


def test_an_answer_and_a_text_come_back_as_they_were_sealed() -> None:
    assert unseal(VALUE) == (200, b'{"success":true}')
    assert understand([VALUE, None]) == FinalAnswer(200, b'{"success":true}')
    assert understand([None, seal(0, "Spiel läuft.".encode())]) == "Spiel läuft."
    assert understand([None, None]) is None


def test_an_answer_goes_before_a_text() -> None:
    assert understand([VALUE, seal(0, b"Importing")]) == FinalAnswer(200, b'{"success":true}')


@pytest.mark.parametrize("place", range(len(VALUE)))
def test_one_changed_bit_anywhere_makes_it_missing(place: int) -> None:
    damaged = bytearray(VALUE)
    damaged[place] ^= 1
    assert unseal(bytes(damaged)) is None


@pytest.mark.parametrize("length", range(len(VALUE)))
def test_a_value_cut_off_anywhere_is_missing(length: int) -> None:
    assert unseal(VALUE[:length]) is None


def test_a_damaged_answer_leaves_the_text() -> None:
    assert understand([VALUE[:-1], seal(0, b"Importing")]) == "Importing"
