"""Accounts: passwords, logins, invites, API clients, OAuth2 codes, settings, notifications.

Revision: 0005_accounts
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_accounts"
down_revision = "0004_services"
branch_labels = None
depends_on = None


def _owner(table: str) -> list[sa.Column | sa.ForeignKeyConstraint]:
    return [
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"), ondelete="CASCADE"
        ),
    ]


def upgrade() -> None:
    op.add_column(
        "users",
        sa.Column("can_submit_quests", sa.Boolean(), server_default="false", nullable=False),
    )
    op.add_column(
        "users",
        sa.Column("can_import_provided_class", sa.Boolean(), server_default="true", nullable=False),
    )
    op.create_index("ix_users_last_seen", "users", [sa.text("last_seen DESC"), "id"])
    op.create_table(
        "logins",
        *_owner("logins"),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_logins")),
    )
    op.create_index("uq_logins_email", "logins", [sa.text("lower(email)")], unique=True)
    op.create_table(
        "login_sessions",
        *_owner("login_sessions"),
        sa.Column("session_hash", sa.Text(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "session_hash", name=op.f("pk_login_sessions")),
    )
    op.create_index(
        "ix_login_sessions_session_hash", "login_sessions", ["session_hash"], unique=True
    )
    op.create_table(
        "invites",
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("used_by", sa.Integer(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["used_by"], ["users.id"], name=op.f("fk_invites_used_by_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_invites")),
    )
    op.create_table(
        "api_clients",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("author", sa.Integer(), nullable=False),
        sa.Column("requested_permissions", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("redirect_uri", sa.Text(), nullable=True),
        sa.Column("webhook_uri", sa.Text(), nullable=True),
        sa.Column("api_key_template", sa.Text(), nullable=True),
        sa.Column("api_key_filename", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author"], ["users.id"], name=op.f("fk_api_clients_author_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_api_clients")),
    )
    op.create_index("ix_api_clients_author", "api_clients", ["author"])
    op.create_table(
        "oauth_codes",
        *_owner("oauth_codes"),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("challenge", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["api_clients.client_id"],
            name=op.f("fk_oauth_codes_client_id_api_clients"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_oauth_codes")),
    )
    op.create_index("ix_oauth_codes_client_id", "oauth_codes", ["client_id"])
    op.create_index("ix_oauth_codes_code_hash", "oauth_codes", ["code_hash"], unique=True)
    op.create_table(
        "user_settings",
        *_owner("user_settings"),
        sa.Column("following", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("preferences", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_settings")),
    )
    op.create_table(
        "notifications",
        *_owner("notifications"),
        sa.Column("notification_id", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", postgresql.JSONB(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.Column("read", sa.Boolean(), server_default="false", nullable=False),
        sa.PrimaryKeyConstraint("user_id", "notification_id", name=op.f("pk_notifications")),
    )
    op.create_index("ix_notifications_user_id_sequence", "notifications", ["user_id", "sequence"])


def downgrade() -> None:
    op.drop_table("notifications")
    op.drop_table("user_settings")
    op.drop_table("oauth_codes")
    op.drop_table("api_clients")
    op.drop_table("invites")
    op.drop_table("login_sessions")
    op.drop_table("logins")
    op.drop_index("ix_users_last_seen", table_name="users")
    op.drop_column("users", "can_import_provided_class")
    op.drop_column("users", "can_submit_quests")
