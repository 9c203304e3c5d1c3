"""Indexes of the jobs that failed, and of those that were cancelled: among millions that went well
the few are listed and counted at once.

Ended jobs are removed after some days, so there are not too many to go through here.

Revision: 0029_failed_jobs
"""

import sqlalchemy as sa
from alembic import op

from common.database import online_migrations as online

revision = "0029_failed_jobs"
down_revision = "0028_folder_slugs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index(
        "ix_jobs_all_failed",
        "jobs",
        ["accepted_at", "job_id"],
        postgresql_where=sa.text("state = 'failed' AND error_status IS DISTINCT FROM 410"),
    )
    online.create_index(
        "ix_jobs_cancelled",
        "jobs",
        ["accepted_at", "job_id"],
        postgresql_where=sa.text("state = 'failed' AND error_status = 410"),
    )


def downgrade() -> None:
    op.drop_index("ix_jobs_cancelled", table_name="jobs")
    op.drop_index("ix_jobs_all_failed", table_name="jobs")
