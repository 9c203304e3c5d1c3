"""The recorded histories of sessions, through the whole pipeline on a real database.

They are the ones whose steps ask for the most different things. All others are run by
`make golden` (`python -m tests.golden.runner`).
"""

from __future__ import annotations

import pytest

from tests.golden.runner import golden_folder, run
from tests.golden.suites.registry import load_suites

FOLDER = golden_folder()
FILES = ["pipeline/sessions.jsonl", "pipeline/two-playtypes.jsonl"]

pytestmark = [
    pytest.mark.golden,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"there are no recorded cases in {FOLDER}"),
]


@pytest.mark.parametrize("path", FILES)
def test_ours_agrees_with_the_recorded_histories(path: str) -> None:
    if not (FOLDER / path).is_file():
        pytest.skip(f"nothing was recorded in {path}")
    load_suites()

    tally = run(FOLDER, [path], processes=1)[path]

    assert not tally.differences, "\n\n".join(tally.differences[:3])
    assert tally.counts["agreed"] > 0
