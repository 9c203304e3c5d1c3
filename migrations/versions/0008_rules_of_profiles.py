"""Profiles know under which rules of their game they were made.

Those that are there were made under the rules before the first that are counted. Goals on the
lamps of DDR keep their meaning: LIFE4 moved below the full combos, and goals name lamps by their
place. A goal's ID follows from its value, so that of these changes too.

Revision ID: 0008_rules_of_profiles
Revises: 0007_reads
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from common.text.canonical import goal_id

revision = "0008_rules_of_profiles"
down_revision = "0007_reads"
branch_labels = None
depends_on = None

# By the place in the old order, that in the new one.
_DDR_LAMPS = (0, 1, 2, 4, 5, 6, 7, 3)
_DDR_LAMPS_BEFORE = tuple(map(_DDR_LAMPS.index, range(len(_DDR_LAMPS))))


def upgrade() -> None:
    op.add_column(
        "user_game_stats", sa.Column("rules", sa.Integer(), nullable=False, server_default="0")
    )
    # Re:Masters were LUNATIC charts with a mark.
    op.execute(
        "UPDATE charts SET difficulty = 'Re:MASTER' WHERE game = 'ongeki'"
        " AND difficulty = 'LUNATIC' AND data->'isReMaster' = 'true'"
    )
    op.execute("UPDATE charts SET data = data - 'isReMaster' WHERE game = 'ongeki'")
    _renumber_lamp_goals(op.get_bind(), _DDR_LAMPS)


def downgrade() -> None:
    _renumber_lamp_goals(op.get_bind(), _DDR_LAMPS_BEFORE)
    op.execute(
        "UPDATE charts SET difficulty = 'LUNATIC', data = data || '{\"isReMaster\": true}'"
        " WHERE game = 'ongeki' AND difficulty = 'Re:MASTER'"
    )
    op.drop_column("user_game_stats", "rules")


def _renumber_lamp_goals(connection: sa.Connection, lamps: Sequence[int]) -> None:
    goals = connection.execute(
        sa.text(
            "SELECT goal_id, playtype, charts, criteria FROM goals"
            " WHERE game = 'ddr' AND criteria->>'key' = 'lamp' FOR UPDATE"
        )
    ).all()
    renamed = []
    for before, playtype, charts, criteria in goals:
        value = criteria["value"]
        if value in range(len(lamps)) and lamps[value] != value:
            after = {**criteria, "value": lamps[value]}
            renamed.append((before, goal_id("ddr", playtype, charts, after), after))
    if not renamed:
        return
    connection.execute(
        sa.text(
            "CREATE TEMPORARY TABLE renamed (old text, new text, criteria jsonb) ON COMMIT DROP"
        )
    )
    connection.execute(
        sa.text("INSERT INTO renamed VALUES (:old, :new, CAST(:criteria AS jsonb))"),
        [{"old": old, "new": new, "criteria": json.dumps(after)} for old, new, after in renamed],
    )
    # The IDs change places among each other, so each table goes through names of nobody's.
    for statement in (
        "UPDATE goals SET goal_id = '~' || new, criteria = renamed.criteria"
        " FROM renamed WHERE goal_id = old",
        "UPDATE goals SET goal_id = substr(goal_id, 2) WHERE goal_id LIKE '~%'",
        "UPDATE goal_subscriptions SET goal_id = '~' || new FROM renamed WHERE goal_id = old",
        "UPDATE goal_subscriptions SET goal_id = substr(goal_id, 2) WHERE goal_id LIKE '~%'",
    ):
        connection.execute(sa.text(statement))
    _rename_in_quests(connection, {old: new for old, new, _ in renamed})


def _rename_in_quests(connection: sa.Connection, names: dict[str, str]) -> None:
    quests = connection.execute(
        sa.text("SELECT quest_id, quest_data FROM quests WHERE game = 'ddr' FOR UPDATE")
    ).all()
    for quest_id, quest_data in quests:
        for section in quest_data:
            for goal in section["goals"]:
                goal["goalID"] = names.get(goal["goalID"], goal["goalID"])
        connection.execute(
            sa.text(
                "UPDATE quests SET quest_data = CAST(:data AS jsonb) WHERE quest_id = :quest_id"
            ),
            {"quest_id": quest_id, "data": json.dumps(quest_data)},
        )
