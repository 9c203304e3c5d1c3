"""The decision that real files win over strictness, for all families of cases with files.

A case that differs is run again with the reference's strictness put back (see
`told/strict_files.py`): nothing but that may have made the difference.
"""

from __future__ import annotations

from typing import Any

from tests.golden.compare import first_difference
from tests.golden.suites.import_types import importing
from tests.golden.suites.pipeline import history
from tests.golden.suites.registry import Case, Compared, as_decided, exempt
from tests.golden.suites.services import fetching
from tests.golden.told.strict_files import strictness
from worker.import_types.registry import ORIGINS

NAME = "real files win over strictness"
REASON = (
    "Unknown versions, difficulties and styles, levels, spellings of titles, empty cells and "
    "broken rows do not lose a score of ours, and where two songs remain it is said which. With "
    "the reference's strictness put back, all agrees."
)

# The rule asks the other ones about the case as it is with strictness, so not itself again.
_asked: set[tuple[str, str]] = set()


def _agrees_when_strict(case: Case, outcome: Any) -> bool:
    if not isinstance(outcome, Compared):
        outcome = Compared(outcome, case.expected)
    key = (case.path, case.id)
    _asked.add(key)
    try:
        decided, _ = as_decided(case, outcome.expected, outcome.got)
    finally:
        _asked.remove(key)
    return first_difference(decided, outcome.got) is None


@exempt("import-types/*.jsonl", NAME, REASON)
def _file(case: Case, got: Any) -> bool:
    if (case.path, case.id) in _asked:
        return False
    with strictness() as fired:
        # What comes from a service is fetched; the rest is in the case.
        is_fetched = case.given["importType"] in ORIGINS
        strict = (fetching if is_fetched else importing)(case)
    return bool(fired) and _agrees_when_strict(case, strict)


@exempt("pipeline/*.jsonl", NAME, REASON)
def _history(case: Case, got: Any) -> bool:
    if (case.path, case.id) in _asked:
        return False
    with strictness() as fired:
        strict = history(case)
        # Within: a rule that runs the history again, with another decision put back, needs both.
        return bool(fired) and _agrees_when_strict(case, strict)
