"""What commands that talk to a server have in common: where it is, who asks, what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.markup import escape

from cli import login_file
from cli.errors import CommandError
from cli.installation import running
from cli.installation.state import default_state_dir
from score_import_client import ApiError, Client, ClientError, Retry

HERE: Final = "http://127.0.0.1:8000"
EXIT_COMPLETED, EXIT_FAILED, EXIT_UNREACHABLE = 0, 1, 2


@dataclass(frozen=True)
class Remote:
    """A server, as the options name it. patience: seconds."""

    url: str
    token: str
    patience: float

    def client(self) -> Client:
        return Client(self.url, self.token, patience=self.patience, on_retry=_tell)


def _tell(retry: Retry) -> None:
    # A pause of a moment is nobody's business.
    if retry.seconds >= 1:
        say(f"[yellow]{escape(str(retry.reason))}[/] Again in {retry.seconds:.0f} s ...")


def say(text: str) -> None:
    """Prints a line for people, in rich's markup, beside what a command puts out."""
    # Never broken: a URL has to stay whole.
    Console(stderr=True).print(text, soft_wrap=True, highlight=False)


def remote_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that name the server; the command is given `remote`.

    Failures of the server end the command with a sentence and an exit code.
    """

    @click.option(
        "--url",
        envvar="SCORE_IMPORT_URL",
        help="the server [default: that of `score-import login`, or what `score-import up` runs]",
    )
    @click.option(
        "--token",
        envvar="SCORE_IMPORT_TOKEN",
        help="your API token [default: the one that goes with the server]",
    )
    @click.option(
        "--state-dir",
        envvar="SCORE_IMPORT_STATE_DIR",
        type=click.Path(file_okay=False, path_type=Path),
        help="of the `score-import up` whose server it is",
    )
    @click.option(
        "--patience",
        type=click.FloatRange(min=0),
        default=600,
        show_default=True,
        metavar="SECONDS",
        help="how long to wait for a server that is away or says that there are too many requests",
    )
    @wraps(command)
    def with_remote(
        *args: Any,
        url: str | None,
        token: str | None,
        state_dir: Path | None,
        patience: float,
        **options: Any,
    ) -> None:
        with failures_told(click.get_current_context()):
            found_url, found_token = _server(url, token, state_dir)
            command(*args, remote=Remote(found_url, found_token, patience), **options)

    return with_remote


def _server(url: str | None, token: str | None, folder: Path | None) -> tuple[str, str]:
    """URL and token: as given, else of `up` in the folder, of `login`, or of `up` by itself."""
    if url is not None and token is not None:
        return url, token
    known = [_run_by_up(folder)] if folder else [login_file.saved(), _run_by_up(None)]
    servers = [each for each in known if each is not None]
    if url is None:
        url = servers[0].url if servers else HERE
    # A token is for the server that it was kept with, and for no other.
    tokens = [each.token for each in servers if each.url.rstrip("/") == url.rstrip("/")]
    if token is None and tokens:
        token = tokens[0]
    if token is None:
        raise CommandError(
            f"no token for {url}: use --token, SCORE_IMPORT_TOKEN, or `score-import login`"
        )
    return url, token


def _run_by_up(folder: Path | None) -> login_file.Login | None:
    """What `up` runs with its data there. Raises CommandError where a given folder has none."""
    found = running.read(folder or default_state_dir())
    if found is not None and found.url is not None and found.token is not None:
        return login_file.Login(found.url, found.token)
    if folder is None:
        return None
    problem = "nothing runs with its data" if found is None else "no server with a user of ours is"
    raise CommandError(f"{problem} in {folder}: `score-import status` says more")


@contextmanager
def failures_told(context: click.Context) -> Iterator[None]:
    """Says what went wrong, and exits with the code for it."""
    try:
        yield
    except ClientError as error:
        say(f"[red]{escape(told(error))}[/]")
        context.exit(exit_code(error))


def told(error: ClientError) -> str:
    """What went wrong, to a person."""
    if not isinstance(error, ApiError):
        return f"Error: {error}"
    reference = "" if error.reference is None else f" (reference {error.reference})"
    return f"Refused: {error.description}{reference}"


def exit_code(error: ClientError) -> int:
    """1 where the server said no, 2 where it could not be asked."""
    return EXIT_FAILED if isinstance(error, ApiError) else EXIT_UNREACHABLE
