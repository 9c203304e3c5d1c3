"""What imports carry forward is what all scores make, after any history; and is put right else."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.verify import verify
from common.jobs.job_tables import JobKind
from tests.support.examples import examples
from tests.support.follower import Follower
from tests.support.history import History
from worker.changes.verification import differences
from worker.runtime import Runtime

RANDOM = settings(
    max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def history(runtime: Runtime) -> History:
    return History(runtime)


def found(history: Follower) -> list[tuple[str, str]]:
    with history.runtime.engine.connect() as connection:
        return list(differences(connection, history.user_id, history.runtime.catalogues))


@RANDOM
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 20))
def test_what_was_carried_forward_is_what_all_scores_make(
    history: History, seed: int, steps: int
) -> None:
    history.begin_anew(seed)
    for _ in range(steps):
        history.happen(1)
        if history.random.random() < 0.1:
            # As a worker of an earlier version leaves them.
            history.execute("UPDATE personal_bests SET profile_values = NULL")
            history.execute("UPDATE sessions SET best_values_of = best_values_of - 1")
        if history.random.random() < 0.1:
            # As under earlier rules: then all is looked at.
            history.execute("UPDATE user_game_stats SET rules = 0")
            history.execute("UPDATE user_game_stats SET highest = NULL")
        unknown = ("profile_values is None", "highest is None")
        wrong = [text for _, text in found(history) if not any(each in text for each in unknown)]
        assert wrong == []
    history.do(JobKind.RECALCULATION, games=["iidx", "sdvx"])
    assert found(history) == []


DAMAGE = [
    "DELETE FROM personal_bests WHERE ctid = (SELECT min(ctid) FROM personal_bests)",
    "UPDATE personal_bests SET highlight = NOT highlight",
    "UPDATE personal_bests SET score_data = jsonb_set(score_data, '{score}', '1')",
    "UPDATE personal_bests SET calculated_data = '{}'",
    "UPDATE personal_bests SET profile_values = NULL",
    "UPDATE personal_bests SET composed_from = '[]'",
    "UPDATE sessions SET time_ended = time_ended + 1",
    "UPDATE sessions SET calculated_data = '{}'",
    """UPDATE sessions SET best_values = '{"VF6": [99], "VF7": [99]}'""",
    "UPDATE sessions SET score_ids = '{}'",
    "UPDATE user_game_stats SET ratings = '{}'",
    "UPDATE user_game_stats SET classes = '{}'",
    "UPDATE user_game_stats SET highest = '{99, 99}'",
    "DELETE FROM user_game_stats",
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_told_and_put_right(runtime: Runtime, damage: str) -> None:
    player = Follower(runtime)
    player.play((1, "ADV", 9_000_000, "CLEAR", {"timeAchieved": 1_700_000_000_000}))
    player.play((1, "EXH", 9_500_000, "CLEAR", {"timeAchieved": 1_700_000_100_000}))
    assert _verify(player).exit_code == 0

    player.execute(damage)
    assert _verify(player).exit_code == 1
    assert found(player) != []

    assert _verify(player, "--repair").exit_code == 0
    (job,) = player.query("SELECT job_id FROM jobs WHERE state = 'queued'")
    assert player.run(job.job_id).error_message is None
    assert found(player) == []


def _verify(player: Follower, *options: str) -> Result:
    url = player.runtime.settings.database_url
    return CliRunner().invoke(
        verify, [str(player.user_id), "--database-url", url, *options], catch_exceptions=False
    )
