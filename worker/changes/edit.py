"""The job that changes a comment or highlight. Source: specification, pipeline-mutation.md."""

from __future__ import annotations

import msgspec

from common.catalogue import catalogue_rows
from common.catalogue.locking import keep_catalogue
from common.errors import UserError
from common.jobs.arguments import Edit
from common.scores import score_documents, score_rows
from worker.records import personal_bests, scores
from worker.work import Done, Work


def run_edit(work: Work, arguments: Edit) -> Done:
    """Sets comment and highlight of a score of the job's user; raises UserError 404.

    A personal best is highlighted iff one of the scores it is made of is.
    """
    connection = work.connection
    keep_catalogue(connection)
    is_there = scores.edit(connection, work.user_id, arguments.score_id, arguments.changes)
    score = score_rows.find_score(connection, arguments.score_id) if is_there else None
    if score is None:
        raise UserError(404, "This score does not exist.")
    catalogue = work.runtime.catalogues.get(connection, score.game)
    personal_bests.rebuild(connection, work.user_id, catalogue, [score.chart_id])
    ids = catalogue_rows.of_rows(connection, score.game, [score]).ids
    document = score_documents.score(score, work.runtime.settings.dialect, ids)
    return Done("Updated score.", msgspec.to_builtins(document))
