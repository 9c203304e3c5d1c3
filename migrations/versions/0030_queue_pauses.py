"""Those who run the service have no jobs begun for a while.

Workers of the release before do not know of it, and begin jobs all the same.

Revision: 0030_queue_pauses
"""

import sqlalchemy as sa
from alembic import op

revision = "0030_queue_pauses"
down_revision = "0029_failed_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queue_pauses",
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("paused_at", sa.BigInteger(), nullable=False),
        sa.Column("paused_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_queue_pauses")),
    )


def downgrade() -> None:
    op.drop_table("queue_pauses")
