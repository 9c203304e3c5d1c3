"""The schema says which releases still work with it; see docs/upgrading.md.

Revision: 0022_schema_compatibility
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_schema_compatibility"
down_revision = "0021_source_of_classes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schema_compatibility",
        sa.Column("only_row", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("oldest_code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("only_row", name=op.f("pk_schema_compatibility")),
        sa.CheckConstraint("only_row", name=op.f("ck_schema_compatibility_only_row")),
    )
    op.execute(f"INSERT INTO schema_compatibility (oldest_code) VALUES ('{revision}')")  # noqa: S608


def downgrade() -> None:
    op.drop_table("schema_compatibility")
