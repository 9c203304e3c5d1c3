"""A job without a message has no time of one, instead of the time 0.

Only of unfinished jobs is it asked. Workers of the release before, as long as some run beside,
go on writing 0, which statements take like NULL: they ask for `dispatched_at > 0`.

Revision: 0016_jobs_without_message
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_jobs_without_message"
down_revision = "0015_activity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.alter_column("jobs", "dispatched_at", existing_type=sa.BigInteger(), nullable=True)
    op.execute(
        "UPDATE jobs SET dispatched_at = NULL"
        " WHERE dispatched_at = 0 AND state IN ('queued', 'running')"
    )


def downgrade() -> None:
    op.execute("UPDATE jobs SET dispatched_at = 0 WHERE dispatched_at IS NULL")
    op.alter_column("jobs", "dispatched_at", existing_type=sa.BigInteger(), nullable=False)
