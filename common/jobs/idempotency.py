"""What clients call their submissions (`Idempotency-Key`): the same one sent twice is taken once.

A key stands for the job that its first request brought, and is written in the statement that
accepts that job: neither is ever there without the other.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, text

from common.clock import NOW_MS

# Milliseconds for which a key stands for its job.
VALID: Final = 24 * 60 * 60 * 1000
LONGEST: Final = 255  # characters of a key

_FIND: Final = text(
    f"""
    SELECT job_id FROM idempotency_keys
    WHERE user_id = :user_id AND key = :key AND accepted_at > {NOW_MS} - {VALID}
    """  # noqa: S608 (constants of ours)
)
_STAND_FOR: Final = text(
    f"""
    INSERT INTO idempotency_keys (user_id, key, job_id, accepted_at)
    VALUES (:user_id, :key, :job_id, {NOW_MS})
    ON CONFLICT (user_id, key) DO UPDATE
    SET job_id = excluded.job_id, accepted_at = excluded.accepted_at
    WHERE idempotency_keys.accepted_at <= {NOW_MS} - {VALID}
    """  # noqa: S608 (constants of ours)
)
_FORGET: Final = text(
    f"""
    DELETE FROM idempotency_keys WHERE (user_id, key) IN (
        SELECT user_id, key FROM idempotency_keys
        WHERE accepted_at <= {NOW_MS} - {VALID} ORDER BY accepted_at LIMIT :most
        FOR UPDATE SKIP LOCKED)
    """  # noqa: S608 (constants of ours)
)


def job_of(connection: Connection, user_id: int, key: str) -> str | None:
    """The job that the key stands for."""
    found: str | None = connection.scalar(_FIND, {"user_id": user_id, "key": key})
    return found


def stand_for(connection: Connection, user_id: int, key: str, job_id: str) -> None:
    """Has the key stand for a job that was there before; one that stands for another stays so."""
    connection.execute(_STAND_FOR, {"user_id": user_id, "key": key, "job_id": job_id})


def forget_old(connection: Connection, most: int) -> int:
    """Removes keys that stand for nothing any more; how many."""
    return connection.execute(_FORGET, {"most": most}).rowcount
