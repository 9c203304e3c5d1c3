"""The job that makes what is stored of a user follow a changed catalogue or changed rules.

Everything is worked out from the user's scores and the catalogue of now, whatever the catalogue
was when the job was accepted: running it again, or two of them, changes nothing more. What the
user gains by it was not played for that day: nobody is told, and no class is achieved. Source:
specification, seeds-format.md section 13, pipeline-mutation.md sections 5 and 6.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection

from common.catalogue.locking import keep_catalogue
from common.jobs.arguments import Recalculation
from common.targets.subscriptions import goal_moved
from worker.changes import rerating
from worker.records import personal_bests, profiles, scores, sessions
from worker.targets import subscription_rows
from worker.targets.refreshing import (
    Occasion,
    TouchedBy,
    goals_of,
    refresh_goals,
    refresh_quests,
    touched_quests,
)
from worker.targets.subscriptions import enrol
from worker.work import Done, Work

# So that not all scores of a user are in memory at once.
CHARTS_AT_ONCE: Final = 2000

log = logging.getLogger(__name__)


def run_recalculation(work: Work, concerned: Recalculation) -> Done:
    """Works out anew what of the user's follows from what has changed."""
    connection, user_id = work.connection, work.user_id
    keep_catalogue(connection)
    for game in concerned.games:
        concerned.charts[game] = scores.played_charts(connection, user_id, game)
    changed = 0
    for game, chart_ids in concerned.charts.items():
        changed += _recalculate(work, game, chart_ids)
    for game in concerned.games:
        sessions.remake_of_game(connection, user_id, game)
        profiles.mark_renewed(connection, user_id, game)
    if concerned.quests:
        log.info("user %d: quests changed: %s", user_id, concerned.quests)
        subscription_rows.leave_goals(connection, user_id, concerned.quests)
    _follow(connection, user_id, concerned, work.now())
    return Done(f"Recalculated {changed} scores.", {"scores": changed})


def _recalculate(work: Work, game: str, chart_ids: Collection[str]) -> int:
    """Scores on these charts and all that follows from them but goals; how many changed."""
    connection, user_id = work.connection, work.user_id
    catalogue = work.runtime.catalogues.get(connection, game)
    charts = {each: chart for each in chart_ids if (chart := catalogue.chart(each)) is not None}
    if gone := sorted(set(chart_ids) - charts.keys()):
        log.warning("user %d: %s has no such charts any more: %s", user_id, game, gone)
    changed: list[str] = []
    chart_ids = list(charts)
    for start in range(0, len(chart_ids), CHARTS_AT_ONCE):
        batch = chart_ids[start : start + CHARTS_AT_ONCE]
        of_some = {chart_id: charts[chart_id] for chart_id in batch}
        changed += rerating.rerate_scores(connection, user_id, game, of_some)
        personal_bests.rebuild(connection, user_id, catalogue, batch)
    rerating.rerate_sessions(connection, user_id, game, changed)
    playtypes = dict.fromkeys(chart.playtype for chart in charts.values())
    profiles.recompute(connection, user_id, catalogue, list(playtypes))
    return len(changed)


# --- goals and quests --------------------------------------------------------------------


def _follow(connection: Connection, user_id: int, concerned: Recalculation, now: int) -> None:
    """Brings goals and quests up to date; goals that are new to the user's quests are followed."""
    moved: set[str] = set()
    occasion = Occasion(now, by_catalogue=True)
    for game in {**concerned.charts, **concerned.folders}:
        touched_by = TouchedBy(
            game, concerned.charts.get(game, ()), concerned.folders.get(game, ())
        )
        changed = refresh_goals(connection, user_id, touched_by, occasion)
        moved |= {after.goalID for before, after in changed if goal_moved(before, after)}
    touched = touched_quests(connection, user_id, moved, concerned.quests)
    if not touched:
        return
    needed = goals_of(touched)
    subscriptions = subscription_rows.goal_subscriptions(connection, user_id, needed)
    subscriptions |= enrol(connection, user_id, needed - subscriptions.keys(), now)
    achieved = {goal_id: goal.achieved for goal_id, goal in subscriptions.items()}
    refresh_quests(connection, user_id, touched, achieved, occasion)
