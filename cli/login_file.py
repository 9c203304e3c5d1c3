"""Whose token is used where none is named: what `score-import login` keeps."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import click

from cli.errors import CommandError
from cli.private_files import write_private


@dataclass(frozen=True)
class Login:
    """A server, and a token that is good there."""

    url: str
    token: str


def login_path() -> Path:
    """The file, in the user's own folder for configuration."""
    return Path(click.get_app_dir("score-import")) / "login.json"


def saved() -> Login | None:
    """The login that is kept; None where there is none. Raises CommandError."""
    path = login_path()
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return Login(kept["url"], kept["token"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error


def save(login: Login) -> Path:
    """Keeps the login in a file that only its owner may read; where that is."""
    path = login_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, json.dumps({"url": login.url, "token": login.token}) + os.linesep)
    return path


def forget() -> bool:
    """Removes what is kept; whether there was anything."""
    path = login_path()
    there = path.exists()
    path.unlink(missing_ok=True)
    return there
