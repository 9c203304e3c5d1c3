"""One client's connection, and the request that is at work on it."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, Final

from api.server.framing import Incoming
from api.server.open_answer import OpenAnswer

# Bytes taken from the network at a time: heads are short, bodies are not.
HEAD_PIECE: Final = 16 * 1024
BODY_PIECE: Final = 128 * 1024
HEAD_LIMIT: Final = 32 * 1024

VECTOR: Final = 64  # pieces that one call hands to the kernel

HEAD_END: Final = b"\r\n\r\n"


class Stage(Enum):
    IDLE = 1  # nothing has come of a request
    HEAD = 2  # some of its head has
    BODY = 3  # some of its body has
    WORK = 4  # a thread is at it
    WRITE = 5  # the client has yet to take some of the answer
    FOLLOW = 6  # more of the answer comes as things happen
    DRAIN = 7  # it is answered, and the client still sends
    BROKEN = 8  # to be closed
    CLOSED = 9


class Connection:
    """The bytes that have come and those that have yet to go.

    Belongs to one thread at a time: to the loop while it waits for the client, to one of the
    others while a request is at work.
    """

    __slots__ = (
        "answer",
        "body",
        "client",
        "deadline",
        "environ",
        "expects",
        "incoming",
        "keep",
        "leave",
        "limit",
        "makes_piece",
        "memory",
        "open_answer",
        "outgoing",
        "patient",
        "pieces",
        "request",
        "requests",
        "searched",
        "server",
        "since",
        "sock",
        "stage",
        "started",
        "unclear",
        "who",
    )

    def __init__(self, sock: socket.socket, client: Any, server: Any) -> None:
        self.sock = sock
        self.client = client
        self.server = server
        self.stage = Stage.IDLE
        self.requests = 0
        self.deadline = 0.0  # seconds, of the monotonic clock
        self.since = 0.0
        self.makes_piece = False  # whether a thread is at a further piece of the answer
        self.outgoing: list[bytes | memoryview] = []
        self.begin()

    def begin(self) -> None:
        """Makes ready for a request."""
        self.incoming = bytearray()
        self.searched = 0
        self.request: Any = None
        self.started: Any = None
        self.environ: dict[str, Any] = {}
        self.memory: dict[str, Any] = {}
        self.body: Incoming | None = None
        self.limit = 0
        self.who = ""
        self.expects = False
        # Whether it has its answer from the threads for requests that wait for a job.
        self.patient = False
        self.keep = False
        # Whether it cannot be told where what still comes of the request ends.
        self.unclear = False
        self.answer: Any = None
        self.pieces: Iterator[bytes] | None = None
        # Of an answer that goes on by itself, and what ends it.
        self.open_answer: OpenAnswer | None = None
        self.leave: Callable[[], None] | None = None

    # --- taking ----------------------------------------------------------------------------

    def receive(self, most: int) -> bytes | None:
        """What has come, b"" at the end of it all, None where nothing has."""
        try:
            return self.sock.recv(most)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return b""

    def has_head(self) -> bool:
        """Whether the request's head is there, or longer than any may be."""
        found = self.incoming.find(HEAD_END, self.searched) >= 0
        self.searched = max(0, len(self.incoming) - len(HEAD_END) + 1)
        return found or len(self.incoming) > HEAD_LIMIT

    def take_head(self) -> bytes | None:
        """The head with its last line's end; None where it is too long."""
        end = self.incoming.find(HEAD_END)
        if not 0 <= end <= HEAD_LIMIT:
            return None
        head = bytes(self.incoming[: end + len(HEAD_END)])
        del self.incoming[: end + len(HEAD_END)]
        return head

    # --- sending ---------------------------------------------------------------------------

    def sendall(self, data: bytes) -> None:
        """What gunicorn's responses write to: it goes out by `flush`."""
        self.outgoing.append(data)

    send = sendall

    @property
    def unsent(self) -> int:
        """Bytes that have yet to go."""
        return sum(map(len, self.outgoing))

    def flush(self) -> bool:
        """Sends what the client takes at once; whether that was all. Raises OSError."""
        while self.outgoing:
            try:
                sent = self.sock.sendmsg(self.outgoing[:VECTOR])
            except (BlockingIOError, InterruptedError):
                return False
            while self.outgoing and sent >= len(self.outgoing[0]):
                sent -= len(self.outgoing.pop(0))
            if sent:
                self.outgoing[0] = memoryview(self.outgoing[0])[sent:]
        return True

    def stop_sending(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_WR)

    def end_pieces(self) -> None:
        """Tells the application that its answer is sent, or not wanted any more."""
        pieces, self.pieces = self.pieces, None
        close = getattr(pieces, "close", None)
        if close is not None:
            close()

    def break_off(self) -> None:
        """Has the client see that something went wrong, where it would see an ordinary end."""
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
