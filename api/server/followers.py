"""The connections whose answers go on by themselves (`api.server.open_answer`).

They cost no thread: the server's loop holds them, sends what is pushed, and notices who leaves.
What is pushed comes from other threads and waits in a queue until the loop is there.
"""

from __future__ import annotations

import math
import selectors
import time
from collections.abc import Callable, Iterator
from functools import partial
from queue import Empty, SimpleQueue
from typing import Final

from api.server.connection import HEAD_LIMIT, HEAD_PIECE, Connection, Stage

# Of four connections of a process, this many may be held open in this way: others get through.
SHARE: Final = 3
OF: Final = 4
# Bytes that a client which takes nothing may be behind, and seconds.
BEHIND: Final = 64 * 1024
BEHIND_SECONDS: Final = 20.0


class Followers:
    """All of them in a process. Everything but `_push` is for the loop's thread.

    Parameters:
        room: connections that the process may have.
        wake: has the loop come and `send`; may be called from any thread.
        close: closes a connection, for the loop.
    """

    def __init__(
        self,
        poller: selectors.BaseSelector,
        room: int,
        wake: Callable[[], None],
        close: Callable[[Connection], None],
    ) -> None:
        self._poller = poller
        self._most = room * SHARE // OF
        self._wake = wake
        self._close = close
        self._connections: set[Connection] = set()
        self._pushed: SimpleQueue[tuple[Connection, bytes, bool]] = SimpleQueue()

    @property
    def has_room(self) -> bool:
        return len(self._connections) < self._most

    @property
    def idle(self) -> bool:
        """Whether nothing waits to be sent."""
        return self._pushed.empty()

    def add(self, connection: Connection) -> None:
        """Holds it open from now on; the beginning of its answer is written already."""
        assert connection.open_answer is not None
        connection.stage = Stage.FOLLOW
        connection.deadline = time.monotonic() + BEHIND_SECONDS if connection.outgoing else math.inf
        self._connections.add(connection)
        self._poller.register(connection.sock, self._events(connection), connection)
        connection.leave = connection.open_answer.begin(partial(self._push, connection))

    def _push(self, connection: Connection, piece: bytes, last: bool) -> None:
        self._pushed.put((connection, piece, last))
        self._wake()

    def send(self) -> Iterator[Connection]:
        """Sends what was pushed; gives those back whose answer is complete, if not all sent."""
        for _ in range(self._pushed.qsize()):
            try:
                connection, piece, last = self._pushed.get_nowait()
            except Empty:
                return
            if connection not in self._connections:
                continue  # its client has left
            connection.answer.write(piece)
            if last:
                connection.answer.close()
                connection.keep = not connection.answer.should_close()
            self._flush(connection)
            if last and connection in self._connections:
                self.forget(connection)
                yield connection

    def ready(self, connection: Connection) -> None:
        """Its client has sent something, has left, or takes more."""
        if connection not in self._connections:
            return
        data = connection.receive(HEAD_PIECE)
        if data == b"":
            self._close(connection)
            return
        if data is not None:
            # The next request, before this one is answered.
            connection.incoming += data
            if len(connection.incoming) > HEAD_LIMIT:
                self._close(connection)
                return
        if connection.outgoing:
            self._flush(connection)

    def _flush(self, connection: Connection) -> None:
        """Sends what the client takes."""
        try:
            everything = connection.flush()
        except OSError:
            self._close(connection)
            return
        if everything:
            connection.deadline = math.inf
        elif connection.deadline == math.inf:
            connection.deadline = time.monotonic() + BEHIND_SECONDS
        if connection.unsent > BEHIND:
            connection.break_off()
            self._close(connection)
            return
        self._poller.modify(connection.sock, self._events(connection), connection)

    def _events(self, connection: Connection) -> int:
        writes = selectors.EVENT_WRITE if connection.outgoing else 0
        return selectors.EVENT_READ | writes

    def cut_off_the_late(self, now: float) -> None:
        """Closes those whose clients take nothing."""
        for connection in [
            each for each in self._connections if each.outgoing and each.deadline <= now
        ]:
            connection.break_off()
            self._close(connection)

    def close_all(self) -> None:
        for connection in list(self._connections):
            self._close(connection)

    def forget(self, connection: Connection) -> None:
        """It is not held open any more."""
        if connection in self._connections:
            self._connections.remove(connection)
            self._poller.unregister(connection.sock)
            if connection.leave is not None:
                connection.leave()
                connection.leave = None
