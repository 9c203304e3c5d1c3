"""What clients call their submissions, so that one sent twice is taken once.

Revision: 0012_idempotency_keys
"""

import sqlalchemy as sa
from alembic import op

revision = "0012_idempotency_keys"
down_revision = "0011_hook_settings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_idempotency_keys_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_accepted_at"), "idempotency_keys", ["accepted_at"])


def downgrade() -> None:
    op.drop_table("idempotency_keys")
