"""The headers that requests may bring besides those of every request, for the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Header:
    """A header of requests.

    Parameters:
        codes: of the failures (400) that it may lead to.
    """

    name: str
    meaning: str
    example: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    codes: tuple[str, ...] = ()

    def parameter(self) -> dict[str, Any]:
        """As OpenAPI has it."""
        return {
            "name": self.name,
            "in": "header",
            "required": False,
            "description": self.meaning,
            "example": self.example,
            "schema": dict(self.schema),
        }


IDEMPOTENCY_KEY: Final = Header(
    "Idempotency-Key",
    "a name of the request: sent again within a day by the same user it is answered alike",
    "2026-11-30-first",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    ("INVALID_IDEMPOTENCY_KEY", "IDEMPOTENCY_KEY_REUSED"),
)
USER_INTENT: Final = Header(
    "X-User-Intent", "`true`, in any case: a person asked for the import", "true"
)
INFER_TIME: Final = Header(
    "X-Infer-Score-TimeAchieved",
    "`true`, in any case: scores without a time were achieved now",
    "true",
)
IF_NONE_MATCH: Final = Header(
    "If-None-Match", "the `ETag` of an earlier answer: the same one is answered by 304", '"0"'
)
IR_VERSION: Final = Header(
    "X-TachiIR-Version",
    "the version of the client's protocol; needed",
    "v3.0.0",
    {"type": "string", "pattern": "^v[234]"},
)
SOFTWARE_MODEL: Final = Header(
    "X-Software-Model",
    "the game's model, version and region, as the game calls itself; needed",
    "LDJ:J:B:A:2021091500",
)
ACCOUNT_ID: Final = Header(
    "X-Account-Id", "the card that is played with, where the user chose some", "A1B2C3D4E5F60708"
)
