"""Where other services are called from: an event loop in a thread of its own, one a process.

Connections (of HTTP, of gRPC) stay open between imports there. Whoever wants something of a
service waits for it outside of the loop, and may stop waiting: then the call is cancelled.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any, Final, TypeVar

Result = TypeVar("Result")

# Seconds between two looks at whether waiting still makes sense.
GLANCE: Final = 0.25


class Loop:
    """The event loop of a process.

    shared: things of the loop's own, by name, made on first use: clients and channels.
    """

    def __init__(self) -> None:
        self.process = os.getpid()
        self.shared: dict[Any, Any] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="services", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def start(self, call: Coroutine[Any, Any, Result]) -> Future[Result]:
        return asyncio.run_coroutine_threadsafe(call, self._loop)

    def wait(self, call: Future[Result], glance: Callable[[], None] | None = None) -> Result:
        """The call's result. Whatever ends the waiting cancels the call.

        glance: is asked now and then; it raises where waiting has lost its sense.
        """
        try:
            while True:
                if glance is not None:
                    glance()
                try:
                    return call.result(timeout=GLANCE)
                except NotYet:
                    # It may be the call's own, too.
                    if call.done():
                        raise
        except BaseException:
            call.cancel()
            raise

    def run(
        self, call: Coroutine[Any, Any, Result], glance: Callable[[], None] | None = None
    ) -> Result:
        return self.wait(self.start(call), glance)


_loop: Loop | None = None
_making = threading.Lock()


def process_loop() -> Loop:
    """This process's loop, made on first use: nothing of it survives a fork."""
    global _loop
    with _making:
        if _loop is None or _loop.process != os.getpid():
            _loop = Loop()
        return _loop


async def finish(work: Awaitable[Result]) -> Result:
    """Sees the work through even where the caller is cancelled meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
