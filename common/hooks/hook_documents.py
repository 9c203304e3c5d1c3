"""The documents of what users set for hooks. Source: specification, http-api.md section 10."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True)
class Settings:
    """cards: None = plays of any card are taken. forced: whether the next export is."""

    cards: list[str] | None = None
    forced: bool = False


class FervidexSettings(msgspec.Struct):
    userID: int
    cards: list[str] | None
    forceStaticImport: bool


class KsHookSettings(msgspec.Struct):
    userID: int
    forceStaticImport: bool
