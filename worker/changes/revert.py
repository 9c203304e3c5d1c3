"""The job that takes an import back, with everything that followed from it.

What follows from a user's scores is computed again from what is left. What does not (when goals
were reached, which orphans there were) an import leaves noted down, so that after its revert it
is as if it had never been. Source: specification, pipeline-mutation.md.
"""

from __future__ import annotations

from common.catalogue.locking import keep_catalogue
from common.errors import UserError
from common.jobs.arguments import Revert
from worker.changes.consequences import recompute
from worker.records import imports, orphan_rows, scores
from worker.targets import subscription_change_rows
from worker.work import Done, Work


def run_revert(work: Work, arguments: Revert) -> Done:
    """Takes back an import of the job's user; raises UserError 404."""
    connection = work.connection
    keep_catalogue(connection)
    user_id, import_id = work.user_id, arguments.import_id
    if not imports.delete(connection, user_id, import_id):
        raise UserError(404, "This import does not exist.")
    deleted = scores.delete_of_import(connection, user_id, import_id)
    orphan_rows.restore(connection, user_id, import_id)
    orphan_rows.delete_stored_by(connection, user_id, import_id)
    noted = subscription_change_rows.take(connection, user_id, import_id)
    recompute(work, deleted, noted)
    return Done("Reverted import.", {}, [import_id])
