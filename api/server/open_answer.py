"""Answers that go on by themselves: held open by the server's loop, and by no thread.

An application returns an `OpenAnswer` in place of an iterable. The server sends `first`, and hands
the connection to whoever has more to say from time to time (`begin`), who calls back from a
thread of its own. Under a server that knows nothing of it the answer ends after `first`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

# Key of the WSGI environment: whether the server may hold another answer open. Without it, it
# knows nothing of such answers.
ROOM: Final = "score_import.room_to_follow"

# Called with the next piece, and whether it is the last. May be called from any thread.
Push = Callable[[bytes, bool], None]


class OpenAnswer:
    """An answer whose pieces come as things happen.

    Parameters:
        first: sent at once.
        follow: begins to push; what it returns ends that, and may be called at any time.
    """

    def __init__(self, first: bytes, follow: Callable[[Push], Callable[[], None]]) -> None:
        self.first = first
        self._follow = follow

    def begin(self, push: Push) -> Callable[[], None]:
        return self._follow(push)

    def __iter__(self) -> Iterator[bytes]:
        yield self.first
