"""The job that changes a comment or highlight. Source: specification, pipeline-mutation.md."""

from __future__ import annotations

from common.catalogue.locking import keep_catalogue
from common.errors import UserError
from common.jobs.arguments import Edit
from common.scores.score_documents import score_document
from worker.records import personal_bests, scores
from worker.work import Done, Work


def run_edit(work: Work, arguments: Edit) -> Done:
    """Sets comment and highlight of a score of the job's user; raises UserError 404.

    A personal best is highlighted iff one of the scores it is made of is.
    """
    connection = work.connection
    keep_catalogue(connection)
    score = scores.edit(connection, work.user_id, arguments.score_id, arguments.changes)
    if score is None:
        raise UserError(404, "This score does not exist.")
    catalogue = work.runtime.catalogues.get(connection, score.game)
    personal_bests.rebuild(connection, work.user_id, catalogue, [score.chart_id])
    return Done("Updated score.", score_document(score))
