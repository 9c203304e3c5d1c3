"""What is remembered of tokens is believed for as long as it was said, and no longer."""

from __future__ import annotations

import pytest

from api.http import tokens
from api.http.identity import GUEST, Credentials, Identity
from api.http.tokens import RecentTokens
from common.database.engine import open_engine

GIVEN = Credentials(None, "Bearer abc")
ALICE = Identity(1, frozenset(), "of a test")


class Clock:
    """Seconds that pass when they are told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recent(clock: Clock) -> RecentTokens:
    """Of a server that is away: nothing can be looked up."""
    return RecentTokens(open_engine("postgresql://nobody@127.0.0.1:1/nothing"), clock)


def test_a_token_found_good_just_now_need_not_be_looked_up(
    recent: RecentTokens, clock: Clock
) -> None:
    recent.remember(GIVEN, ALICE)
    clock.now += tokens.ASK_AFTER - 0.1
    assert recent.is_fresh(GIVEN)
    assert recent.is_good(GIVEN)
    assert recent.owner(GIVEN) == 1


def test_one_not_seen_for_long_is_not_made_good_by_being_looked_at(
    recent: RecentTokens, clock: Clock
) -> None:
    recent.remember(GIVEN, ALICE)
    clock.now += tokens.RECENT
    assert not recent.is_fresh(GIVEN)
    assert not recent.is_good(GIVEN)


def test_guests_and_forgotten_tokens_are_not_known(recent: RecentTokens) -> None:
    recent.remember(GIVEN, GUEST)
    assert not recent.is_fresh(GIVEN)
    recent.remember(GIVEN, ALICE)
    recent.forget(GIVEN)
    assert not recent.is_fresh(GIVEN)
    assert recent.owner(GIVEN) is None
