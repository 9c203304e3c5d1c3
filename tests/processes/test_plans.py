"""No import falls into a bad plan: none depends on what PostgreSQL knows of its tables.

A user with many scores comes to a database that has never been analysed, or was analysed when
there were none but small users: PostgreSQL expects next to no rows of that user then. Each job's
statements are run, and the plans that they ran by are looked at: no node may touch more rows than
the job has to do with, times a small number; no list is gone through for every row.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from cli.local import EmbeddedRedis
from common.jobs.job_tables import JobKind
from tests.support.acts import QUEST, accepted
from tests.support.follower import NOW, Follower
from tests.support.importer import a_runtime
from tests.support.plans import Plan, recorded_plans
from tests.support.stack import batch_manual
from worker.runtime import Runtime

pytestmark = pytest.mark.processes

SCORES = 1500  # in an import of the heavy user
SMALL_USERS = 300
GOALS = 500  # that the heavy user follows
# Rows that a node of a plan may touch for each score that the user has. The worst of the good
# plans touches each a few times; going through one list for each row of another, thousands.
TIMES = 12

LONG_AGO = NOW - 10**11

TABLES = (
    "scores",
    "personal_bests",
    "sessions",
    "orphan_scores",
    "resolved_orphans",
    "imports",
    "user_game_stats",
    "game_settings",
    "goal_subscriptions",
    "quest_subscriptions",
    "subscription_changes",
    "score_blacklist",
    "class_achievements",
    "jobs",
    "job_payloads",
    "outbox_events",
)


@pytest.fixture
def runtime(database: str, server_folder: Path) -> Iterator[Runtime]:
    with (
        EmbeddedRedis(server_folder / "redis-of-plans") as redis,
        a_runtime(database, redis) as made,
    ):
        yield made


def document(first: int, *, beside: int | None = None, orphans: bool = True) -> dict[str, Any]:
    """Scores in many sessions; every fifth has no chart in the catalogue.

    beside: they were played a minute after those of the document that begins there.
    """
    beside = first if beside is None else beside
    made = batch_manual(SCORES, first=first)
    for number, score in enumerate(made["scores"], first):
        # A break of more than two hours after every third.
        played = number - first + beside
        score["timeAchieved"] = LONG_AGO + played * 180_000 + played // 3 * 10_800_000
        if beside != first:
            score["timeAchieved"] += 60_000
        score["identifier"] = str(number % 6 + 1)
        if orphans and number % 5 == 0:
            score["identifier"] = f"9{number % 1000}"
    return made


def never_analysed(runtime: Runtime, _small: Follower) -> None:
    for table in TABLES:
        assert _query(
            runtime, "SELECT reltuples FROM pg_class WHERE oid = CAST(:t AS regclass)", t=table
        ) == [(-1,)]


def analysed_before(runtime: Runtime, small: Follower) -> None:
    """Many users with few scores each, and PostgreSQL knows of them alone."""
    small.imported(batch_manual(4))
    for table in TABLES:
        columns = [
            name
            for (name,) in _query(
                runtime,
                "SELECT column_name FROM information_schema.columns WHERE table_name = :t"
                " AND column_name <> 'user_id' AND is_identity = 'NO'",
                t=table,
            )
        ]
        if table in ("jobs", "job_payloads"):
            continue
        listed = ", ".join(f'"{name}"' for name in columns)
        _execute(
            runtime,
            f"INSERT INTO {table} (user_id, {listed}) SELECT 100000 + n, {listed} FROM {table}"
            f" CROSS JOIN generate_series(1, {SMALL_USERS}) AS n",
        )
    _execute(runtime, "ANALYZE")


# Goals like the one there is, that the same scores move.
_MORE_GOALS = f"""
    INSERT INTO goals (goal_id, game, playtype, name, charts, criteria, content_hash)
    SELECT goal_id || n, goals.game, goals.playtype, name, charts,
           jsonb_set(criteria::jsonb, '{{value}}', to_jsonb(8000000 + n)), content_hash
    FROM goals JOIN goal_subscriptions USING (goal_id) CROSS JOIN generate_series(1, {GOALS}) AS n
    WHERE was_assigned_standalone
"""
_FOLLOWED = f"""
    INSERT INTO goal_subscriptions
    SELECT (jsonb_populate_record(mine, jsonb_build_object('goal_id', goal_id || n))).*
    FROM goal_subscriptions AS mine CROSS JOIN generate_series(1, {GOALS}) AS n
    WHERE was_assigned_standalone
"""


def _query(runtime: Runtime, sql: str, **given: Any) -> list[tuple[Any, ...]]:
    with runtime.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql), given)]


def _execute(runtime: Runtime, sql: str) -> None:
    with runtime.engine.begin() as connection:
        connection.execute(text(sql))


@pytest.mark.parametrize("known", [never_analysed, analysed_before], ids=lambda it: it.__name__)
def test_no_statement_of_a_job_falls_into_a_bad_plan(runtime: Runtime, known: Any) -> None:
    for table in TABLES:
        _execute(runtime, f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
    known(runtime, Follower(runtime, "small"))

    player = Follower(runtime, "heavy")
    player.join(QUEST)
    player.follow("single", player.chart(1, "ADV"), key="score", value=9_500_000, standalone=True)
    _execute(runtime, _MORE_GOALS)
    _execute(runtime, _FOLLOWED)
    found: list[str] = []
    seen: set[str] = set()

    def judge(what: str, plans: list[Plan]) -> None:
        assert plans, what
        most = TIMES * 2 * SCORES
        for plan in plans:
            seen.add(plan.statement.strip()[:6])
            for problem in plan.problems(most):
                found.append(f"{what}: {problem}\n    {' '.join(plan.statement.split())[:300]}")

    with recorded_plans(runtime.engine) as plans:

        def run(what: str, job_id: str) -> None:
            plans.clear()
            outcome = player.run(job_id)
            assert outcome.error_message is None, outcome
            judge(what, plans)

        first = player.accept(document(0))
        run("an import", first)
        (moved,) = _query(runtime, "SELECT count(DISTINCT target_id) FROM subscription_changes")[0]
        assert moved > GOALS
        run("the same again", player.accept(document(0)))
        run("more on the same charts", player.accept(document(SCORES)))
        run("into the same sessions", player.accept(document(2 * SCORES, beside=0, orphans=False)))
        run("orphans", accepted(player, JobKind.ORPHANS))
        charts = [
            chart_id
            for (chart_id,) in _query(runtime, "SELECT DISTINCT chart_id FROM personal_bests")
        ]
        player.execute("UPDATE scores SET calculated_data = '{}'")
        recalculated = accepted(
            player, JobKind.RECALCULATION, charts={"sdvx": charts}, folders={}, quests=[QUEST]
        )
        run("recalculation", recalculated)
        scores = [
            score_id
            for (score_id,) in _query(
                runtime,
                f"SELECT score_id FROM scores WHERE user_id = {player.user_id}"
                f" ORDER BY score_id LIMIT {SCORES // 2}",
            )
        ]
        run("deletion", accepted(player, JobKind.DELETION, scoreIDs=scores, blacklist=True))
        run("revert", accepted(player, JobKind.REVERT, importID=first))
    assert {"SELECT", "UPDATE", "DELETE", "INSERT"} <= seen
    assert not found, "\n" + "\n".join(found)
