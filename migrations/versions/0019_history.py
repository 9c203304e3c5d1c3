"""What profiles were day by day, and which folders users looked at.

Revision: 0019_history
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019_history"
down_revision = "0018_sessions_of_tokens"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "profile_snapshots",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("ratings", postgresql.JSONB(), nullable=False),
        sa.Column("classes", postgresql.JSONB(), nullable=False),
        sa.Column("rankings", postgresql.JSONB(), nullable=False),
        sa.Column("playcount", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "user_id", "game", "playtype", "taken_at", name=op.f("pk_profile_snapshots")
        ),
    )
    op.create_table(
        "folder_views",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("folder_id", sa.Text(), nullable=False),
        sa.Column("viewed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "folder_id", name=op.f("pk_folder_views")),
    )
    op.create_index("ix_folder_views_user_id_viewed_at", "folder_views", ["user_id", "viewed_at"])


def downgrade() -> None:
    op.drop_table("folder_views")
    op.drop_table("profile_snapshots")
