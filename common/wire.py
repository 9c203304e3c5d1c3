"""Which version of Tachi's documents a client is answered with.

Source: specification, v3/http-api.md section 10.
"""

from __future__ import annotations

from enum import StrEnum


class Wire(StrEnum):
    """The documents of version 2, those of version 3, or both in one.

    A path that names a game decides by its form between V2 and V3; elsewhere the setting
    DIALECT does. BOTH is a document of version 2 with the fields of version 3 that do not
    collide with it; of those that do, the other side is in fields of its own (`gameID`).
    """

    V2 = "v2"
    V3 = "v3"
    BOTH = "both"

    @property
    def has_v2(self) -> bool:
        return self is not Wire.V3

    @property
    def has_v3(self) -> bool:
        return self is not Wire.V2


def time_on_the_wire(value: float | None) -> int | float | None:
    """A stored time; fractions of a millisecond only where a client sent one."""
    return int(value) if value is not None and float(value).is_integer() else value
