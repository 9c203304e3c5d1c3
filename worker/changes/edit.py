"""The job that changes a comment or highlight. Source: specification, pipeline-mutation.md."""

from __future__ import annotations

from msgspec import UNSET
from sqlalchemy import text

from common.catalogue.locking import keep_catalogue
from common.errors import UserError
from common.imports.stored_documents import score_document
from common.jobs.arguments import Edit
from worker.records import personal_bests
from worker.work import Done, Work


def run_edit(work: Work, arguments: Edit) -> Done:
    """Sets comment and highlight of a score of the job's user; raises UserError 404.

    A personal best is highlighted iff one of the scores it is made of is.
    """
    connection, changes = work.connection, arguments.changes
    keep_catalogue(connection)
    score = connection.execute(
        text(
            """
            UPDATE scores
            SET comment = CASE WHEN :with_comment THEN :comment ELSE comment END,
                highlight = coalesce(:highlight, highlight)
            WHERE user_id = :user_id AND score_id = :score_id RETURNING *
            """
        ),
        {
            "user_id": work.user_id,
            "score_id": arguments.score_id,
            "with_comment": changes.comment is not UNSET,
            "comment": changes.comment or None,
            "highlight": None if changes.highlight is UNSET else changes.highlight,
        },
    ).one_or_none()
    if score is None:
        raise UserError(404, "This score does not exist.")
    catalogue = work.runtime.catalogues.get(connection, score.game)
    personal_bests.rebuild(connection, work.user_id, score.game, catalogue, [score.chart_id])
    return Done("Updated score.", score_document(score))
