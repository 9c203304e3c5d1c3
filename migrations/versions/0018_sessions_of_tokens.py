"""A browser may be logged in with a token: its session may no more than that, and ends with it.

Revision: 0018_sessions_of_tokens
"""

import sqlalchemy as sa
from alembic import op

revision = "0018_sessions_of_tokens"
down_revision = "0017_job_attempts"
branch_labels = None
depends_on = None

_KEY = "fk_login_sessions_user_id_token_hash_api_tokens"


def upgrade() -> None:
    op.add_column("login_sessions", sa.Column("token_hash", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f(_KEY),
        "login_sessions",
        "api_tokens",
        ["user_id", "token_hash"],
        ["user_id", "token_hash"],
        ondelete="CASCADE",
    )
    op.create_index(
        "ix_login_sessions_token_hash",
        "login_sessions",
        ["token_hash"],
        postgresql_where=sa.text("token_hash IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_login_sessions_token_hash", table_name="login_sessions")
    op.drop_constraint(op.f(_KEY), "login_sessions", type_="foreignkey")
    op.drop_column("login_sessions", "token_hash")
