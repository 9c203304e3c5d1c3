"""A feed: what the pipeline reads of a source, page by page, while the next one is fetched.

In memory there are the page being read and the one being fetched. What was read is kept in a
file (a small one in memory), for the case that it has to be matched again.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import IO, Any, Final

import msgspec

from worker.services import stopping
from worker.services.loop import Loop
from worker.services.source import RawEntry, Source

# Bytes kept in memory before a file is opened.
SPOOL: Final = 4 * 1024 * 1024

_LENGTH: Final = struct.Struct("<I")

# What stands for an entry that cannot be decoded: no import type takes it for a score.
UNDECODABLE: Final = None

_decode = msgspec.json.Decoder().decode

Page = Sequence[RawEntry] | None


class ServiceFeed:
    """Reads a source once, and from then on what was kept of it.

    Parameters:
        source: prepared by `open`.
        tell: takes progress texts.
        glance: raises where there is no sense in waiting any more.
    """

    def __init__(
        self,
        source: Source,
        loop: Loop,
        tell: Callable[[str], None],
        glance: Callable[[], None] = stopping.check,
    ) -> None:
        self._source = source
        self._loop = loop
        self._tell = tell
        self._glance = glance
        self._kept: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOL)  # noqa: SIM115 - see close
        self._is_complete = False
        self._has_profile = False
        self._profile: Any = None

    def open(self) -> None:
        """Raises FatalImportError where there is nothing to be had."""
        self._tell(f"Fetching scores from {self._source.label}...")
        self._loop.run(self._source.prepare(), self._glance)

    def close(self) -> None:
        self._source.close()
        self._kept.close()

    def entries(self) -> Iterator[Any]:
        yield from self._again() if self._is_complete else self._first()

    def profile(self) -> Any:
        if not self._has_profile:
            self._profile = self._loop.run(self._source.profile(), self._glance)
            self._has_profile = True
        return self._profile

    def _first(self) -> Iterator[Any]:
        self._kept.seek(0)
        self._kept.truncate()
        fetched = 0
        try:
            for page in self._pages():
                fetched += len(page)
                self._tell(f"Fetched {fetched} scores from {self._source.label}...")
                for raw in page:
                    self._kept.write(_LENGTH.pack(len(raw)))
                    self._kept.write(raw)
                    yield _decoded(raw)
        except GeneratorExit:
            # Who needs no more now will need no more the next time.
            self._is_complete = True
            raise
        self._is_complete = True

    def _pages(self) -> Iterator[Sequence[RawEntry]]:
        pages = self._source.pages()

        async def fetch() -> Page:
            return await anext(pages, None)

        upcoming: Future[Page] = self._loop.start(fetch())
        try:
            while (page := self._loop.wait(upcoming, self._glance)) is not None:
                upcoming = self._loop.start(fetch())
                yield page
        finally:
            # Where the import ends early, so does the call.
            if not upcoming.done():
                upcoming.cancel()

    def _again(self) -> Iterator[Any]:
        self._kept.seek(0)
        while head := self._kept.read(_LENGTH.size):
            yield _decoded(self._kept.read(*_LENGTH.unpack(head)))


def _decoded(raw: RawEntry) -> Any:
    try:
        return _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return UNDECODABLE
