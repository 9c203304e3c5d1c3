"""Who may change the catalogue, and who relies on it while writing.

Advisory locks that end with the transaction. Whoever changes songs, charts or the folder
look-up holds the catalogue: one at a time. Whoever stores what follows from it (scores,
personal bests, goals) keeps it as it is until the commit; many may do so at once.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from common import locks
from common.catalogue.versions import VERSION_OF
from common.database.statements import Statement

_KEPT: Final = Statement(locks.SHARED + VERSION_OF)


def hold_catalogue(connection: Connection) -> None:
    """Waits until nobody else changes the catalogue, and keeps it so until the commit.

    Imports go on meanwhile: they find the catalogue changed once this transaction is
    committed (`keep_catalogue`), and match their scores again.
    """
    locks.wait_for_transaction(connection, locks.CATALOGUE)


def hold_users(connection: Connection) -> None:
    """Lets nobody's scores, personal bests or goals change until the transaction ends.

    Imports that are writing end first, later ones wait; reading goes on. Taken as late as
    possible, before looking at what players have on charts that change; taking it again
    does nothing. The caller holds the catalogue.
    """
    locks.wait_for_transaction(connection, locks.STORING)


def keep_catalogue(connection: Connection) -> None:
    """Keeps the committed catalogue as it is until the transaction ends.

    Taken before anything of a user's is written. Costs nobody any time unless the catalogue
    is being changed. What was read before may be out of date: look at its version again.
    """
    locks.share_for_transaction(connection, locks.STORING)


def keep_version(connection: Connection, game: str) -> int:
    """Keeps the catalogue, and returns the version of the game's that is kept."""
    # Two statements in one round trip: the second sees all that was committed before the lock.
    return _KEPT.value(connection, {"lock": locks.STORING, "game": game}) or 0
