"""One writer of the catalogue at a time.

An advisory lock that ends with the transaction. Loads take it; whoever else changes songs,
charts or the folder look-up while the service runs must take it too.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

CATALOGUE_LOCK: Final = 0x53454544


def hold_catalogue(connection: Connection) -> None:
    """Waits until nobody else changes the catalogue, and keeps it so until the commit."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CATALOGUE_LOCK})
