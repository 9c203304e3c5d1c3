"""The daily schedule: orphaned scores are tried again, outdated profiles renewed, all noted."""

from __future__ import annotations

from common.catalogue import follow_ups
from common.games.registry import all_gpts
from common.profiles import highest_rows, outdated_rows, snapshot_rows
from common.scores import mark_rows
from worker.runtime import Runtime


def accept_orphan_jobs(runtime: Runtime) -> list[tuple[int, str]]:
    """Accepts an `orphans` job for each user who has orphans and none waiting already.

    Returns (user, job) of each. The sweeper sends their messages.
    """
    with runtime.engine.begin() as connection:
        return follow_ups.accept_orphan_jobs(connection)


def accept_renewals(runtime: Runtime) -> list[tuple[int, str]]:
    """Accepts a job for each user with a profile that was made under older rules.

    Returns (user, job) of each. The sweeper sends their messages.
    """
    with runtime.engine.begin() as connection:
        return outdated_rows.accept_renewals(connection)


def take_snapshots(runtime: Runtime) -> int:
    """Notes what every profile is today; returns how many it noted.

    Before, what an older worker beside today's left out of a profile is mended.
    """
    snapshots = 0
    for gpt in all_gpts():
        with runtime.engine.begin() as connection:
            highest_rows.set_right(connection, gpt)
            snapshots += snapshot_rows.take(connection, gpt)
    return snapshots


def count_leaderboards(runtime: Runtime) -> None:
    """Counts the marks on the leaderboards of all charts."""
    for gpt in all_gpts():
        with runtime.engine.begin() as connection:
            mark_rows.count_anew(connection, gpt)
