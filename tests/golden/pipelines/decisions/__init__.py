"""What was recorded, put as our decisions would have it.

Where a decision changes a value in a known way, the recorded value is changed accordingly (or
what ours has in addition is left out), so that everything else is still compared. Each rule
says why.
"""

from __future__ import annotations

from tests.golden.pipelines.decisions import (
    goals,
    import_documents,
    orphans,
    ratings,
    refusals,
    scores,
)
from tests.golden.pipelines.decisions.outcome import Memory, Outcome

__all__ = ["Memory", "Outcome", "apply_decisions"]

# In this order: later rules look at what earlier ones made.
_SUBJECTS = (import_documents, refusals, scores, ratings, orphans, goals)


def apply_decisions(outcome: Outcome) -> None:
    """Changes the outcome in place."""
    for subject in _SUBJECTS:
        for rule in subject.RULES:
            if rule(outcome):
                outcome.memory.departures.add(rule.__name__.replace("_", " "))
