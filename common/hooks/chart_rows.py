"""Charts as hooks ask for them: by their hash. All SQL on that."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, text

# Containment is what the index on the data answers.
_OF_GAME = text(
    """
    SELECT chart_id FROM charts
    WHERE game = :game AND (data @> CAST(:one AS jsonb) OR data @> CAST(:listed AS jsonb))
      AND (CAST(:playtype AS text) IS NULL OR playtype = :playtype)
    ORDER BY chart_id
    """
)


def with_hash(
    connection: Connection, game: str, field: str, value: str, playtype: str | None = None
) -> Sequence[str]:
    """The ids of the charts of a game that have this hash, or have it among others."""
    if "\0" in value:
        return ()
    parameters = {
        "game": game,
        "playtype": playtype,
        "one": orjson.dumps({field: value}).decode(),
        "listed": orjson.dumps({field: [value]}).decode(),
    }
    return connection.scalars(_OF_GAME, parameters).all()
