"""A payload is stored as zlib, which the last release reads and writes as well."""

from __future__ import annotations

import random
import zlib

import pytest

from common.jobs.accepting import pack, unpack

PAYLOADS = {
    "nothing": b"",
    "one byte": b"x",
    "text": b'{"score":1}' * 100_000,
    "noise": random.Random(1).randbytes(300_000),
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_what_is_packed_is_zlib_and_comes_back(payload: bytes) -> None:
    packed = pack(payload)
    assert zlib.decompress(packed) == payload
    # The driver hands it over as a view.
    assert unpack(memoryview(packed)) == payload
    assert unpack(zlib.compress(payload, 1)) == payload
    assert len(packed) <= len(payload) * 1.01 + 64
