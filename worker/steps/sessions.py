"""Step 5: put the new scores into sessions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from worker.importing import Collected, ImportHead, NewScore


def update_sessions(
    connection: Connection, head: ImportHead, collected: Collected, new: list[NewScore]
) -> list[dict[str, Any]]:
    """Creates or extends sessions; returns ImportDocument.createdSessions.

    Not built yet: scores are stored without sessions.
    """
    return []
