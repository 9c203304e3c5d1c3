"""Real PostgreSQL and Redis servers out of Python wheels, run as our own children.

The wheels bring the programs only; how they are set up, started and stopped is decided here.
Several can run side by side, each in a folder of its own, next to whatever else is running on
the machine: nothing here uses the servers' well-known ports.
"""

from cli.local.postgres import EmbeddedPostgres
from cli.local.redis import EmbeddedRedis

__all__ = ["EmbeddedPostgres", "EmbeddedRedis"]
