"""What a failed job failed of, for programs: the same in answers and where jobs are searched."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from common.jobs.job_tables import JobKind
from common.jobs.outcomes import CODE_OF_ROW, failure_code
from common.jobs.progress import CANCELLED

STATUSES = (400, 401, 403, 404, 409, CANCELLED, 418, 500, 503)


@pytest.mark.parametrize("kind", JobKind)
def test_rows_are_found_by_the_code_that_is_told(empty: Engine, kind: JobKind) -> None:
    for status in STATUSES:
        for reference in (None, "0123456789ab"):
            with empty.connect() as connection:
                found = connection.scalar(
                    text(
                        f"SELECT {CODE_OF_ROW} FROM (SELECT CAST(:kind AS text) AS kind,"
                        " CAST(:status AS integer) AS error_status,"
                        " CAST(:reference AS text) AS error_reference) AS jobs"
                    ),
                    {"kind": kind.value, "status": status, "reference": reference},
                )
            assert found == failure_code(kind, status, reference)


def test_only_documents_of_scores_are_refused_as_imports() -> None:
    assert failure_code(JobKind.IMPORT, 404) == "IMPORT_FAILED"
    assert failure_code(JobKind.IMPORT, 401) == "INTEGRATION_AUTH"
    assert failure_code(JobKind.TARGETS, 404) == "NOT_FOUND"
    assert failure_code(JobKind.REVERT, 409) == "CONFLICT"
    assert failure_code(JobKind.EDIT, CANCELLED) == "IMPORT_CANCELLED"
