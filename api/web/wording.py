"""How values are said on pages: times, numbers, names of games."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from markupsafe import Markup, escape

from common.games.model import GPT
from common.games.registry import GAMES, get_gpt
from common.games.version3 import gpts_by_version3_id

NOTHING: Final = "–"
_TIME: Final = Markup('<time datetime="{}">{}</time>')
_SIZES: Final = ("bytes", "KiB", "MiB", "GiB")


def when(milliseconds: float | None) -> Markup:
    """A time: in UTC as it is sent, in the reader's own zone where scripts run."""
    if milliseconds is None:
        return escape(NOTHING)
    try:
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return escape(NOTHING)
    return _TIME.format(
        moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"), moment.strftime("%Y-%m-%d %H:%M UTC")
    )


def lasted(milliseconds: float) -> str:
    """How long something took, or takes already."""
    seconds = max(0.0, milliseconds / 1000)
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def number(value: float | None) -> str:
    """With thin spaces between thousands, and at most two digits after the point."""
    if value is None:
        return NOTHING
    text = f"{value:,.2f}".replace(",", "\u202f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def change(value: float) -> str:
    """How much more or less."""
    return f"+{number(value)}" if value > 0 else f"\u2212{number(-value)}"


def size(count: int) -> str:
    """Bytes."""
    value, unit = float(count), 0
    while value >= 1024 and unit < len(_SIZES) - 1:
        value, unit = value / 1024, unit + 1
    return f"{number(value)} {_SIZES[unit]}"


def counted(count: int, one: str, many: str | None = None) -> str:
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def game(name: str) -> str:
    """What a game is called."""
    found = GAMES.get(name)
    if found is not None:
        return found.name
    of_version3 = gpts_by_version3_id().get(name)
    return name if of_version3 is None else of_version3.display_name


def gpt_of(document: Mapping[str, Any]) -> GPT:
    """The GPT that a document of either version is of."""
    playtype = document.get("playtype")
    if playtype is None:
        return gpts_by_version3_id()[document["game"]]
    return get_gpt(document["game"], playtype)
