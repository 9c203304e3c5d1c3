"""Step 7: profile ratings and classes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from worker.importing import Collected, ImportHead, NewScore


def update_profile(
    connection: Connection, head: ImportHead, collected: Collected, new: list[NewScore]
) -> list[dict[str, Any]]:
    """Recomputes stats of the touched playtypes; returns ImportDocument.classDeltas.

    Not built yet: classes that the input provides are read, but not kept.
    """
    return []
