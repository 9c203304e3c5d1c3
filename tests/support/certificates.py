"""Certificates for tests of TLS."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

OPENSSL: Final = shutil.which("openssl")


def of_localhost(folder: Path) -> tuple[Path, Path]:
    """A certificate of localhost that vouches for itself, and its key."""
    made, key = folder / "certificate.pem", folder / "key.pem"
    ask = f"{OPENSSL} req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost"
    ask += " -addext subjectAltName=DNS:localhost"
    subprocess.run(
        [*ask.split(), "-keyout", str(key), "-out", str(made)], check=True, capture_output=True
    )
    return made, key
