"""What the schema says of itself; see `common.database.schema_check`."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from common.database.base import Base


class SchemaCompatibility(Base):
    """One row. oldest_code: the newest migration of the oldest release that still works."""

    __tablename__ = "schema_compatibility"
    __table_args__ = (CheckConstraint("only_row", name="only_row"),)

    only_row: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    oldest_code: Mapped[str]
