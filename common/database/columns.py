"""A table's columns, as its model declares them: what writes and reads whole rows comes of it.

The list of columns, the line of a COPY, the INSERT and the reader by name stand nowhere else.
Generated columns (identities) are none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import call, itemgetter
from types import MappingProxyType
from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import ARRAY, JSON, Boolean, Column, Connection, Float, Integer, Row, Text
from sqlalchemy.dialects import postgresql

from common.database.base import Base
from common.database.engine import (
    copy_encoded,
    copy_field,
    copy_json,
    copy_lines,
    copy_numbers,
    copy_text,
)

Struct = TypeVar("Struct", bound=msgspec.Struct)

_quote: Final = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]


class Columns:
    """The columns of a model's table.

    table: its name. names: of the columns, in the model's order. listed: the same as SQL.
    """

    def __init__(self, model: type[Base]) -> None:
        declared: list[Column[Any]] = list(model.__table__.columns)  # type: ignore[arg-type]
        columns = [each for each in declared if each.identity is None]
        self.table = str(model.__tablename__)
        self.names = tuple(each.name for each in columns)
        self.listed = ", ".join(map(_quote, self.names))
        self.select = f"SELECT {self.listed} FROM {self.table}"  # noqa: S608 (the model's)
        self.insert = (
            f"INSERT INTO {self.table} ({self.listed})"  # noqa: S608 (the model's)
            f" VALUES ({', '.join(f':{name}' for name in self.names)})"
        )
        self._encoders = dict(zip(self.names, map(_encoder, columns), strict=True))

    def copy(
        self,
        connection: Connection,
        rows: Iterable[Mapping[str, Any]],
        same: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """One COPY of rows, values by column; they are asked for as they are sent.

        same: the values that all of the rows have, which they then lack. JSON may be given
        encoded, as bytes.
        """
        lines = self.lines(same)
        lines.copy(connection, map(lines.line, rows))

    def lines(self, same: Mapping[str, Any]) -> Lines:
        """What makes rows with these values ready for COPY, one by one."""
        return Lines(self.table, self._encoders, same)

    def reader(self, struct: type[Struct]) -> Callable[[Row[Any]], Struct]:
        """Makes documents of rows that were read with `select`; see `field_of`."""
        fields = tuple(map(field_of, self.names))

        def read(row: Row[Any]) -> Struct:
            return struct(**dict(zip(fields, row, strict=True)))

        return read

    def values_of(self, document: msgspec.Struct) -> dict[str, Any]:
        """A document's values by column: a row to be written."""
        return {name: getattr(document, field_of(name)) for name in self.names}


class Lines:
    """Rows of a table as COPY takes them, where some of their values are the same in all.

    encoders: of all of the table's columns. same: those values, by column.
    """

    def __init__(
        self,
        table: str,
        encoders: Mapping[str, Callable[[Any], str]],
        same: Mapping[str, Any],
    ) -> None:
        self._table = table
        self._same = "".join(f"{encoders[name](value)}\t" for name, value in same.items())
        self._names = tuple(name for name in encoders if name not in same)
        self._quoted = tuple(map(_quote, (*same, *self._names)))
        self._encoders = tuple(encoders[name] for name in self._names)
        self._values = itemgetter(*self._names)

    def line(self, row: Mapping[str, Any]) -> str:
        """A row: the values of all other columns."""
        if len(row) != len(self._names):
            unknown = row.keys() - set(self._names)
            raise ValueError(f"{self._table} has no such columns, or all have them: {unknown}")
        return self._same + "\t".join(map(call, self._encoders, self._values(row)))

    def copy(self, connection: Connection, lines: Iterable[str]) -> None:
        """One COPY of these lines, which are asked for as they are sent."""
        copy_lines(connection, self._table, self._quoted, lines)


def field_of(column: str) -> str:
    """What documents call a column: `out_of_human` is outOfHuman, `goal_id` is goalID."""
    first, *others = column.split("_")
    return first + "".join("ID" if each == "id" else each.capitalize() for each in others)


def _encoder(column: Column[Any]) -> Callable[[Any], str]:
    """What makes a value of the column a field of a COPY."""
    encode = _by_type(column)
    if not column.nullable:
        return encode
    return lambda value: "\\N" if value is None else encode(value)


def _by_type(column: Column[Any]) -> Callable[[Any], str]:
    if isinstance(column.type, Boolean):
        return {True: "t", False: "f"}.__getitem__
    if isinstance(column.type, Integer | Float):
        return str
    if isinstance(column.type, Text):
        return copy_text
    if isinstance(column.type, JSON):
        return _json
    if isinstance(column.type, ARRAY) and isinstance(column.type.item_type, Integer | Float):
        return copy_numbers
    return copy_field


def _json(value: Any) -> str:
    return copy_encoded(value) if isinstance(value, bytes) else copy_json(value)
