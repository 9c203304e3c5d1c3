"""Which requests have threads of their own.

Those that wait for a job or for another service, or read a whole file, so that no other waits
behind them: of their threads one at a time is at work, the others wait; so a crowd takes from the
other requests of its process no more than one thread does. And polls, of which there are most
while each is little: one thread takes all that have come, and what answers them is looked up
together.

Told from the first line of a request, before it is parsed. A request that is not told apart this
way (its path is spelled oddly) is answered like any other, but does not wait for its job.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# Key of the WSGI environment: the turn of a request that may wait; None where it may not.
TURN: Final = "score_import.turn"

# Threads for those that find every place taken, and are answered at once.
SPARE: Final = 1
# Threads for those that wait for another service.
ELSEWHERE: Final = 4

_WAITS: Final = re.compile(
    rb"POST /api/v1/import/orphans[ /?]"
    rb"|POST /api/v1/imports/[^/? ]*/revert[ /?]"
    rb"|POST /api/v1/imports/[^/? ]*/failed-entries[ /?]"
    rb"|POST /api/v1/import/file/?\?(?:[^ ]*&)?check=true[ &]"
    rb"|(?:PATCH|DELETE) /api/v1/scores/"
    rb"|POST /api/v1/admin/(?:delete-score|destroy-ugpt)[ /?]"
    rb"|POST /ir/(?!direct-manual/)"
    rb"|(?:POST|PUT|DELETE) /api/v1/users/[^? ]*/targets/"
    rb"|DELETE /api/v1/users/[^/? ]*/games/"
    rb"|POST /api/v1/users/[^/? ]*/integrations/kai/"
    rb"|POST /services/[^/? ]*/link[ /?]"
)


_POLLS: Final = re.compile(rb"GET /api/v1/imports/[^/? ]+/poll-status/? HTTP/")


class LooksUpTogether(Protocol):
    """An application that answers polls."""

    def look_up(self, environs: Sequence[WSGIEnvironment]) -> list[bool]:
        """Looks up in one go what answers these requests; of each whether it can be answered now.

        The others have to wait for something slower than that.
        """


def polls(head: bytes | bytearray) -> bool:
    """Whether the request that begins so asks how an import stands."""
    return _POLLS.match(head) is not None


def waits(head: bytes | bytearray) -> bool:
    """Whether the request that begins so waits for the end of a job, or for another service."""
    return _WAITS.match(head) is not None


class Turn:
    """Held by the one of several threads that is at work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """For the holder: lets others have their turn while it waits for something."""
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()


class NoTurn:
    """Of a request that shares its threads with no others of its kind."""

    def aside(self) -> AbstractContextManager[None]:
        return nullcontext()


def turn(environ: dict[str, Any]) -> Turn | NoTurn | None:
    """The request's turn, None where it may not wait; any may under a server without lanes."""
    found: Turn | NoTurn | None = environ.get(TURN, NoTurn())
    return found
