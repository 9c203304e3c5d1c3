"""What many threads ask for at once is asked for once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.jobs.shared_calls import SharedCalls


def test_calls_at_once_are_one_and_later_ones_are_others() -> None:
    calls = SharedCalls[int]()
    begun, may_end = threading.Event(), threading.Event()
    made: list[str] = []

    def call() -> int:
        made.append("a")
        begun.set()
        assert may_end.wait(10)
        return len(made)

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(calls.make, "a", call)
        assert begun.wait(10)
        others = [pool.submit(calls.make, "a", call) for _ in range(7)]
        assert calls.make("b", lambda: 7) == 7  # another key waits for nobody
        may_end.set()
        assert first.result() == 1
        # Those that came too late for the first call made one of their own, or shared one.
        assert all(1 <= other.result() <= len(made) for other in others)
    assert calls.make("a", lambda: 5) == 5


def test_what_a_call_raises_is_raised_for_all() -> None:
    calls = SharedCalls[int]()
    begun, may_end = threading.Event(), threading.Event()

    def call() -> int:
        begun.set()
        assert may_end.wait(10)
        raise LookupError("gone")

    def other() -> int:
        try:
            return calls.make("a", lambda: 0)
        except LookupError:
            return -1

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(calls.make, "a", call)
        assert begun.wait(10)
        second = pool.submit(other)
        may_end.set()
        with pytest.raises(LookupError):
            first.result()
        assert second.result() in (-1, 0)
    assert calls.make("a", lambda: 5) == 5
