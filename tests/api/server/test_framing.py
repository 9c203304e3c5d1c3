"""A body ends where it says, in whatever pieces it comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.server.framing import LINE_LIMIT, TRAILER_LIMIT, BadFraming, Incoming

NEXT = b"GET / HTTP/1.1\r\n"


def fed(length: int | None, data: bytes, size: int) -> Incoming:
    body = Incoming(length)
    for at in range(0, len(data), size):
        if body.complete:
            # Nothing is fed to a body that has ended.
            return body
        body.feed(data[at : at + size])
    return body


@pytest.mark.parametrize(
    ("length", "data", "content"),
    [
        (5, b"hello", b"hello"),
        (None, b"0\r\n\r\n", b""),
        (None, b"5\r\nhello\r\n0\r\n\r\n", b"hello"),
        (None, b"1\r\nh\r\n4\r\nello\r\n000\r\n\r\n", b"hello"),
        (None, b"0A \r\n0123456789\r\n0\r\n\r\n", b"0123456789"),
        (None, b'2;a=b;c="d e"\r\n\r\n\r\n0;x\r\nTrailer: one\r\nAnother:\r\n\r\n', b"\r\n"),
    ],
)
def test_a_body_is_the_same_however_it_comes(
    length: int | None, data: bytes, content: bytes
) -> None:
    for size in range(1, len(data) + 1):
        body = fed(length, data, size)
        assert body.complete
        assert body.stream().read() == content
    whole = fed(length, data + NEXT, len(data + NEXT))
    assert whole.rest == NEXT


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n",
        b"x\r\n",
        b"-1\r\n",
        b"+1\r\nx\r\n",
        b"0x1\r\nx\r\n",
        b"1_0\r\n",
        b" 1\r\nx\r\n",
        b"10000000000000000\r\n",
        b"5\r\nhello0\r\n\r\n",
        b"5\r\nhello world\r\n0\r\n\r\n",
        b"1\nx\n0\n\n",
        b"1;\0\r\nx\r\n",
        b"1;a\rb\r\nx\r\n",
        b"1" * (LINE_LIMIT + 2),
        b"0\r\nno trailer\r\n\r\n",
        b"0\r\n: x\r\n\r\n",
        b"0\r\n" + b"x" * (TRAILER_LIMIT + 2),
        b"0\r\n" + b"x: y\r\n" * TRAILER_LIMIT,
    ],
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_broken_chunks_are_refused(data: bytes, size: int) -> None:
    with pytest.raises(BadFraming):
        fed(None, data, size)


@given(st.lists(st.binary(min_size=1, max_size=50)), st.integers(1, 60))
def test_any_content_in_any_chunks_comes_out_whole(chunks: list[bytes], size: int) -> None:
    data = b"".join(b"%X\r\n%b\r\n" % (len(each), each) for each in chunks) + b"0\r\n\r\n"
    body = fed(None, data, size)
    assert body.complete
    assert body.stream().read() == b"".join(chunks)


def test_a_body_exceeds_its_limit_when_it_says_so_and_when_it_does_so() -> None:
    assert Incoming(11).exceeds(10)
    assert not Incoming(10).exceeds(10)
    chunked = Incoming(None)
    chunked.feed(b"a\r\n0123456789\r\n")
    assert not chunked.exceeds(10)
    chunked.feed(b"1\r\nx\r\n")
    assert chunked.exceeds(10)


def test_chunks_that_are_next_to_all_frame_exceed_the_limit_too() -> None:
    body = Incoming(None)
    while body.size < 1000:
        body.feed(b"1;" + b"x" * 900 + b"\r\ny\r\n")
    assert body.exceeds(100_000)


def test_what_is_discarded_is_not_kept() -> None:
    body = Incoming(None)
    body.feed(b"5\r\nhello\r\n")
    assert body.held == 5
    body.discard()
    body.feed(b"5\r\nworld\r\n0\r\n\r\n")
    assert (body.held, body.size, body.complete) == (0, 10, True)
