"""Nobody waits for a server that does not answer, and somebody finds out when it does again."""

from __future__ import annotations

from common.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_server_that_answers_is_always_asked() -> None:
    breaker = Breaker("Redis", clock=Clock())
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()


def test_after_a_failure_nobody_asks_until_the_pause_is_over_and_then_one_at_a_time() -> None:
    clock = Clock()
    breaker = Breaker("Redis", pause=1.0, clock=clock)
    breaker.failed()
    clock.now = 0.9
    assert not breaker.allows()
    clock.now = 1.0
    assert [breaker.allows() for _ in range(3)] == [True, False, False]
    breaker.failed()
    clock.now = 1.9
    assert not breaker.allows()
    clock.now = 2.0
    assert breaker.allows()
    breaker.succeeded()
    assert [breaker.allows() for _ in range(3)] == [True, True, True]


def test_a_try_that_never_came_back_does_not_keep_the_breaker_open() -> None:
    clock = Clock()
    breaker = Breaker("Redis", pause=1.0, clock=clock)
    breaker.failed()
    clock.now = 1.0
    assert breaker.allows()
    clock.now = 2.0
    assert breaker.allows()
