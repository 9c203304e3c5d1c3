"""Users set things for the hooks of their games.

Revision: 0011_hook_settings
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011_hook_settings"
down_revision = "0010_import_lists"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hook_settings",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("hook", sa.Text(), nullable=False),
        sa.Column("cards", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("force_static_import", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_hook_settings_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "hook", name=op.f("pk_hook_settings")),
    )


def downgrade() -> None:
    op.drop_table("hook_settings")
