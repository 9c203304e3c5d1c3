"""What a family of services provides: where entries come from.

The pipeline's side of it, which is not asynchronous, is in `feed.py`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

# The JSON of one entry, not decoded: a page of them takes little memory.
RawEntry = bytes | memoryview

DOWN = "Received invalid response from their API. Are they down?"


class Source(Protocol):
    """One user's data at one service, for one fetch. All but `close` runs in the loop.

    label: the service's name in progress texts and logs.
    """

    label: str

    async def prepare(self) -> None:
        """What comes before the first page: credentials. Raises FatalImportError."""

    def pages(self) -> AsyncIterator[Sequence[RawEntry]]:
        """The entries, some at a time. Raises FatalImportError."""

    async def profile(self) -> object:
        """What it says of the player; None where that cannot be had."""

    def close(self) -> None:
        """Frees what the source holds."""
