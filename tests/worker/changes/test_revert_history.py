"""Whatever happened before: a reverted import leaves everything as if it had never been."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from tests.support.history import History
from worker.runtime import Runtime

# What is not the state of a user, but a record of what happened.
RECORDS = {
    "jobs": "the import and its revert were jobs",
    "job_attempts": "so were the attempts at them",
    "job_payloads": "an upload, until its job ends",
    "class_achievements": "a class once reached stays an achievement",
    "outbox_events": "news stay true, delivered or not",
    "webhook_deliveries": "likewise",
    "api_tokens": "nothing here touches them",
    "notifications": "what a user was told was so when it was told",
}

RANDOM = settings(
    max_examples=examples(12), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SEEDS = st.integers(0, 2**32)


@pytest.fixture
def history(runtime: Runtime) -> History:
    return History(runtime)


@RANDOM
@given(seed=SEEDS, steps=st.integers(0, 12))
def test_import_then_revert_gives_the_same_tables_after_any_history(
    history: History, seed: int, steps: int
) -> None:
    history.begin_anew(seed)
    history.happen(steps)
    before = history.snapshot(without=list(RECORDS))
    imported = history.import_random(classes=False)
    history.clock.now += 1000
    history.revert(imported["importID"])
    assert history.snapshot(without=list(RECORDS)) == before


@RANDOM
@given(seed=SEEDS, steps=st.integers(0, 8))
def test_reprocessing_orphans_can_be_reverted_like_an_import(
    history: History, seed: int, steps: int
) -> None:
    history.begin_anew(seed)
    history.import_random(classes=False)
    history.happen(steps)
    history.find_missing_song()
    before = history.snapshot(without=list(RECORDS))
    reprocessed = history.reprocess()
    if not reprocessed:
        return  # what could not become a score is gone, and there is nothing to revert
    history.clock.now += 1000
    for import_id in reprocessed:
        history.revert(import_id)
    assert history.snapshot(without=list(RECORDS)) == before


# --- an import that is not the last ---------------------------------------------------------

# What must be as if the import had never been. Left out, as they can only be drawn or told
# anew: ids and names of imports and sessions (and when a session was first stored), the reports
# of other imports on what they changed, and when goals and quests moved and were achieved.
AS_IF_NEVER = {
    "scores": "score_id, chart_id, time_achieved, time_added, position, comment, highlight,"
    " score_data, score_meta, calculated_data",
    "orphan_scores": "orphan_id, import_type, game, data, context, err_msg, time_inserted",
    "score_blacklist": "score_id, score",
    "personal_bests": "*",
    "user_game_stats": "*",
    "game_settings": "*",
    "sessions": 'game, playtype, score_ids, "desc", highlight, time_started, time_ended,'
    " calculated_data",
    "goal_subscriptions": "goal_id, progress, progress_human, out_of, out_of_human, achieved,"
    " was_assigned_standalone",
    "quest_subscriptions": "quest_id, progress, achieved",
    "imports": "import_type, user_intent, game, playtypes, errors, skipped",
}


def state(history: History) -> dict[str, list[str]]:
    return {table: history.rows(table, columns) for table, columns in AS_IF_NEVER.items()}


@RANDOM
@given(seed=SEEDS, earlier=st.integers(0, 2), later=st.integers(1, 3))
def test_reverting_an_older_import_gives_what_was_without_it(
    history: History, seed: int, earlier: int, later: int
) -> None:
    """No two imports bring the same score, and a day's scores are one session without any of
    them: a session that falls apart without a score stays one.
    """

    def play(*, with_the_import: bool) -> dict[str, list[str]]:
        history.begin_anew(seed)
        history.clock.now = 1_800_000_000_000
        for _ in range(4):
            history.follow_random()
            history.join_random()
        documents: list[Any] = [
            history.random_import(mark=mark, days=3, classes=mark != earlier)
            for mark in range(earlier + 1 + later)
        ]
        reverted = None
        for number, document in enumerate(documents):
            history.clock.now += 1000
            if number != earlier:
                history.imported(document)
            elif with_the_import:
                reverted = history.imported(document)["importID"]
        history.clock.now += 1000
        if reverted is not None:
            history.revert(reverted)
        return state(history)

    assert play(with_the_import=True) == play(with_the_import=False)
