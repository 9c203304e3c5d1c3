"""The dans that a Kai profile holds. Source: specification, import-types/api-kai.md section 7."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.games.registry import get_gpt
from common.validation import text_of
from common.validation.values import is_integer

# Which field of a profile of iidx is about which playtype.
_IIDX_FIELDS: Final = {"SP": "sp", "DP": "dp"}


def iidx_dan(profile: Any, playtype: str, warnings: list[str]) -> Mapping[str, str]:
    """`sp` and `dp` count the dans from 0."""
    return _dan("iidx", playtype, profile, _IIDX_FIELDS.get(playtype, ""), warnings, first=0)


def sdvx_dan(profile: Any, playtype: str, warnings: list[str]) -> Mapping[str, str]:
    """`skill_level` counts them from 1; 0 is none."""
    return _dan("sdvx", playtype, profile, "skill_level", warnings, first=1)


def _number(profile: Any, name: str) -> float | None:
    """Whole numbers only; anything else says nothing."""
    value = profile.get(name) if isinstance(profile, dict) else None
    return value if is_integer(value) else None


def _dan(
    game: str, playtype: str, profile: Any, field: str, warnings: list[str], *, first: int
) -> Mapping[str, str]:
    number = _number(profile, field)
    if number is None:
        return {}
    dans = get_gpt(game, playtype).classes["dan"].ids
    place = int(number) - first
    if place >= len(dans):
        warnings.append(f"{field}: unknown dan {text_of(number)}; no class was taken of it.")
    return {"dan": dans[place]} if 0 <= place < len(dans) else {}
