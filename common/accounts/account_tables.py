"""Users, how they prove who they are, and what programs may do for them.

Nothing that proves anything is stored as it is: passwords as argon2id, everything else, which is
random, as its SHA-256.

Source: specification, documents-users.md.
"""

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Identity, Index, Integer, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from common.database.base import Base, Json, Millis, TextList


class User(Base):
    """A player. Fully public: nothing secret is ever a column of this table."""

    __tablename__ = "users"
    __table_args__ = (Index("ix_users_last_seen", text("last_seen DESC"), "id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    username_lowercase: Mapped[str] = mapped_column(unique=True)
    about: Mapped[str]
    status: Mapped[str | None]
    social_media: Mapped[Json]
    join_date: Mapped[Millis]
    last_seen: Mapped[Millis]
    custom_pfp_location: Mapped[str | None]
    custom_banner_location: Mapped[str | None]
    badges: Mapped[TextList]
    # 0 banned, 1 user, 2 moderator, 3 administrator.
    auth_level: Mapped[int] = mapped_column(server_default="1")
    is_supporter: Mapped[bool] = mapped_column(server_default="false")
    can_submit_quests: Mapped[bool] = mapped_column(server_default="false")
    can_import_provided_class: Mapped[bool] = mapped_column(server_default="true")


def _owner() -> Mapped[int]:
    """The user whose a row is, first of its key."""
    return mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class ApiToken(Base):
    """An API token; only its SHA-256 is kept, the token itself is shown once."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        Index("ix_api_tokens_token_hash", "token_hash", unique=True),
        Index("ix_api_tokens_from_api_client", "from_api_client"),
    )

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    # Lowercase hex SHA-256 of the token.
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    last_four: Mapped[str]
    identifier: Mapped[str]
    permissions: Mapped[TextList]
    from_api_client: Mapped[str | None]
    created_at: Mapped[Millis]
    expires_at: Mapped[Millis | None]


class Login(Base):
    """What a user logs in with. A user without a row has no password, and cannot log in."""

    __tablename__ = "logins"
    __table_args__ = (Index("uq_logins_email", text("lower(email)"), unique=True),)

    user_id: Mapped[int] = _owner()
    # As argon2 writes it, parameters and salt included.
    password_hash: Mapped[str]
    email: Mapped[str | None]
    changed_at: Mapped[Millis]


class LoginSession(Base):
    """A browser that has logged in. Deleting the row logs it out.

    token_hash: of the token it did that with, if it was one.
    """

    __tablename__ = "login_sessions"
    __table_args__ = (
        Index("ix_login_sessions_session_hash", "session_hash", unique=True),
        Index(
            "ix_login_sessions_token_hash",
            "token_hash",
            postgresql_where=text("token_hash IS NOT NULL"),
        ),
        ForeignKeyConstraint(
            ["user_id", "token_hash"],
            ["api_tokens.user_id", "api_tokens.token_hash"],
            ondelete="CASCADE",
        ),
    )

    user_id: Mapped[int] = _owner()
    # Lowercase hex SHA-256 of the cookie's value.
    session_hash: Mapped[str] = mapped_column(primary_key=True)
    user_agent: Mapped[str]
    created_at: Mapped[Millis]
    expires_at: Mapped[Millis]
    token_hash: Mapped[str | None]


class Invite(Base):
    """Lets one person register."""

    __tablename__ = "invites"

    # Lowercase hex SHA-256 of the code.
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    note: Mapped[str]
    created_at: Mapped[Millis]
    expires_at: Mapped[Millis | None]
    used_by: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    used_at: Mapped[Millis | None]


class ApiClient(Base):
    """A program that users give tokens to, by its file or by OAuth2."""

    __tablename__ = "api_clients"
    __table_args__ = (Index("ix_api_clients_author", "author"),)

    client_id: Mapped[str] = mapped_column(primary_key=True)
    # Lowercase hex SHA-256 of its secret; None: it has none, and cannot use OAuth2.
    secret_hash: Mapped[str | None]
    name: Mapped[str]
    author: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    requested_permissions: Mapped[TextList]
    redirect_uri: Mapped[str | None]
    webhook_uri: Mapped[str | None]
    api_key_template: Mapped[str | None]
    api_key_filename: Mapped[str | None]
    created_at: Mapped[Millis]


class OAuthCode(Base):
    """A user's consent, until the client turns it into a token."""

    __tablename__ = "oauth_codes"
    __table_args__ = (Index("ix_oauth_codes_code_hash", "code_hash", unique=True),)

    user_id: Mapped[int] = _owner()
    # Lowercase hex SHA-256 of the code.
    code_hash: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(
        ForeignKey("api_clients.client_id", ondelete="CASCADE"), index=True
    )
    # PKCE: the SHA-256 that the verifier must have, base64url; None: nothing was asked for.
    challenge: Mapped[str | None]
    created_at: Mapped[Millis]
    expires_at: Mapped[Millis]


class UserSettings(Base):
    """How a user wants to be treated; who never said so has no row."""

    __tablename__ = "user_settings"

    user_id: Mapped[int] = _owner()
    following: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    # Only what differs from the defaults.
    preferences: Mapped[Json]


class Notification(Base):
    """Something a user is told when they come back."""

    __tablename__ = "notifications"
    __table_args__ = (Index(None, "user_id", "sequence"),)

    user_id: Mapped[int] = _owner()
    notification_id: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, Identity())
    title: Mapped[str]
    # {type, content}: what it is about, for programs.
    body: Mapped[Json]
    sent_at: Mapped[Millis]
    read: Mapped[bool] = mapped_column(server_default="false")
