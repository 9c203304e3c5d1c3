"""`score-import up`: the whole service on this machine, with nothing installed for it."""

import contextlib
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from sqlalchemy import make_url

from cli.errors import CommandError
from cli.local import EmbeddedPostgres, EmbeddedRedis, example, services, unprivileged
from cli.local.processes import tail
from cli.local.state import StateError, locked, state_dir, write_private
from cli.local.supervisor import Supervisor
from cli.options import DATABASE_URL_FILE, REDIS_URL_FILE, state_dir_option

HOST = "127.0.0.1"
PORT = 8000
POSTGRES = "postgres"  # folder of the embedded server
ECHO_SECONDS = 1.0
LOCK_SECONDS = 3.0  # for another run that is just stopping


@dataclass(frozen=True)
class Options:
    """What `up` was asked for. URLs are None where a server of our own is to be started."""

    database_url: str | None
    redis_url: str | None
    our_url: str | None
    port: int
    example: bool


@dataclass(frozen=True)
class Running:
    """What `up` brought up."""

    url: str
    token: str | None
    example_is_right: bool


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help=f"[default: {PORT}, or a free one]")
@click.option(
    "--example/--no-example", "with_example", default=True, help="import the example scores"
)
@click.option(
    "--once",
    is_flag=True,
    help="stop after the example import, with exit code 0 if it came out right; "
    "leaves nothing behind unless --state-dir is given",
)
@click.option("--database-url", envvar="DATABASE_URL", help="use this PostgreSQL")
@click.option("--redis-url", envvar="REDIS_URL", help="use this Redis")
@click.option("--our-url", envvar="OUR_URL", help="how clients reach the service")
@state_dir_option
def up(
    port: int | None,
    with_example: bool,
    once: bool,
    database_url: str | None,
    redis_url: str | None,
    our_url: str | None,
    state_dir: Path | None,
) -> None:
    """Run everything on this machine: PostgreSQL, Redis, the API, a worker and beat.

    The first run makes a database, loads the example catalogue and creates a user. Ctrl-C
    stops everything in order; the data are kept for the next run.
    """
    console = Console(highlight=False)
    options = Options(
        database_url, redis_url, our_url, _free_port(port), example=with_example or once
    )
    with contextlib.ExitStack() as stack:
        stack.enter_context(_interrupted_by(signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        folder = stack.enter_context(_state(state_dir, temporary=once and state_dir is None))
        supervisor = Supervisor(lambda text: console.print(f"[yellow]{escape(text)}[/]"))
        stack.callback(supervisor.stop)
        try:
            running = _bring_up(options, folder, supervisor, console)
            if once:
                _finish(running, folder, console)
                return
            _say_what_next(running, folder, console)
            supervisor.watch()
        except KeyboardInterrupt:
            console.print("\nStopping ... (Ctrl-C again: at once)")
            if once:
                raise


def _bring_up(options: Options, folder: Path, supervisor: Supervisor, console: Console) -> Running:
    """Start everything in order, the first time with all it needs; show each step."""
    unprivileged.make_folder(folder / "logs")
    database_url, redis_url = options.database_url, options.redis_url
    with console.status("Starting PostgreSQL ..."):
        if database_url is None:
            postgres = EmbeddedPostgres(folder / POSTGRES)
            supervisor.start(postgres)
            database_url = postgres.libpq_url()
            _done(console, "PostgreSQL", f"{postgres.version}, embedded")
        else:
            _done(console, "PostgreSQL", _host(database_url))
    with console.status("Starting Redis ..."):
        if redis_url is None:
            redis = EmbeddedRedis(folder / "redis")
            supervisor.start(redis)
            redis_url = redis.url
            _done(console, "Redis", f"{redis.version}, embedded")
        else:
            _done(console, "Redis", _host(redis_url))
    write_private(folder / DATABASE_URL_FILE, database_url)
    write_private(folder / REDIS_URL_FILE, redis_url)
    with console.status("Preparing the database ..."):
        catalogue, token = example.prepare_database(database_url, folder)
        _done(console, "Database", catalogue)
    url = f"http://{HOST}:{options.port}"
    environment = services.environment(
        database_url, redis_url, f"{HOST}:{options.port}", options.our_url or url
    )
    with console.status("Starting the service ..."):
        supervisor.start(services.worker(folder, environment))
        supervisor.start(services.beat(folder, environment))
        supervisor.start(services.web(folder, environment, url))
        _done(console, "Service", "web, worker, beat")
    right = options.example and token is not None and example.import_scores(url, token, console)
    return Running(url, token, right)


def _finish(running: Running, folder: Path, console: Console) -> None:
    """The end of `--once`."""
    if not running.example_is_right:
        raise CommandError(
            "the example import did not come out as it should. The end of the worker's log:\n"
            + tail(folder / "logs" / "worker.log")
        )
    console.print("[green]Everything works.[/] Stopping ...")


def _say_what_next(running: Running, folder: Path, console: Console) -> None:
    console.print(f"\n[bold]score-import runs at {running.url}[/]  (Ctrl-C stops it)\n")
    command = _short(Path(sys.executable).parent / "score-import")
    lines = [f"export SCORE_IMPORT_URL={running.url}"]
    if running.token:
        lines.append(f"export SCORE_IMPORT_TOKEN={running.token}")
    lines += [
        f"{command} submit {_short(example.SCORES)} --type {example.IMPORT_TYPE}",
        f"{command} psql",
    ]
    console.print(f"Logs are in {_short(folder / 'logs')}. In another terminal:")
    for line in lines:
        console.print(f"  {line}", soft_wrap=True, markup=False)


@contextlib.contextmanager
def _state(given: Path | None, *, temporary: bool) -> Iterator[Path]:
    """The state folder, for us alone."""
    with contextlib.ExitStack() as stack:
        if temporary:
            folder = stack.enter_context(unprivileged.temporary_folder())
            stack.callback(unprivileged.remove_folder, folder / POSTGRES)
        else:
            folder = state_dir(given)
        try:
            stack.enter_context(locked(folder, wait=LOCK_SECONDS))
        except StateError as error:
            raise CommandError(
                f"score-import runs already with its data in {folder}: stop it first, or give "
                "this one another --state-dir"
            ) from error
        for file in (DATABASE_URL_FILE, REDIS_URL_FILE):
            stack.callback((folder / file).unlink, missing_ok=True)
        yield folder


@contextlib.contextmanager
def _interrupted_by(*signals: signal.Signals) -> Iterator[None]:
    """Let these signals end us as Ctrl-C does: in order, and at once if one comes again.

    make, timeout and terminals pass signals on, so one that follows at once is only an echo.
    """
    last = 0.0

    def interrupt(number: int, frame: object) -> None:
        nonlocal last
        echo = time.monotonic() - last < ECHO_SECONDS
        last = time.monotonic()
        if not echo:
            raise KeyboardInterrupt

    before = {each: signal.signal(each, interrupt) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _free_port(wanted: int | None) -> int:
    """The wanted port; if none is, the usual one, or any where another program has that."""
    with socket.socket() as probe:
        # As gunicorn does: connections of an earlier run that linger are no hindrance.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted or PORT))
        except OSError as error:
            if wanted:
                raise CommandError(f"port {wanted} cannot be used: {error.strerror}") from error
            probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


def _host(url: str) -> str:
    """Where a server is, without its password."""
    address = make_url(url)
    return f"{address.host or address.query.get('host')}"


def _short(path: Path) -> Path:
    """A path as one would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _done(console: Console, what: str, remark: str) -> None:
    console.print(f"[green]✓[/] {what:<11} [dim]{escape(remark)}[/]", soft_wrap=True)
