"""Replays that players' games sent after a score."""

from sqlalchemy import ForeignKeyConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from common.database.base import Base, Millis


class Replay(Base):
    """The replay of a score; deleted with it. size: bytes of the content."""

    __tablename__ = "replays"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "score_id"], ["scores.user_id", "scores.score_id"], ondelete="CASCADE"
        ),
    )

    user_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    score_id: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    saved_at: Mapped[Millis]
