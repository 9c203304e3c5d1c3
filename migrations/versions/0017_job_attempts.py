"""Every attempt of a job is written down; all jobs are listed, the newest first.

Revision: 0017_job_attempts
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_job_attempts"
down_revision = "0016_jobs_without_message"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_attempts",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("claim", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "job_id", "claim", name=op.f("pk_job_attempts")),
    )
    op.create_index("ix_jobs_accepted", "jobs", ["accepted_at", "job_id"])


def downgrade() -> None:
    op.drop_index("ix_jobs_accepted", table_name="jobs")
    op.drop_table("job_attempts")
