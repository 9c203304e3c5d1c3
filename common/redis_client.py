"""The connection to Redis for everything but Celery's messages.

Redis may be down or wiped at any moment without losing an import, so every use is short:
one quick retry for a connection that went stale, then the caller goes on without.
"""

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT = 1.0  # seconds


def open_redis(url: str) -> "Redis":
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=Retry(NoBackoff(), 1),
    )
