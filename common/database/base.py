"""The declarative base and the column types that every model shares.

Times are milliseconds since the epoch (bigint), as on the wire. Tables that belong to a user
lead with `user_id` in their key and indexes: the set can be partitioned by user, and imports
of different users never touch the same row.
"""

from typing import Annotated, Any

from sqlalchemy import BigInteger, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "pk": "pk_%(table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

Millis = Annotated[int, mapped_column(BigInteger)]
Json = Annotated[Any, mapped_column(JSONB)]
# Stored as written: for what is only ever read whole and may hold any text a client sent
# (jsonb refuses U+0000).
RawJson = Annotated[Any, mapped_column(JSON)]
TextList = Annotated[list[str], mapped_column(ARRAY(Text))]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {str: Text}  # noqa: RUF012 (SQLAlchemy reads it as is)
