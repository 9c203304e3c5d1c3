"""Marks on leaderboards: how many of a chart's players have at least a value. Where a personal best
stands among thousands is counted from the next mark, not from the first place.

Workers count them anew now and then; where there are none everything is counted.

Revision: 0027_leaderboard_marks
"""

import sqlalchemy as sa
from alembic import op

revision = "0027_leaderboard_marks"
down_revision = "0026_highest_bests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leaderboard_marks",
        sa.Column("chart_id", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("ahead", sa.Integer(), nullable=False),
        sa.Column("game", sa.Text(), nullable=False),
        sa.Column("playtype", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chart_id", "value", name=op.f("pk_leaderboard_marks")),
    )
    op.create_index(
        "ix_leaderboard_marks_players",
        "leaderboard_marks",
        ["game", "playtype", sa.text("ahead DESC")],
        postgresql_where=sa.text("value = '-Infinity'"),
    )


def downgrade() -> None:
    op.drop_table("leaderboard_marks")
