"""The reference workload: batch-manual files of distinct sdvx scores, the same every time."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import orjson

from bench.service import shared_folder

IMPORT_TYPE: Final = "file/batch-manual"
MATCH_TYPES: Final = ("tachiSongID", "sdvxInGameID", "songTitle")


def payload(count: int, match_type: str = MATCH_TYPES[0]) -> bytes:
    """A file of the workload's first `count` scores."""
    script = shared_folder() / "bench" / "make_payload.py"
    command = [sys.executable, str(script), str(count), match_type]
    return subprocess.run(command, check=True, capture_output=True).stdout


def payloads(files: int, count: int, match_type: str = MATCH_TYPES[0]) -> list[bytes]:
    """`files` files of `count` scores each, no score in two of them."""
    whole = orjson.loads(payload(files * count, match_type))
    scores = whole["scores"]
    return [
        orjson.dumps({**whole, "scores": scores[first : first + count]})
        for first in range(0, len(scores), count)
    ]
