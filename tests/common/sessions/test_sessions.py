"""Which plays belong together, and to which session."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.sessions.grouping import SESSION_GAP, Play, Session, place, runs

HOUR = 3_600_000


def plays(*hours: float) -> list[Play]:
    return [Play(f"T{number}", hour * HOUR, {}) for number, hour in enumerate(hours)]


def hours_of(found: list[list[Play]]) -> list[list[float]]:
    return [[play.time / HOUR for play in run] for run in found]


def session(started: float, ended: float, session_id: str = "Q") -> Session:
    return Session(started * HOUR, ended * HOUR, session_id)


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ((), []),
        ((1,), [[1]]),
        ((1, 2, 3), [[1, 2, 3]]),
        ((3, 1, 2), [[1, 2, 3]]),
        ((1, 2.999, 5), [[1, 2.999], [5]]),
        ((1, 3), [[1], [3]]),
        ((1, 2.9999, 4.9998), [[1, 2.9999, 4.9998]]),
    ],
)
def test_a_pause_of_two_hours_splits(hours: tuple[float, ...], expected: list[list[float]]) -> None:
    assert hours_of(runs(plays(*hours))) == expected


def test_plays_of_the_same_moment_stay_in_the_order_of_the_import() -> None:
    (run,) = runs(plays(1, 1, 0.5, 1))
    assert [play.score_id for play in run] == ["T2", "T0", "T1", "T3"]


# A run from 10 to 11 o'clock.
@pytest.mark.parametrize(
    ("started", "ended", "joins"),
    [
        (5, 7.999, False),
        (5, 8, True),  # a session that ended exactly two hours before
        (5, 9, True),
        (9, 10.5, True),
        (10.2, 10.3, True),
        (5, 20, True),  # one that encloses the run
        (12.999, 14, True),
        (13, 14, False),  # one that began exactly two hours after
        (20, 21, False),
    ],
)
def test_a_run_joins_a_session_it_overlaps_or_comes_close_to(
    started: float, ended: float, joins: bool
) -> None:
    stored = session(started, ended)
    (placement,) = place(runs(plays(10, 11)), [stored])
    assert placement.created is not joins
    assert (placement.session is stored) is joins


def test_a_session_grows_over_the_runs_that_join_it() -> None:
    stored = session(10, 11)
    place(runs(plays(8.5, 12, 10.5)), [stored])
    assert (stored.time_started, stored.time_ended) == (8.5 * HOUR, 12 * HOUR)
    assert [play.time / HOUR for play in stored.added] == [8.5, 10.5, 12]


def test_a_session_that_encloses_a_run_keeps_its_times() -> None:
    stored = session(0, 24)
    place(runs(plays(10)), [stored])
    assert (stored.time_started, stored.time_ended) == (0, 24 * HOUR)


def test_of_several_sessions_that_fit_the_earliest_is_joined_and_none_are_merged() -> None:
    early, late = session(6, 9, "Q1"), session(12, 15, "Q2")
    (placement,) = place(runs(plays(10.5)), [early, late])
    assert placement.session is early
    assert (late.time_started, late.added) == (12 * HOUR, [])


def test_an_earlier_session_that_ended_long_ago_does_not_hide_a_later_one() -> None:
    far, near = session(0, 1, "Q1"), session(9, 9.5, "Q2")
    enclosing = session(0.5, 30, "Q3")
    (placement,) = place(runs(plays(10)), [far, near])
    assert placement.session is near
    (placement,) = place(runs(plays(10)), [far, enclosing, near])
    assert placement.session is enclosing


def test_two_runs_exactly_two_hours_apart_are_a_session_created_and_appended_to() -> None:
    first, second = place(runs(plays(1, 3)), [])
    assert (first.created, second.created) == (True, False)
    assert first.session is second.session
    assert (first.session.time_started, first.session.time_ended) == (1 * HOUR, 3 * HOUR)


def test_runs_further_apart_open_sessions_of_their_own() -> None:
    placements = place(runs(plays(1, 3.5, 6)), [])
    assert [placement.created for placement in placements] == [True, True, True]


Times = st.lists(st.integers(0, 60).map(lambda half_hours: half_hours / 2), max_size=12)
Spans = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6)), max_size=6)


def place_one_by_one(found: list[list[Play]], sessions: list[Session]) -> list[Session]:
    """The definition, run for run: every session is looked at."""
    known, chosen = list(sessions), []
    for run in found:
        fitting = [
            each
            for each in known
            if each.time_ended >= run[0].time - SESSION_GAP
            and each.time_started < run[-1].time + SESSION_GAP
        ]
        if not fitting:
            fitting = [Session(run[0].time, run[-1].time)]
            known += fitting
        chosen.append(min(fitting, key=lambda each: each.time_started))
        chosen[-1].add(run)
    return chosen


@given(Times, Spans)
def test_one_walk_over_runs_and_sessions_finds_what_looking_at_every_pair_finds(
    hours: list[float], spans: list[tuple[int, int]]
) -> None:
    def stored() -> list[Session]:
        return [
            session(start, start + length, f"Q{number}")
            for number, (start, length) in enumerate(sorted(spans))
        ]

    sessions, others = stored(), stored()
    placements = place(runs(plays(*hours)), sessions)
    chosen = place_one_by_one(runs(plays(*hours)), others)

    assert [placement.session for placement in placements] == chosen
    assert sessions == others
