"""Long answers are kept, the latest asked for first, and no more of them than there is room for."""

from __future__ import annotations

import pytest

from api.jobs.kept import LONG, MOST, KeptAnswers
from common.jobs.progress import FinalAnswer, seal, understand


def answer(fill: str, length: int = LONG) -> FinalAnswer:
    return FinalAnswer(200, fill.encode() * length)


def test_a_long_answer_is_kept_until_it_is_forgotten_or_another_comes() -> None:
    answers = KeptAnswers()
    assert answers.get("a") is None
    kept_answer = answers.keep("a", answer("x"))
    assert answers.get("a") is kept_answer == answer("x")
    # What comes again is not held twice, and its seal is not worked out again.
    assert answers.keep("a", answer("x")) is kept_answer
    assert kept_answer.known == answer("x").seal
    assert answers.keep("a", answer("y")) == answer("y")
    assert answers.get("a") == answer("y")
    answers.forget("a")
    answers.forget("a")
    assert answers.get("a") is None


@pytest.mark.parametrize("length", [0, LONG - 1, MOST + 1])
def test_a_short_answer_and_one_that_leaves_no_room_are_not_kept(length: int) -> None:
    answers = KeptAnswers()
    answers.keep("a", answer("x", length))
    assert answers.get("a") is None


def test_those_not_asked_for_the_longest_give_way() -> None:
    answers = KeptAnswers(3 * LONG)
    for job_id in "abc":
        answers.keep(job_id, answer(job_id))
    assert answers.get("a") == answer("a")
    answers.keep("d", answer("d"))
    assert [answers.get(job_id) is not None for job_id in "abcd"] == [True, False, True, True]
    # What is kept twice, or forgotten, counts once, or not at all.
    answers.forget("c")
    answers.keep("d", answer("d"))
    answers.keep("e", answer("e"))
    assert [answers.get(job_id) is not None for job_id in "ade"] == [True, True, True]


def test_an_answer_has_one_seal_wherever_it_comes_from() -> None:
    made = FinalAnswer(200, b'{"success":true}')
    stored = seal(made.status, made.body)
    read = understand([stored, None])
    assert isinstance(read, FinalAnswer)
    assert stored.startswith(made.seal)
    assert (read.seal, read.checksum) == (made.seal, made.checksum)
    others = FinalAnswer(404, made.body), FinalAnswer(200, made.body + b" ")
    assert made.checksum not in {other.checksum for other in others}
