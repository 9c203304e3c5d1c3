"""The worker's code on a real database and Redis, without processes in between."""

from __future__ import annotations

from tests.support.importer import importer, redis_for_workers, runtime

# Fixtures are found by name among a module's own.
__all__ = ["importer", "redis_for_workers", "runtime"]
