"""Who may commit in the worker, and why: of what a job does the runner alone does, once.

Everything else that commits is named here with its reason. What stands there while a job runs
commits either something that is true whatever becomes of the job, or before it wrote anything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from tests.structure.sources import sources

# How a transaction is committed: by hand, at the end of a block, or with each statement.
COMMITS: Final = ("commit", "begin", "autocommit")

# (path, innermost function) -> what is committed there.
ALLOWED: Final = {
    # The life of a job.
    ("worker/runner.py", "_run_claimed"): "the effects of a job, with its end",
    ("worker/runner.py", "_fail"): "the end of a job that has no effects",
    ("worker/runner.py", "run_claimed"): "a job put back, of which nothing is stored",
    ("worker/runner.py", "_run_once"): "the claim before, the next message after",
    ("worker/turns.py", "give_back"): "a job put back whose connection is lost",
    ("worker/turns.py", "give_up"): "the end of a job whose connection is lost",
    ("worker/upkeep.py", "sweep"): "which messages are sent",
    ("worker/upkeep.py", "_put_back_abandoned"): "jobs of dead workers, put back",
    # While a job runs: what stays, whatever becomes of it.
    ("worker/imports/pipeline.py", "offer_unknown_charts"): (
        "charts that the catalogue lacks: reported, though the import may fail"
    ),
    ("worker/changes/orphans.py", "_reprocess"): (
        "the orphans of one type and game, an import each: what is done need not be done again"
    ),
    ("worker/services/tokens.py", "_save"): "a renewed token, before it is used",
    # While a job runs: statements that only read, so that no transaction stays open after them.
    ("worker/imports/steps/collect.py", "collect"): "nothing",
    ("worker/imports/steps/collect.py", "given_input"): "nothing",
    ("worker/imports/steps/collect.py", "gather"): "nothing",
    ("worker/imports/pipeline.py", "hydrate_unknown"): "nothing",
    ("worker/imports/checking.py", "_try_out"): "nothing",
    # Of no job.
    ("worker/caretaker.py", "_hold_office"): "nothing: the lock is the session's",
    ("worker/pausing.py", "_look"): "nothing",
    ("worker/caretaker.py", "_still_ours"): "nothing",
    ("worker/retention.py", "remove_ended"): "rows that are past their time",
    ("worker/retention.py", "remove_ended_logins"): "rows that are past their time",
    ("worker/schedule.py", "accept_orphan_jobs"): "jobs that are accepted",
    ("worker/schedule.py", "accept_renewals"): "jobs that are accepted",
    ("worker/schedule.py", "count_leaderboards"): "how many play each chart",
    ("worker/schedule.py", "take_snapshots"): "what profiles are today",
    ("worker/services/linking.py", "link"): "a user's link to a service, made in a request",
    ("worker/webhooks/delivery.py", "deliver"): "nothing: the lock is the transaction's",
    ("worker/webhooks/delivery.py", "fan_out"): "which receivers are to be told",
    ("worker/webhooks/delivery.py", "deliver_to"): "what was delivered",
}


def commits(tree: ast.AST, within: str = "") -> Iterator[tuple[str, int]]:
    """(innermost function, line) of whatever commits."""
    for node in ast.iter_child_nodes(tree):
        inner = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else within
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in COMMITS:
                yield within, node.lineno
        yield from commits(node, inner)


def test_the_runner_alone_commits_what_a_job_did() -> None:
    found = {
        (source.path, within): f"{source.path}:{line} ({within})"
        for source in sources("worker")
        for within, line in commits(source.tree)
    }
    assert [place for key, place in found.items() if key not in ALLOWED] == []
    assert sorted(ALLOWED) == sorted(found), "every exception is one"


def test_a_commit_is_noticed() -> None:
    code = (
        "def f():\n    with engine.begin() as c:\n        c.commit()\n    with autocommit(c): pass"
    )
    assert list(commits(ast.parse(code))) == [("f", 2), ("f", 3), ("f", 4)]
