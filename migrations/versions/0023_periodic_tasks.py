"""When periodic tasks last ran.

Revision: 0023_periodic_tasks
"""

import sqlalchemy as sa
from alembic import op

revision = "0023_periodic_tasks"
down_revision = "0022_schema_compatibility"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "periodic_tasks",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_periodic_tasks")),
    )


def downgrade() -> None:
    op.drop_table("periodic_tasks")
