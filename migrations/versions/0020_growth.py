"""What an import costs follows from its own size, whatever its user has already.

Personal bests tell where they stand among those that count for the profile, sessions the values
that their ratings follow from; the indexes find both without going through all.

Revision: 0020_growth
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from common.database import online_migrations as online

revision = "0020_growth"
down_revision = "0019_history"
branch_labels = None
depends_on = None

# By game, the score ratings that count for the profile. An asterisk: those on superseded
# charts count as well.
_PROFILE_VALUES = {
    "iidx": ["ktLampRating", "ktLampRatingHC", "ktLampRatingEXHC", "BPI"],
    "museca": ["curatorSkill"],
    "chunithm": ["rating"],
    "bms": ["sieglinde"],
    "gitadora": ["skill"],
    "jubeat": ["jubility*", "jubility"],
    "maimai": ["rate"],
    "maimaidx": ["rate"],
    "popn": ["classPoints"],
    "sdvx": ["VF6", "VF7"],
    "usc": ["VF6", "VF7"],
    "wacca": ["rate"],
    "pms": ["sieglinde"],
    "itg": ["blockRating", "fastest32"],
    "arcaea": ["potential"],
    "ongeki": ["scoreRating", "starRating", "rating"],
    "ddr": ["flareSkill"],
}
_ORDERS = 4


def upgrade() -> None:
    online.add_column(
        "personal_bests", sa.Column("profile_values", postgresql.ARRAY(sa.Float()), nullable=True)
    )
    online.add_column("sessions", sa.Column("best_values_of", sa.Integer(), nullable=True))
    online.add_column(
        "sessions", sa.Column("best_values", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    # IDs hardly get smaller, and to compress thousands takes longer than all else.
    op.execute("ALTER TABLE sessions ALTER COLUMN score_ids SET STORAGE EXTERNAL")
    for game, keys in _PROFILE_VALUES.items():
        values = ", ".join(map(_value, keys))
        online.fill(
            sa.text(
                f"UPDATE personal_bests SET profile_values = ARRAY[{values}]"  # noqa: S608
                f" WHERE game = '{game}' AND profile_values IS NULL"
                " AND user_id >= :first AND user_id < :beyond"
            )
        )
    for number in range(1, _ORDERS + 1):
        online.create_index(
            f"ix_personal_bests_profile_{number}",
            "personal_bests",
            [
                "user_id",
                "game",
                "playtype",
                sa.text(f"(profile_values[{number}]) DESC NULLS LAST"),
            ],
            postgresql_where=sa.text(f"profile_values[{number}] IS NOT NULL")
            if number > 1
            else None,
        )
    online.create_index(
        "ix_personal_bests_unplaced",
        "personal_bests",
        ["user_id", "game", "playtype"],
        postgresql_where=sa.text("profile_values IS NULL"),
    )
    online.create_index(
        "ix_sessions_length",
        "sessions",
        ["user_id", "game", sa.text("(time_ended - time_started)")],
    )
    online.drop_index("ix_personal_bests_user_id_game_playtype", "personal_bests")


def _value(key: str) -> str:
    value = f"CAST(calculated_data->>'{key.rstrip('*')}' AS double precision)"
    return value if key.endswith("*") else f"CASE WHEN is_primary THEN {value} END"


def downgrade() -> None:
    op.drop_index("ix_sessions_length", table_name="sessions")
    op.execute("ALTER TABLE sessions ALTER COLUMN score_ids SET STORAGE DEFAULT")
    op.drop_column("sessions", "best_values")
    op.drop_column("sessions", "best_values_of")
    op.drop_index("ix_personal_bests_unplaced", table_name="personal_bests")
    for number in range(1, _ORDERS + 1):
        op.drop_index(f"ix_personal_bests_profile_{number}", table_name="personal_bests")
    op.create_index(
        op.f("ix_personal_bests_user_id_game_playtype"),
        "personal_bests",
        ["user_id", "game", "playtype"],
    )
    op.drop_column("personal_bests", "profile_values")
