"""A web process that has just begun: what it has read, and what its garbage collector sees."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.support.stack import ROOT, Stack, wait_for

pytestmark = pytest.mark.processes

# What the collector would go over each time, and what is left of it once gunicorn is ready.
_FREEZE = """
import gc
from api import gunicorn_conf, wsgi
before = len(gc.get_objects())
gunicorn_conf.when_ready(None)
print(before, len(gc.get_objects()))
"""


def test_titles_are_read_before_anybody_searches(stack: Stack) -> None:
    web = stack.start_web()
    wait_for(lambda: "the titles of songs are read" in web.program.log.read_text(), "titles")


def test_the_application_is_not_gone_over_again_and_again(stack: Stack) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _FREEZE],
        env={**os.environ, **stack.environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = map(int, ran.stdout.split())
    assert before > 100_000
    assert after < 1000
