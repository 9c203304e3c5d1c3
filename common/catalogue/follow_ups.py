"""What follows from a changed catalogue for users, accepted as jobs of theirs.

Jobs are accepted in the transaction that changes the catalogue, for exactly those whose scores
or subscriptions it concerns: whatever dies afterwards, they are run. The number of statements
depends neither on the number of users nor on that of their scores.

Source: specification, seeds-format.md section 13 and pipeline-mutation.md section 6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import orjson
from sqlalchemy import Connection, TextClause, text

from common.catalogue.locking import hold_users
from common.jobs.accepting import NewJob, accept_in_background
from common.jobs.arguments import Orphans, Recalculation
from common.seeds.summary import Summary
from common.text.canonical import new_job_id


def accept_follow_ups(connection: Connection, summary: Summary) -> None:
    """Accepts the jobs that follow from what a load changed, and counts them in its summary.

    From here to the commit no user's scores or goals change: nobody is missed. The caller holds
    the catalogue. Where nothing changed that matters to users, nothing is asked or held.
    """
    if not summary.matters_to_users:
        return
    hold_users(connection)
    summary.recalculation_jobs = len(_accept_recalculations(connection, summary))
    if summary.matching:
        summary.orphan_jobs = len(accept_orphan_jobs(connection, summary.matching))


# --- orphans -----------------------------------------------------------------------------

_USERS_WITH_ORPHANS = text(
    """
    WITH orphans AS (
        SELECT user_id, jsonb_agg(DISTINCT game) AS games FROM orphan_scores
        WHERE (CAST(:games AS text[]) IS NULL OR game = ANY(:games))
          AND (CAST(:users AS integer[]) IS NULL OR user_id = ANY(:users))
        GROUP BY user_id)
    SELECT user_id, games FROM orphans
    WHERE NOT EXISTS (
        SELECT FROM jobs
        WHERE jobs.user_id = orphans.user_id AND kind = 'orphans' AND state = 'queued'
          AND coalesce(arguments::jsonb->'games' @> orphans.games, true))
    """
)


def accept_orphan_jobs(
    connection: Connection,
    games: Collection[str] | None = None,
    users: Collection[int] | None = None,
) -> list[tuple[int, str]]:
    """Accepts an `orphans` job for each of the users with orphans of these games (None = any).

    None for users of whom one is queued that looks at all of them anyway. Returns (user, job)
    of each.
    """
    rows = connection.execute(
        _USERS_WITH_ORPHANS,
        {
            "games": None if games is None else sorted(games),
            "users": None if users is None else sorted(users),
        },
    )
    jobs = [NewJob(user_id, new_job_id(), Orphans(found)) for user_id, found in rows]
    return accept_in_background(connection, jobs)


# --- recalculation -----------------------------------------------------------------------

_PLAYED = text(
    """
    WITH changed AS (
        SELECT game, json_array_elements_text(chart_ids) AS chart_id
        FROM json_each(CAST(:changed AS json)) AS one (game, chart_ids))
    SELECT user_id, game, json_agg(chart_id ORDER BY chart_id) AS chart_ids
    FROM personal_bests JOIN changed USING (game, chart_id)
    GROUP BY user_id, game
    """
)

_FOLLOWED_FOLDERS = text(
    """
    SELECT mine.user_id, mine.game, json_agg(DISTINCT goals.charts->>'data') AS folder_ids
    FROM goal_subscriptions AS mine JOIN goals USING (goal_id)
    WHERE goals.charts->>'type' = 'folder'
      AND goals.charts->>'data' IN (SELECT json_array_elements_text(CAST(:changed AS json)))
    GROUP BY mine.user_id, mine.game
    """
)

_FOLLOWED_QUESTS = text(
    """
    SELECT user_id, json_agg(quest_id ORDER BY quest_id) AS quest_ids FROM quest_subscriptions
    WHERE quest_id IN (SELECT json_array_elements_text(CAST(:changed AS json)))
    GROUP BY user_id
    """
)


def _accept_recalculations(connection: Connection, summary: Summary) -> list[tuple[int, str]]:
    by_user: defaultdict[int, Recalculation] = defaultdict(Recalculation)
    rerated = {game: list(charts) for game, charts in summary.rerated.items()}
    for user_id, game, chart_ids in _concerned(connection, _PLAYED, rerated):
        by_user[user_id].charts[game] = chart_ids
    for user_id, game, folder_ids in _concerned(
        connection, _FOLLOWED_FOLDERS, summary.changed_folders
    ):
        by_user[user_id].folders[game] = folder_ids
    for user_id, quest_ids in _concerned(connection, _FOLLOWED_QUESTS, summary.changed_quests):
        by_user[user_id].quests.extend(quest_ids)
    jobs = [NewJob(user_id, new_job_id(), what) for user_id, what in sorted(by_user.items())]
    return accept_in_background(connection, jobs)


def _concerned(
    connection: Connection, statement: TextClause, changed: Collection[Any]
) -> Iterable[Any]:
    # JSON, because psycopg2 takes several times as long for an array of thousands of texts.
    if not changed:
        return ()
    return connection.execute(statement, {"changed": orjson.dumps(changed).decode()})
