"""What users set for the hooks of their games.

Source: specification, documents-users.md section 4.
"""

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from common.database.base import Base


class HookSettings(Base):
    """Settings of a user for one hook.

    cards: the only cards whose plays are taken; NULL = any. force_static_import: whether the
    next export of all scores is taken.
    """

    __tablename__ = "hook_settings"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    hook: Mapped[str] = mapped_column(primary_key=True)
    cards: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    force_static_import: Mapped[bool] = mapped_column(server_default="false")
