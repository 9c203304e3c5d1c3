"""Events for the webhooks: what happened, and who is still to be told.

An event is written in the transaction that makes it true. After the commit a deliverer moves
it from `outbox_events` to one row a receiver in `webhook_deliveries`.
"""

from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from common.database.base import Base, Millis, RawJson


class DeliveryState(StrEnum):
    PENDING = "pending"  # due at next_attempt_at
    DEAD = "dead"  # given up; kept for a while, see last_error


class OutboxEvent(Base):
    """An event nobody has been told of (class-update/v1, goals-achieved/v1, quest-achieved/v1).

    `id` is the order of writing; `event_id` is what receivers tell repetitions by.
    """

    __tablename__ = "outbox_events"

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    event_id: Mapped[str]
    type: Mapped[str]
    content: Mapped[RawJson]
    created_at: Mapped[Millis]


class WebhookDelivery(Base):
    """An event that a receiver has not accepted yet; the row goes when it does.

    receiver: the URL; its secret is in the settings only.
    attempts: how often it was begun. While an attempt is under way, next_attempt_at is when it
    is taken for lost.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(
            "ix_webhook_deliveries_pending",
            "receiver",
            "next_attempt_at",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_webhook_deliveries_dead",
            "created_at",
            postgresql_where=text("state = 'dead'"),
        ),
        CheckConstraint("state IN ('pending', 'dead')", name="state"),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    receiver: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str]
    type: Mapped[str]
    content: Mapped[RawJson]
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[Millis]
    next_attempt_at: Mapped[Millis]
    last_error: Mapped[str | None]
