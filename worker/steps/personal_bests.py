"""Step 6: rebuild the personal bests of the charts that got new scores."""

from __future__ import annotations

from sqlalchemy import Connection

from worker.importing import Collected, ImportHead, NewScore


def update_personal_bests(
    connection: Connection, head: ImportHead, collected: Collected, new: list[NewScore]
) -> None:
    """Writes one personal best for each chart among the new scores. Not built yet."""
