"""Replays of scores are kept.

Revision: 0014_replays
"""

import sqlalchemy as sa
from alembic import op

revision = "0014_replays"
down_revision = "0013_other_ids"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replays",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("score_id", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "score_id"],
            ["scores.user_id", "scores.score_id"],
            name=op.f("fk_replays_user_id_score_id_scores"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "score_id", name=op.f("pk_replays")),
    )


def downgrade() -> None:
    op.drop_table("replays")
