"""What waits for long at a process that is free is told from what has just come."""

from __future__ import annotations

from worker.hung_processes import PATIENCE, Beginnings

LONG = int(PATIENCE) + 1


def test_a_message_that_is_not_begun_for_long_is_overdue() -> None:
    beginnings = Beginnings()
    overdue = [beginnings.are_overdue(1000.0 + second, ["one"]) for second in range(LONG + 1)]
    assert overdue == LONG * [False] + [True]


def test_messages_that_are_begun_one_after_the_other_are_not() -> None:
    beginnings = Beginnings()
    for second in range(10 * LONG):
        assert not beginnings.are_overdue(1000.0 + second, [f"of second {second}"])


def test_who_was_stopped_meanwhile_counts_anew() -> None:
    beginnings = Beginnings()
    assert not beginnings.are_overdue(1000.0, ["one"])
    assert not beginnings.are_overdue(5000.0, ["one"])
    assert not beginnings.are_overdue(5001.0, ["one"])
