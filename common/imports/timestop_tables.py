"""How far a user's scores of another service were read: later syncs may stop there."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from common.database.base import Base, Millis


class ImportTimestop(Base):
    """Scores of this import type that are not newer than `last_score_time` are here already."""

    __tablename__ = "import_timestops"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    import_type: Mapped[str] = mapped_column(primary_key=True)
    last_score_time: Mapped[Millis]
