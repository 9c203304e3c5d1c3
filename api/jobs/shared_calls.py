"""Calls that several threads ask for at once are made by the first of them, for all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class SharedCalls(Generic[Answer]):
    """Used by many threads."""

    def __init__(self) -> None:
        self._under_way: dict[str, Future[Answer]] = {}
        self._lock = threading.Lock()

    def make(self, key: str, call: Callable[[], Answer]) -> Answer:
        """What `call` gives or raises; or that of the same key that is under way."""
        with self._lock:
            others = self._under_way.get(key)
            if others is None:
                shared = self._under_way[key] = Future[Answer]()
        if others is not None:
            return others.result()
        try:
            answer = call()
        except BaseException as problem:
            shared.set_exception(problem)
            raise
        else:
            shared.set_result(answer)
            return answer
        finally:
            with self._lock:
                del self._under_way[key]
