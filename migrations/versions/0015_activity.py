"""Indexes for what all players of a game did lately, and for who follows a goal or quest.

Revision: 0015_activity
"""

import sqlalchemy as sa
from alembic import op

revision = "0015_activity"
down_revision = "0014_replays"
branch_labels = None
depends_on = None

_OF_SUBSCRIPTIONS = ("goal", "quest")


def upgrade() -> None:
    for kind in _OF_SUBSCRIPTIONS:
        table = f"{kind}_subscriptions"
        op.create_index(f"ix_{table}_{kind}_id_user_id", table, [f"{kind}_id", "user_id"])
        op.create_index(f"ix_{table}_achieved", table, ["game", "playtype", "time_achieved"])
        op.create_index(f"ix_{table}_raised", table, ["game", "playtype", "last_interaction"])
    for table, time in (("sessions", "time_started"), ("class_achievements", "time_achieved")):
        op.create_index(f"ix_{table}_game_playtype_{time}", table, ["game", "playtype", time])
    op.create_index(
        "ix_scores_highlight",
        "scores",
        ["game", "playtype", "time_achieved"],
        postgresql_where=sa.text("highlight"),
    )


def downgrade() -> None:
    op.drop_index("ix_scores_highlight", table_name="scores")
    for table, time in (("class_achievements", "time_achieved"), ("sessions", "time_started")):
        op.drop_index(f"ix_{table}_game_playtype_{time}", table_name=table)
    for kind in reversed(_OF_SUBSCRIPTIONS):
        table = f"{kind}_subscriptions"
        op.drop_index(f"ix_{table}_raised", table_name=table)
        op.drop_index(f"ix_{table}_achieved", table_name=table)
        op.drop_index(f"ix_{table}_{kind}_id_user_id", table_name=table)
