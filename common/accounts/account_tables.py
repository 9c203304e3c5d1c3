"""Users and their API tokens. Source: specification, documents-users.md."""

from sqlalchemy import ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from common.database.base import Base, Json, Millis, TextList


class User(Base):
    """A player. Fully public: nothing secret is ever a column of this table."""

    __tablename__ = "users"

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


class ApiToken(Base):
    """An API token; only its SHA-256 is kept, the token itself is shown once."""

    __tablename__ = "api_tokens"
    __table_args__ = (Index("ix_api_tokens_token_hash", "token_hash", unique=True),)

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
