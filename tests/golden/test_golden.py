"""The recorded cases about the rules of the games.

The whole collection is run by `make golden` (`python -m tests.golden.runner`).
"""

from __future__ import annotations

import pytest

from common.games.registry import GAMES
from tests.golden.runner import golden_folder, run
from tests.golden.suites.registry import load_suites

FOLDER = golden_folder()
FILES = [
    "score-id.jsonl",
    *(f"ratings/{game}.jsonl" for game in GAMES),
    "session-ratings.jsonl",
    "profile-ratings.jsonl",
    "classes.jsonl",
    "pb-merge.jsonl",
    "goal-construct.jsonl",
    "goal-strings.jsonl",
    "goals.jsonl",
]

pytestmark = [
    pytest.mark.golden,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"there are no recorded cases in {FOLDER}"),
]


@pytest.mark.parametrize("path", FILES)
def test_ours_agrees_with_the_recorded_cases(path: str) -> None:
    if not (FOLDER / path).is_file():
        pytest.skip(f"nothing was recorded in {path}")
    load_suites()

    tally = run(FOLDER, [path], processes=1)[path]

    assert not tally.differences, "\n\n".join(tally.differences[:3])
    assert tally.counts["agreed"] > 0
