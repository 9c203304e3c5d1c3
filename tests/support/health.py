"""What the workers of a test's service say of themselves."""

from __future__ import annotations

import subprocess

from tests.support.stack import BIN, Stack


def health(stack: Stack, *options: str) -> tuple[int, str]:
    """(exit code, output) of `score-import worker-health`."""
    done = subprocess.run(
        [str(BIN / "score-import"), "worker-health", *options],
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr
