"""What is left of ended jobs once their rows are removed; which jobs nobody asked for.

Revision ID: 0002_job_answers
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_job_answers"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "jobs", sa.Column("in_background", sa.Boolean(), server_default="false", nullable=False)
    )
    op.create_index(
        "ix_jobs_ended",
        "jobs",
        ["accepted_at"],
        postgresql_where=sa.text("state IN ('completed', 'failed')"),
    )
    op.create_table(
        "job_answers",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error_status", sa.Integer(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("error_reference", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_job_answers_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "job_id", name=op.f("pk_job_answers")),
    )
    op.create_index("ix_job_answers_job_id", "job_answers", ["job_id"])


def downgrade() -> None:
    op.drop_table("job_answers")
    op.drop_index("ix_jobs_ended", table_name="jobs")
    op.drop_column("jobs", "in_background")
