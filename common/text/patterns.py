"""Patterns of SQL's LIKE."""

from __future__ import annotations


def containing(part: str) -> str:
    """The pattern of texts in lower case that hold this, whatever its case."""
    escaped = part.lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
