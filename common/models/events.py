"""The outbox: events written in an import's transaction, delivered after its commit."""

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from common.models.base import Base, Json, Millis


class OutboxEvent(Base):
    """One event for the webhooks (class-update/v1, goals-achieved/v1, quest-achieved/v1).

    state: pending until delivered, dead after the last attempt failed.
    """

    __tablename__ = "outbox_events"
    __table_args__ = (
        Index(
            "ix_outbox_events_pending",
            "next_attempt_at",
            postgresql_where=text("state = 'pending'"),
        ),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    type: Mapped[str]
    content: Mapped[Json]
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[Millis]
    next_attempt_at: Mapped[Millis]
