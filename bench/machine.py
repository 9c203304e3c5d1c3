"""What the figures were taken on."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

LIBRARIES: Final = (
    "flask",
    "gunicorn",
    "celery",
    "kombu",
    "redis",
    "sqlalchemy",
    "psycopg2-binary",
    "msgspec",
    "orjson",
)
SYNCS: Final = 100


def describe() -> dict[str, str]:
    memory = psutil.virtual_memory().total
    return {
        "CPU": f"{os.cpu_count()} cores, {_cpu_model()}",
        "memory": f"{memory / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "write and sync of 8 KiB": f"{_sync_seconds() * 1000:.2f} ms",
        "load before the run": f"{os.getloadavg()[0]:.1f}",
    }


def versions() -> dict[str, str]:
    return {"Python": platform.python_version()} | {
        name: importlib.metadata.version(name) for name in LIBRARIES
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _sync_seconds() -> float:
    """The price of durability where the benchmark's database is: the median of some."""
    times = []
    with tempfile.TemporaryFile() as file:
        for _ in range(SYNCS):
            file.seek(0)
            file.write(os.urandom(8192))
            started = time.perf_counter()
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - started)
    return statistics.median(times)
