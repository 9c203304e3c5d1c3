"""Version 3's IDs of songs, charts, folders, tables and goals, beside the keys that stay.

Revision ID: 0013_other_ids
Revises: 0012_tokens_of_clients
"""

import sqlalchemy as sa
from alembic import op

revision = "0013_other_ids"
down_revision = "0012_tokens_of_clients"
branch_labels = None
depends_on = None


_TABLES = ("songs", "charts", "folders", "tables")


def upgrade() -> None:
    for table in _TABLES:
        op.add_column(table, sa.Column("v3_id", sa.Text()))
    op.create_table(
        "other_ids",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "game", "other_id", name=op.f("pk_other_ids")),
    )
    op.create_index(op.f("ix_other_ids_kind_game_key"), "other_ids", ["kind", "game", "key"])
    op.create_index(op.f("ix_other_ids_kind_other_id"), "other_ids", ["kind", "other_id"])


def downgrade() -> None:
    op.drop_table("other_ids")
    for table in _TABLES:
        op.drop_column(table, "v3_id")
