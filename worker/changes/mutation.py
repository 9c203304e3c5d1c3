"""The jobs that take scores away or change them: revert, deletion, edit.

Whatever follows from a user's scores is computed again from what is left. What does not (when
goals were reached, which orphans there were) an import leaves noted down, so that after its
revert it is as if it had never been. Source: specification, pipeline-mutation.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import orjson
from redis.exceptions import RedisError
from sqlalchemy import Connection, Row, text

from common.catalogue.locking import keep_catalogue
from common.database.parameters import text_array
from common.database.tables import JobKind
from common.errors import UserError
from common.imports.stored_documents import score_document
from common.jobs import progress
from common.jobs.outcomes import job_answer
from common.jobs.progress import FinalAnswer
from common.targets.changes import NOTHING_CHANGED, Changes
from worker import jobs
from worker.jobs import ClaimedJob
from worker.records import orphan_rows, personal_bests, profiles, sessions
from worker.runtime import Runtime
from worker.targets import evaluation, subscription_changes


def run_revert(runtime: Runtime, connection: Connection, job: ClaimedJob) -> FinalAnswer:
    """Takes back the import `arguments.importID` of the job's user; raises UserError 404."""
    keep_catalogue(connection)
    given = {"user_id": job.user_id, "import_id": job.arguments["importID"]}
    reverted = connection.execute(
        text("DELETE FROM imports WHERE user_id = :user_id AND import_id = :import_id"), given
    )
    if reverted.rowcount == 0:
        raise UserError(404, "This import does not exist.")
    deleted = connection.execute(
        text("DELETE FROM scores WHERE user_id = :user_id AND import_id = :import_id RETURNING *"),
        given,
    ).all()
    orphan_rows.restore(connection, **given)
    orphan_rows.delete_stored_by(connection, **given)
    noted = subscription_changes.take(connection, **given)
    _recompute(runtime, connection, job.user_id, deleted, noted)
    return _finish(runtime, connection, job, "Reverted import.", {}, [given["import_id"]])


def run_deletion(runtime: Runtime, connection: Connection, job: ClaimedJob) -> FinalAnswer:
    """Deletes the scores `arguments.scoreIDs`; those already gone are no error.

    With `arguments.blacklist` later imports skip them. An import whose last score is deleted
    goes with it, and with that what it had noted down.
    """
    keep_catalogue(connection)
    deleted = connection.execute(
        text(
            "DELETE FROM scores WHERE user_id = :user_id"
            " AND score_id = ANY(CAST(:score_ids AS text[])) RETURNING *"
        ),
        {"user_id": job.user_id, "score_ids": text_array(job.arguments["scoreIDs"])},
    ).all()
    if job.arguments.get("blacklist") and deleted:
        _blacklist(connection, deleted)
    imports = list({score.import_id for score in deleted})
    gone = connection.scalars(
        text(
            """
            DELETE FROM imports
            WHERE user_id = :user_id AND import_id = ANY(:imports)
              AND NOT EXISTS (SELECT FROM scores
                              WHERE scores.user_id = imports.user_id
                                AND scores.import_id = imports.import_id)
            RETURNING import_id
            """
        ),
        {"user_id": job.user_id, "imports": imports},
    ).all()
    if gone:
        orphan_rows.forget_resolved_by(connection, job.user_id, gone)
        subscription_changes.forget(connection, job.user_id, gone)
    _recompute(runtime, connection, job.user_id, deleted)
    return _finish(runtime, connection, job, "Successfully deleted score.", {}, imports)


def run_edit(runtime: Runtime, connection: Connection, job: ClaimedJob) -> FinalAnswer:
    """Sets `comment` and `highlight` of the score `arguments.scoreID`; raises UserError 404.

    A personal best is highlighted iff one of the scores it is made of is.
    """
    keep_catalogue(connection)
    changes = job.arguments["changes"]
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
            "user_id": job.user_id,
            "score_id": job.arguments["scoreID"],
            "with_comment": "comment" in changes,
            "comment": changes.get("comment"),
            "highlight": changes.get("highlight"),
        },
    ).one_or_none()
    if score is None:
        raise UserError(404, "This score does not exist.")
    catalogue = runtime.catalogues.get(connection, score.game)
    personal_bests.rebuild(connection, job.user_id, score.game, catalogue, [score.chart_id])
    return _finish(runtime, connection, job, "Updated score.", score_document(score), [])


RUN = {
    JobKind.REVERT: run_revert,
    JobKind.DELETION: run_deletion,
    JobKind.EDIT: run_edit,
}


def _recompute(
    runtime: Runtime,
    connection: Connection,
    user_id: int,
    deleted: Sequence[Row[Any]],
    noted: Changes = NOTHING_CHANGED,
) -> None:
    """Everything that the deleted scores had a part in; `noted`: see `evaluation.re_evaluate`."""
    if not deleted:
        return
    sessions.remove_scores(connection, user_id, [score.score_id for score in deleted])
    by_game: dict[str, list[Row[Any]]] = defaultdict(list)
    for score in deleted:
        by_game[score.game].append(score)
    for game, scores in by_game.items():
        catalogue = runtime.catalogues.get(connection, game)
        charts = list({score.chart_id for score in scores})
        playtypes = list(dict.fromkeys(score.playtype for score in scores))
        personal_bests.rebuild(connection, user_id, game, catalogue, charts)
        profiles.recompute(connection, user_id, game, playtypes, catalogue)
        evaluation.re_evaluate(connection, user_id, game, charts, runtime.clock(), noted)


def _blacklist(connection: Connection, scores: Sequence[Row[Any]]) -> None:
    connection.execute(
        text(
            """
            INSERT INTO score_blacklist (user_id, score_id, score)
            SELECT CAST(score->>'userID' AS integer), score->>'scoreID', score
            FROM jsonb_array_elements(CAST(:scores AS jsonb)) AS score
            ON CONFLICT DO NOTHING
            """
        ),
        {"scores": orjson.dumps([score_document(score) for score in scores]).decode()},
    )


def _finish(
    runtime: Runtime,
    connection: Connection,
    job: ClaimedJob,
    description: str,
    body: Any,
    changed_imports: list[str],
) -> FinalAnswer:
    result = {"description": description, "body": body}
    jobs.complete(connection, job, result)
    connection.commit()
    for import_id in changed_imports:
        # What poll-status said of them is no longer true.
        try:
            progress.forget(runtime.redis, import_id)
        except RedisError:
            break
    return job_answer(result)
