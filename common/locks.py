"""All advisory locks of PostgreSQL, in the order in which they are taken.

Whoever holds one takes only later ones; so nobody waits in a circle. A lock of the session
(`try_*`) lives until it is given back or the session ends: it cannot outlive its holder. A lock of
the transaction ends with it.

1. `UPKEEP`: who does the upkeep; a session of its own, which takes nothing else.
2. `USER`: who works for a user; of the session, from claim to end of a job.
3. `SWEEP`: one pass over all jobs at a time; of the transaction. The pass tries `USER` before it,
   and never waits for it.
4. `CATALOGUE`: who changes the catalogue; of the transaction.
5. `STORING`: shared by all who store what follows from the catalogue, held alone while what
   follows from a change is worked out; of the transaction.
6. `DELIVERY`: one pass over the webhooks at a time; of the transaction.

`MIGRATION`, one migration of the schema at a time, is of a transaction that takes nothing else.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

UPKEEP: Final = 0x55504B50
USER: Final = 0x53494D50
SWEEP: Final = 0x53574550
CATALOGUE: Final = 0x53454544
STORING: Final = 0x53454545
DELIVERY: Final = 0x57454248
MIGRATION: Final = 7_263_341

# As those who run the service are told of them.
NAMES: Final = {
    UPKEEP: "upkeep",
    USER: "user",
    SWEEP: "sweep",
    CATALOGUE: "catalogue",
    STORING: "storing",
    DELIVERY: "delivery",
    MIGRATION: "migration",
}

# To be combined with another statement of the same round trip; takes `:lock`.
SHARED: Final = "SELECT pg_advisory_xact_lock_shared(:lock);"

_TRY: Final = text("SELECT pg_try_advisory_lock(:lock, :key)")
_GIVE_BACK: Final = text("SELECT pg_advisory_unlock(:lock, :key)")
_TRY_IN_TRANSACTION: Final = text("SELECT pg_try_advisory_xact_lock(:lock, :key)")
_WAIT: Final = text("SELECT pg_advisory_xact_lock(:lock)")
_SHARE: Final = text(SHARED)


def try_for_session(connection: Connection, lock: int, key: int = 0) -> bool:
    """Takes a lock if it is free; until `give_back`, or the end of the session."""
    return bool(connection.scalar(_TRY, {"lock": lock, "key": key}))


def give_back(connection: Connection, lock: int, key: int = 0) -> None:
    """Ends a lock of the session."""
    connection.execute(_GIVE_BACK, {"lock": lock, "key": key})


def try_for_transaction(connection: Connection, lock: int, key: int = 0) -> bool:
    """Takes a lock if it is free; until the end of the transaction."""
    return bool(connection.scalar(_TRY_IN_TRANSACTION, {"lock": lock, "key": key}))


def wait_for_transaction(connection: Connection, lock: int) -> None:
    """Takes a lock once it is free; until the end of the transaction."""
    connection.execute(_WAIT, {"lock": lock})


def share_for_transaction(connection: Connection, lock: int) -> None:
    """Takes a lock that many may share, once nobody holds it alone."""
    connection.execute(_SHARE, {"lock": lock})
