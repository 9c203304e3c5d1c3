"""Rows of one statement, however many: through a file, so that memory stays bounded.

The database hands its rows over as fast as it can (COPY) and is done; whoever takes them slowly
holds no connection and no snapshot. Small results never leave memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from tempfile import SpooledTemporaryFile
from types import SimpleNamespace
from typing import Any, Final

import orjson
from sqlalchemy import Connection

from common.text.storable import storable

# Bytes of rows above which they go to a file.
IN_MEMORY: Final = 4 * 1024 * 1024

# JSON escapes control characters, so that none of these is ever in it: lines come as they are.
_RAW: Final = "FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02'"


class Spooled:
    """The rows of a statement. Iterating gives each with its columns as attributes, once.

    Parameters:
        statement: a SELECT whose parameters are written `%(name)s`.
    """

    def __init__(
        self, connection: Connection, statement: str, parameters: Mapping[str, Any]
    ) -> None:
        # Closed by the garbage collector where an answer is never read to its end.
        self._file: Any = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
        cursor: Any = connection.connection.cursor()
        with cursor:
            query = cursor.mogrify(statement, storable(dict(parameters))).decode()
            cursor.copy_expert(
                f"COPY (SELECT row_to_json(found) FROM ({query}) AS found) TO STDOUT ({_RAW})",  # noqa: S608
                self._file,
            )
            self.count: int = cursor.rowcount
        self._file.seek(0)

    def __iter__(self) -> Iterator[Any]:
        with self._file as lines:
            for line in lines:
                yield SimpleNamespace(**orjson.loads(line))
