"""Names of new sessions."""

from __future__ import annotations

import random

import pytest

from common.sessions.session_names import ADJECTIVES, NOUNS, random_name


def test_a_name_is_two_adjectives_and_a_noun() -> None:
    first, second, noun = random_name().split(" ")
    assert {first, second} <= set(ADJECTIVES)
    assert noun in NOUNS


def test_a_source_of_a_known_seed_gives_the_same_names() -> None:
    one, other = random.Random(7), random.Random(7)
    assert [random_name(one) for _ in range(5)] == [random_name(other) for _ in range(5)]


@pytest.mark.parametrize("words", [ADJECTIVES, NOUNS])
def test_every_word_is_capitalised_and_there_once(words: tuple[str, ...]) -> None:
    assert len(words) > 500
    assert len(set(words)) == len(words)
    assert all(word == word.capitalize() and word.isalpha() for word in words)


def test_every_name_is_as_long_as_users_may_make_them() -> None:
    """A user who edits a session may send its name back unchanged: 3 to 80 characters."""
    longest = 2 * max(map(len, ADJECTIVES)) + max(map(len, NOUNS)) + 2
    assert longest <= 80
