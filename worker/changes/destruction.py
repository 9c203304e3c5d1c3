"""The job that deletes a profile. Source: specification, http-api-inspect.md section 3.2."""

from __future__ import annotations

from common.catalogue.locking import keep_catalogue
from common.games.registry import get_gpt
from common.jobs.arguments import Destruction
from common.profiles import settings_rows, snapshot_rows
from worker.changes.consequences import recompute
from worker.changes.deletion import forget_imports_without_scores
from worker.records import profiles, scores
from worker.work import Done, Work


def run_destruction(work: Work, arguments: Destruction) -> Done:
    """Deletes the user's scores on a GPT with all that follows from them, and their settings.

    Goals and quests stay, as far as they are followed; orphans, which are of a game, stay too.
    """
    connection, user_id = work.connection, work.user_id
    gpt = get_gpt(arguments.game, arguments.playtype)
    keep_catalogue(connection)
    deleted = scores.delete_of_gpt(connection, user_id, gpt)
    concerned = list({score.import_id for score in deleted})
    forget_imports_without_scores(work, concerned)
    # Before it is worked out anew: classes that were provided would keep it.
    profiles.delete(connection, user_id, gpt)
    recompute(work, deleted)
    settings_rows.delete(connection, user_id, gpt)
    snapshot_rows.delete(connection, user_id, gpt)
    return Done("Destroyed profile.", {}, concerned)
