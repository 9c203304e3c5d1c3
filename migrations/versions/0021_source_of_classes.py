"""Classes that users set by hand are told from those of imports.

Revision: 0021_source_of_classes
"""

import sqlalchemy as sa
from alembic import op

revision = "0021_source_of_classes"
down_revision = "0020_growth"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "class_achievements",
        sa.Column("source", sa.Text(), server_default="import", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("class_achievements", "source")
