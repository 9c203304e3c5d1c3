"""Indexes for the lists of imports, of those that failed, and of orphans.

Revision: 0010_import_lists
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_import_lists"
down_revision = "0009_requests_of_jobs"
branch_labels = None
depends_on = None

_FAILED = sa.text("state = 'failed' AND kind = 'import'")


def upgrade() -> None:
    op.create_index("ix_imports_finished", "imports", ["time_finished", "import_id"])
    op.create_index("ix_imports_of_user", "imports", ["user_id", "time_finished", "import_id"])
    op.create_index("ix_jobs_failed", "jobs", ["accepted_at", "job_id"], postgresql_where=_FAILED)
    op.create_index(
        "ix_jobs_failed_of_user",
        "jobs",
        ["user_id", "accepted_at", "job_id"],
        postgresql_where=_FAILED,
    )
    op.create_index(
        "ix_orphan_scores_listed", "orphan_scores", ["user_id", "time_inserted", "orphan_id"]
    )


def downgrade() -> None:
    op.drop_index("ix_orphan_scores_listed", table_name="orphan_scores")
    op.drop_index("ix_jobs_failed_of_user", table_name="jobs")
    op.drop_index("ix_jobs_failed", table_name="jobs")
    op.drop_index("ix_imports_of_user", table_name="imports")
    op.drop_index("ix_imports_finished", table_name="imports")
