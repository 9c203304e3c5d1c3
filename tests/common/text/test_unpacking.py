"""What is packed in several members comes out whole, in whatever pieces it comes, and no larger."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable

import pytest

from common.text.unpacking import (
    GZIP,
    GZIP_OR_ZLIB,
    MEMBERS,
    Broken,
    TooLarge,
    Unpacker,
)

PLAIN = bytes(range(256)) * 100


def unpacked(pieces: Iterable[bytes], most: int = len(PLAIN), form: int = GZIP) -> bytes:
    unpacker = Unpacker(most, form)
    for piece in pieces:
        unpacker.feed(piece)
    return unpacker.whole()


def members(count: int) -> bytes:
    size = -(-len(PLAIN) // count)
    return b"".join(gzip.compress(PLAIN[at : at + size]) for at in range(0, len(PLAIN), size))


@pytest.mark.parametrize("count", [1, 2, MEMBERS])
def test_all_members_come_out_in_pieces_of_any_size(count: int) -> None:
    packed = members(count)
    for size in (1, 7, 1000, len(packed)):
        assert unpacked(packed[at : at + size] for at in range(0, len(packed), size)) == PLAIN


def test_either_header_is_seen_where_both_may_be() -> None:
    for pack in (gzip.compress, zlib.compress):
        assert unpacked([pack(PLAIN)], form=GZIP_OR_ZLIB) == PLAIN
    with pytest.raises(Broken):
        unpacked([zlib.compress(PLAIN)])


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"x",
        members(1)[:-1],
        members(2)[:-1],
        members(1) + b"x",
        members(1) + gzip.compress(b"") * MEMBERS,
    ],
    ids=["nothing", "no header", "cut off", "the last cut off", "more", "more than may be"],
)
def test_what_is_cut_off_or_goes_on_with_something_else_is_broken(broken: bytes) -> None:
    with pytest.raises(Broken):
        unpacked([broken])


@pytest.mark.parametrize("count", [1, 2])
def test_no_more_is_made_of_it_than_it_may_be(count: int) -> None:
    with pytest.raises(TooLarge):
        unpacked([members(count)], most=len(PLAIN) - 1)
