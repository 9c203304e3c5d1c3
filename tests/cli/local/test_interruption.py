"""A signal that ends a command does so wherever it strikes."""

from __future__ import annotations

import os
import signal

import pytest
from rich.console import Console

from cli.local.interruption import Interruption, interrupted_by
from cli.local.steps import Steps
from cli.local.supervisor import Supervisor

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


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_python_drops_ends_the_step() -> None:
    with interrupted_by(SIGNAL) as interruption:
        with steps(interruption).step("First", "Doing"):
            pass
        with pytest.raises(KeyboardInterrupt), steps(interruption).step("Second", "Doing"):
            Finalized()
        with pytest.raises(KeyboardInterrupt):
            Supervisor(print, {}).watch(interruption)
