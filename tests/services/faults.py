"""What can go wrong with a fake service's answers, in the order in which it is to happen."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

# Every way in which an answer can be wrong.
KINDS = (
    "status",  # `status`, with `body` (a page of HTML by default)
    "empty",  # 200 without a body
    "truncated",  # half of the good body, as if it were all of it
    "cut",  # half of the good body, then the connection ends
    "reset",  # the connection ends before any answer
    "slow",  # nothing for `seconds`, then the good answer
    "drip",  # the good answer, a byte at a time
    "redirect",  # to `location`
    "body",  # 200 (or `status`) with `body`
    "huge",  # megabytes without an end
)

HTML = "<!doctype html><title>Sorry</title><h1>Something went wrong</h1>"


@dataclass
class Fault:
    """A fault of some requests.

    path: a part of the path and query that they have. after: how many of these go well first.
    times: how many go wrong then, None = all.
    """

    kind: str
    path: str = ""
    after: int = 0
    times: int | None = 1
    status: int = 500
    body: str = HTML
    seconds: float = 3600.0
    location: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.kind in KINDS, self.kind


class Script:
    """The faults of one server; the first that fits a request is its fault."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: str, path: str = "", **more: Any) -> Fault:
        fault = Fault(kind, path, **more)
        self.put(fault)
        return fault

    def put(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, target: str) -> Fault | None:
        with self._lock:
            for fault in self._faults:
                if fault.path not in target or fault.times == 0:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
