"""A profile says where its highest personal best stands in each order, and an index orders profiles
by it: the highest of all players are found without asking each player's.

Workers of the release before do not keep it. Null says that it is not known.

Revision: 0026_highest_bests
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from common.database import online_migrations as online

revision = "0026_highest_bests"
down_revision = "0025_superseded_charts"
branch_labels = None
depends_on = None

_ORDERS = 4
_FIRST = """
    (SELECT profile_values[{number}] FROM personal_bests AS best
     WHERE best.user_id = stats.user_id AND best.game = stats.game
       AND best.playtype = stats.playtype AND profile_values[{number}] IS NOT NULL
     ORDER BY profile_values[{number}] DESC NULLS LAST LIMIT 1)
"""


def upgrade() -> None:
    online.add_column(
        "user_game_stats", sa.Column("highest", postgresql.ARRAY(sa.Float()), nullable=True)
    )
    values = ", ".join(_FIRST.format(number=number) for number in range(1, _ORDERS + 1))
    # As many as the game has orders; where there is no personal best it stays null.
    online.fill(
        sa.text(f"""
        UPDATE user_game_stats AS stats SET highest = (ARRAY[{values}])[1:(
            SELECT cardinality(profile_values) FROM personal_bests AS best
            WHERE best.user_id = stats.user_id AND best.game = stats.game
              AND best.playtype = stats.playtype
            ORDER BY profile_values[1] DESC NULLS LAST LIMIT 1)]
        WHERE highest IS NULL AND user_id >= :first AND user_id < :beyond
        """)  # noqa: S608 (constants of ours)
    )
    for number in range(1, _ORDERS + 1):
        online.create_index(
            f"ix_user_game_stats_highest_{number}",
            "user_game_stats",
            ["game", "playtype", sa.text(f"(highest[{number}]) DESC"), "user_id"],
            postgresql_where=sa.text(f"highest[{number}] IS NOT NULL"),
        )
    online.create_index(
        "ix_user_game_stats_unknown_highest",
        "user_game_stats",
        ["game", "playtype"],
        postgresql_where=sa.text("highest IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_user_game_stats_unknown_highest", table_name="user_game_stats")
    for number in range(1, _ORDERS + 1):
        op.drop_index(f"ix_user_game_stats_highest_{number}", table_name="user_game_stats")
    op.drop_column("user_game_stats", "highest")
