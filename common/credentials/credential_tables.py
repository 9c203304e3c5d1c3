"""Users' credentials with other services. Source: specification, documents-users.md section 6."""

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from common.database.base import Base, Millis


class ServiceCredential(Base):
    """What a user gave us to fetch their scores with; see `common.credentials`.

    service: FLO, EAG, MIN, cg-dev, cg-nag, cg-gan, MYT. sealed: encrypted.
    expires_at: when an access token stops being good; None = the service did not say.
    """

    __tablename__ = "service_credentials"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    service: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[Millis | None]
    updated_at: Mapped[Millis]
