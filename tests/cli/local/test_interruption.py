"""A signal that ends a command does so wherever it strikes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from rich.console import Console

from cli.local.interruption import Interruption, interrupted_by
from cli.local.steps import Steps
from cli.local.supervisor import Supervisor
from tests.support.stack import ROOT

SIGNAL = signal.SIGUSR1


class Finalized:
    """Interrupted where nobody can be told."""

    def __del__(self) -> None:
        os.kill(os.getpid(), SIGNAL)
        for _ in range(1000):  # the handler is run between two of these
            pass


def steps(interruption: Interruption) -> Steps:
    return Steps(Console(quiet=True), interruption)


def test_a_signal_interrupts_and_what_follows_at_once_is_an_echo() -> None:
    with interrupted_by(SIGNAL):
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), SIGNAL)
        os.kill(os.getpid(), SIGNAL)


def test_an_interrupt_that_python_drops_ends_the_step() -> None:
    with interrupted_by(SIGNAL) as interruption:
        with steps(interruption).step("First", "Doing"):
            pass
        with pytest.raises(KeyboardInterrupt), steps(interruption).step("Second", "Doing"):
            Finalized()
        with pytest.raises(KeyboardInterrupt):
            Supervisor(print, {}).watch(interruption)


_DROPPED = """
import signal
from cli.local.interruption import interrupted_by
from tests.cli.local.test_interruption import SIGNAL, Finalized, Broken

with interrupted_by(SIGNAL):
    Finalized()
    Broken()
"""


class Broken:
    """Fails where nobody can be told, by itself."""

    def __del__(self) -> None:
        raise ValueError("by itself")


def test_of_an_interrupt_that_python_drops_nothing_is_printed() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _DROPPED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "KeyboardInterrupt" not in ran.stderr
    assert "ValueError: by itself" in ran.stderr
