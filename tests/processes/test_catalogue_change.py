"""What follows from loaded seeds is done by the real processes, without anyone asking."""

from __future__ import annotations

import subprocess

import pytest
from sqlalchemy import text

from tests.seeds.catalogue import Catalogue
from tests.support.stack import BIN, Stack, batch_manual, kill, wait_for

pytestmark = pytest.mark.processes


@pytest.fixture
def catalogue(stack: Stack) -> Catalogue:
    return Catalogue(stack.engine, stack.folder / "seeds")


def load_seeds(stack: Stack, catalogue: Catalogue) -> str:
    """Runs the command; what it prints."""
    command = [str(BIN / "score-import"), "seeds", "load", str(catalogue.write())]
    done = subprocess.run(
        command, env=stack.environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_orphan_becomes_a_score_once_seeds_with_its_chart_are_loaded(
    stack: Stack, catalogue: Catalogue
) -> None:
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    player = stack.user("alice")
    [song] = (each for each in catalogue.documents["songs-sdvx"] if each["id"] == 1)
    chart = catalogue.chart("sdvx", 1, "ADV")
    player.wait(player.submit(batch_manual(3, song="4242")))
    assert player.score_count() == 0

    catalogue.documents["songs-sdvx"].append(song | {"id": 4242, "title": "Later"})
    chart = chart | {"chartID": "later", "songID": 4242, "data": {"inGameID": 4242}}
    catalogue.documents["charts-sdvx"].append(chart)
    printed = load_seeds(stack, catalogue)

    assert "users with orphaned scores to try again: 1" in printed
    wait_for(lambda: player.score_count() == 3, "the scores")


def test_a_recalculation_survives_the_death_of_its_worker(
    stack: Stack, catalogue: Catalogue
) -> None:
    stack.start_web()
    worker = stack.start_worker()
    stack.start_beat()
    player = stack.user("alice")
    player.wait(player.submit(batch_manual(3)))
    before = stack.scalar("SELECT calculated_data FROM personal_bests")
    catalogue.chart("sdvx", 1, "ADV").update(level="17", levelNum=17)

    with stack.engine.connect() as connection:
        # The job stands still where it rebuilds the personal bests.
        connection.execute(text("LOCK TABLE personal_bests IN SHARE ROW EXCLUSIVE MODE"))
        load_seeds(stack, catalogue)
        wait_for(lambda: _is_held_up(stack), "the recalculation in its middle")
        kill(worker)
    stack.start_worker("successor")

    wait_for(
        lambda: stack.scalar("SELECT calculated_data FROM personal_bests") != before, "its end"
    )
    attempts = "SELECT attempts FROM jobs WHERE kind = 'recalculation' AND state = 'completed'"
    assert stack.scalar(attempts) == 2


def _is_held_up(stack: Stack) -> bool:
    return bool(
        stack.scalar(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'score-import worker' AND wait_event_type = 'Lock'"
            " AND query LIKE '%DELETE FROM personal_bests%'"
        )
    )
