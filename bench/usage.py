"""What processes use: CPU seconds and peak memory, by part of the service."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from psutil import NoSuchProcess, Process

from bench.service import Service, Web

RESET_PEAK: Final = "5"  # proc_pid_clear_refs(5)

# A part of the service: gives its CPU seconds so far.
Part = Callable[[], float]


def parts(service: Service, web: Web, worker: Process) -> dict[str, Part]:
    """The parts of a service. A worker's main process takes messages, its child imports."""
    postgres, redis = service.postgres_process(), service.redis_process()
    return {
        "web": lambda: tree_seconds(web.process),
        "worker main": lambda: _own_seconds(worker),
        "worker child": lambda: tree_seconds(worker) - _own_seconds(worker),
        "PostgreSQL": lambda: tree_seconds(postgres),
        "Redis": lambda: tree_seconds(redis),
    }


@dataclass(slots=True)
class CpuMeter:
    """Adds up what the parts use in the stretches that are measured.

    The kernel counts in hundredths of a second, so only the sum over many runs says anything
    about short ones.
    """

    parts: Mapping[str, Part]
    used: dict[str, float] = field(default_factory=dict)

    @contextlib.contextmanager
    def measuring(self) -> Iterator[None]:
        before = {name: seconds() for name, seconds in self.parts.items()}
        yield
        for name, seconds in self.parts.items():
            self.used[name] = self.used.get(name, 0.0) + seconds() - before[name]


def _own_seconds(process: Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def tree_seconds(process: Process) -> float:
    """Of a process and all it started, those that ended included."""
    total = 0.0
    for each in [process, *process.children(recursive=True)]:
        with contextlib.suppress(NoSuchProcess):
            times = each.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def reset_peaks(main: Process) -> None:
    """From here on, `peaks` tells the largest size from here on (where the kernel can: Linux)."""
    for process in [main, *main.children(recursive=True)]:
        with contextlib.suppress(OSError):
            Path(f"/proc/{process.pid}/clear_refs").write_text(RESET_PEAK)


def peaks(main: Process) -> list[int]:
    """Bytes of resident memory at their highest: of a process, then of each of its children.

    Where the kernel keeps no such record, the bytes of this moment.
    """
    return [_peak(process) for process in [main, *main.children(recursive=True)]]


def _peak(process: Process) -> int:
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return int(process.memory_info().rss)
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024
