"""The sample of recorded cases that the repository holds agrees, also where there is no more."""

from __future__ import annotations

import pytest

from tests.golden import pins
from tests.golden.runner import SAMPLE, NoSuchCase, files, run
from tests.golden.suites.registry import load_suites

FILES = files(SAMPLE, [])


def test_the_sample_is_of_every_kind_and_small() -> None:
    assert {"ratings", "pipeline", "import-types"} <= {path.partition("/")[0] for path in FILES}
    assert sum((SAMPLE / path).stat().st_size for path in FILES) < 1_048_576


@pytest.mark.golden
@pytest.mark.parametrize("path", FILES)
def test_ours_agrees_with_the_sample(path: str) -> None:
    load_suites()

    tally = run(SAMPLE, [path], processes=1)[path]

    assert not tally.differences, "\n\n".join(tally.differences[:3])
    assert not pins.problems(SAMPLE, {path: tally.excepted})


def test_one_case_can_be_run_alone() -> None:
    load_suites()
    paths = ["classes.jsonl", "goals.jsonl"]
    tallies = run(SAMPLE, paths, processes=1, cases=["classes/iidx:SP/1"])
    assert [tally.counts.total() for tally in tallies.values()] == [1, 0]
    with pytest.raises(NoSuchCase, match="classes/iidx:SP"):
        run(SAMPLE, paths, processes=1, cases=["classes/iidx:SP"])
