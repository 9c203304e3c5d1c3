"""Signs of life in Redis: of each worker that takes jobs, and of the upkeep.

They end by themselves, by Redis' clock alone.
"""

from __future__ import annotations

from typing import Final

from redis import Redis

# Milliseconds that a worker that said so is taken for alive; it says so every second.
ALIVE: Final = 10_000
# Milliseconds for which it is known when the upkeep was done last.
REMEMBERED: Final = 24 * 60 * 60 * 1000

_WORKERS: Final = "score-import:workers"
_UPKEEP: Final = "score-import:upkeep"


def _worker(name: str) -> str:
    return f"score-import:worker:{name}"


def alive(redis: Redis, worker: str, processes: int) -> None:
    """Says that a worker takes jobs, with so many processes. Raises RedisError."""
    with redis.pipeline(transaction=False) as pipeline:
        pipeline.set(_worker(worker), processes, px=ALIVE)
        pipeline.sadd(_WORKERS, worker)
        pipeline.execute()


def workers(redis: Redis) -> dict[str, int]:
    """The workers that take jobs, and their processes. Forgets the others. Raises RedisError."""
    members: set[bytes] = redis.smembers(_WORKERS)  # type: ignore[assignment]
    names = sorted(str(name, "utf-8") for name in members)
    if not names:
        return {}
    found = redis.mget([_worker(name) for name in names])
    silent = [name for name, processes in zip(names, found, strict=True) if processes is None]
    if silent:
        redis.srem(_WORKERS, *silent)
    return {
        name: int(processes)
        for name, processes in zip(names, found, strict=True)
        if processes is not None
    }


def kept_up(redis: Redis) -> None:
    """Says that the upkeep was done just now. Raises RedisError."""
    redis.set(_UPKEEP, 1, px=REMEMBERED)


def upkeep_age(redis: Redis) -> float | None:
    """Seconds since the upkeep was done; None where that is not known. Raises RedisError."""
    left: int = redis.pttl(_UPKEEP)
    return (REMEMBERED - left) / 1000 if left >= 0 else None
