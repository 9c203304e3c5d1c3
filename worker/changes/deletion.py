"""The job that deletes scores. Source: specification, pipeline-mutation.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

from common.catalogue.locking import keep_catalogue
from common.database.parameters import text_array
from common.imports.stored_documents import score_document
from common.jobs.arguments import Deletion
from worker.changes.consequences import recompute
from worker.records import orphan_rows
from worker.targets import subscription_changes
from worker.work import Done, Work


def run_deletion(work: Work, arguments: Deletion) -> Done:
    """Deletes scores of the job's user; those already gone are no error.

    With `blacklist` later imports skip them. An import whose last score is deleted
    goes with it, and with that what it had noted down.
    """
    connection = work.connection
    keep_catalogue(connection)
    deleted = connection.execute(
        text(
            "DELETE FROM scores WHERE user_id = :user_id"
            " AND score_id = ANY(CAST(:score_ids AS text[])) RETURNING *"
        ),
        {"user_id": work.user_id, "score_ids": text_array(arguments.score_ids)},
    ).all()
    if arguments.blacklist and deleted:
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
        {"user_id": work.user_id, "imports": imports},
    ).all()
    if gone:
        orphan_rows.forget_resolved_by(connection, work.user_id, gone)
        subscription_changes.forget(connection, work.user_id, gone)
    recompute(work, deleted)
    return Done("Successfully deleted score.", {}, imports)


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
