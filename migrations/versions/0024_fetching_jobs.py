"""Jobs say themselves whether they fetch their scores: no name of an import type has to tell.

The index of the release before stays beside the new one: its syncs do not say it.

Revision: 0024_fetching_jobs
"""

import sqlalchemy as sa
from alembic import op

from common.database import online_migrations as online

revision = "0024_fetching_jobs"
down_revision = "0023_periodic_tasks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.add_column(
        "jobs", sa.Column("fetches", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    # Those that may still be run; of ended ones it is never asked.
    online.fill(
        sa.text(
            "UPDATE jobs SET fetches = true WHERE state <> 'completed' AND import_type LIKE 'api/%'"
            " AND NOT fetches AND user_id >= :first AND user_id < :beyond"
        )
    )
    online.create_index(
        "uq_jobs_fetching",
        "jobs",
        ["user_id", "import_type"],
        unique=True,
        postgresql_where=sa.text("state IN ('queued', 'running') AND fetches"),
    )


def downgrade() -> None:
    op.drop_index("uq_jobs_fetching", table_name="jobs")
    op.drop_column("jobs", "fetches")
