"""Indexes for what clients look at: recent scores and sessions, charts by hash, leaderboards.

Revision: 0007_reads
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_reads"
down_revision = "0006_import_warnings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_scores_recent",
        "scores",
        [
            "user_id",
            "game",
            "playtype",
            sa.text("coalesce(time_achieved, '-Infinity'::double precision)"),
            "time_added",
            "score_id",
        ],
    )
    op.create_index(
        "ix_sessions_recent",
        "sessions",
        ["user_id", "game", "playtype", "time_ended", "session_id"],
    )
    op.create_index(
        op.f("ix_user_game_stats_game_playtype"), "user_game_stats", ["game", "playtype"]
    )
    op.create_index(
        op.f("ix_game_settings_rivals"), "game_settings", ["rivals"], postgresql_using="gin"
    )
    for table in ("songs", "charts"):
        op.create_index(
            f"ix_{table}_data",
            table,
            ["data"],
            postgresql_using="gin",
            postgresql_ops={"data": "jsonb_path_ops"},
        )


def downgrade() -> None:
    for table in ("charts", "songs"):
        op.drop_index(f"ix_{table}_data", table_name=table)
    op.drop_index(op.f("ix_game_settings_rivals"), table_name="game_settings")
    op.drop_index(op.f("ix_user_game_stats_game_playtype"), table_name="user_game_stats")
    op.drop_index("ix_sessions_recent", table_name="sessions")
    op.drop_index("ix_scores_recent", table_name="scores")
