"""The job that deletes scores. Source: specification, pipeline-mutation.md."""

from __future__ import annotations

from collections.abc import Collection

from common.catalogue.locking import keep_catalogue
from common.jobs.arguments import Deletion
from worker.changes.consequences import recompute
from worker.records import imports, orphan_rows, scores
from worker.targets import subscription_change_rows
from worker.work import Done, Work


def run_deletion(work: Work, arguments: Deletion) -> Done:
    """Deletes scores of the job's user; those already gone are no error.

    With `blacklist` later imports skip them. An import whose last score is deleted
    goes with it, and with that what it had noted down.
    """
    connection = work.connection
    keep_catalogue(connection)
    deleted = scores.delete(connection, work.user_id, arguments.score_ids)
    if arguments.blacklist and deleted:
        scores.blacklist(connection, deleted)
    concerned = list({score.import_id for score in deleted})
    forget_imports_without_scores(work, concerned)
    recompute(work, deleted)
    return Done("Successfully deleted score.", {}, concerned)


def forget_imports_without_scores(work: Work, import_ids: Collection[str]) -> None:
    """Deletes those of the user's imports that have no score any more, with what they noted."""
    connection = work.connection
    deleted_imports = imports.delete_empty(connection, work.user_id, import_ids)
    if deleted_imports:
        orphan_rows.forget_resolved_by(connection, work.user_id, deleted_imports)
        subscription_change_rows.forget(connection, work.user_id, deleted_imports)
