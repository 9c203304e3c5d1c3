"""PostgreSQL's own programs, told which database by their environment.

There, other users of the machine cannot read the password.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from cli.errors import CommandError
from cli.local import cluster, processes

# Where Debian and others put the programs of each version.
_VERSIONED = Path("/usr/lib/postgresql")


def environment(database_url: str) -> dict[str, str]:
    """Our own environment, with what libpq reads of the database."""
    url = make_url(database_url)
    host = url.query.get("host", url.host)
    variables = {
        "PGHOST": host if isinstance(host, str) else None,
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        **{
            f"PG{name.upper()}": value
            for name, value in url.query.items()
            if name in ("sslmode", "sslrootcert", "sslcert", "sslkey") and isinstance(value, str)
        },
    }
    return {**os.environ, **{name: value for name, value in variables.items() if value is not None}}


def program_for(name: str, server: int) -> str:
    """The program of the server's major version, or of the next newer one there is.

    Raises CommandError where there is none: an older one does not know what newer servers have.
    """
    found = {version: path for path in _candidates(name) if (version := _version(path)) >= server}
    if not found:
        raise CommandError(
            f"{name} of PostgreSQL {server} or newer is not here: install it (Debian: apt install "
            f"postgresql-client-{server}), or pip install 'score-import[embedded]'"
        )
    return found[min(found)]


def _candidates(name: str) -> Iterator[str]:
    yield from (str(path) for path in sorted(_VERSIONED.glob(f"*/bin/{name}")))
    # Where the embedded servers are installed.
    with contextlib.suppress(processes.ProcessError):
        yield str(cluster.programs(None) / name)
    on_path = shutil.which(name)
    if on_path is not None:
        yield on_path


def _version(path: str) -> int:
    """0 where it cannot be run."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    except OSError:
        return 0
    number = re.search(r"\s(\d+)(\.|\w|$)", said.stdout)
    return int(number[1]) if number else 0
