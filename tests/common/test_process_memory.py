"""Large blocks go back to the system, which glibc by itself does not do for long."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.stack import ROOT

_USE = """
import re, sys
from pathlib import Path
from common.process_memory import give_back_large_blocks

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024

if sys.argv[1] == "yes" and not give_back_large_blocks():
    print(-1)
    sys.exit()
largest = bytearray(20 * 1024 * 1024)
del largest
before = resident()
uploads = [bytearray(b"x" * (3 * 1024 * 1024)) for _ in range(8)]
del uploads
print(resident() - before)
"""


def kept(asked: str) -> int:
    """MiB that a process keeps of 24 MiB that it has used."""
    ran = subprocess.run(
        [sys.executable, "-c", _USE, asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return int(ran.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_process_does_not_keep_what_large_blocks_were_in() -> None:
    with_limit = kept("yes")
    if with_limit < 0:
        pytest.skip("this C library has no limit to set")
    assert with_limit < 5
    assert kept("no") > 15, "glibc does it by itself: ours can go"
