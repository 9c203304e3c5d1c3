"""`score-import up`: the whole service on this machine, with nothing installed for it."""

import contextlib
import shlex
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from sqlalchemy import make_url

from cli.errors import CommandError
from cli.installation import unprivileged
from cli.installation.running import Running, forget, write
from cli.installation.state import StateError, default_state_dir, locked, state_dir
from cli.local import EmbeddedPostgres, EmbeddedRedis, example, services
from cli.local.interruption import Interruption, interrupted_by
from cli.local.processes import tail
from cli.local.steps import Steps
from cli.local.supervisor import Supervisor
from cli.options import checked_database_url, state_dir_option

HOST = "127.0.0.1"
PORT = 8000
POSTGRES = "postgres"  # folder of the embedded server
LOCK_SECONDS = 3.0  # for another run that is just stopping


@dataclass(frozen=True)
class Options:
    """What `up` was asked for. URLs are None where a server of our own is to be started.

    listener: where web is to answer; ours from the beginning, so that no other run gets its port.
    """

    database_url: str | None
    redis_url: str | None
    our_url: str | None
    listener: socket.socket
    seeds: Path | None
    example: bool


@dataclass(frozen=True)
class Brought:
    """What `up` brought up. example_is_right: None where there was no example to import."""

    url: str
    token: str | None
    has_example: bool
    example_is_right: bool | None


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help=f"[default: {PORT}, or a free one]")
@click.option(
    "--example/--no-example",
    "with_example",
    default=None,
    help="load the example catalogue into an empty database and import some scores",
)
@click.option(
    "--seeds",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="load this catalogue instead of the example one, which gives way where it is loaded",
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
    with_example: bool | None,
    seeds: Path | None,
    once: bool,
    database_url: str | None,
    redis_url: str | None,
    our_url: str | None,
    state_dir: Path | None,
) -> None:
    """Run everything on this machine: PostgreSQL, Redis, the API, a worker and beat.

    The first run makes a database, loads the example catalogue and creates a user. Ctrl-C
    stops everything in order; the data are kept for the next run. `score-import status` in
    another terminal says how everything is.
    """
    if seeds is not None and with_example:
        raise click.UsageError("--seeds and --example are two catalogues: give one of them")
    if once and (seeds is not None or with_example is False):
        raise click.UsageError("--once imports the example: give neither --seeds nor --no-example")
    console = Console(highlight=False)
    with contextlib.ExitStack() as stack:
        options = Options(
            database_url,
            redis_url,
            our_url,
            stack.enter_context(_listener(port)),
            seeds,
            example=seeds is None and with_example is not False,
        )
        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        interruption = stack.enter_context(interrupted_by(*signals))
        folder = stack.enter_context(_state(state_dir, temporary=once and state_dir is None))
        start = _Start(options, folder, console, interruption)
        stack.callback(start.supervisor.stop)
        try:
            brought = start.bring_up()
            interruption.check()
            if once:
                _finish(brought, folder, console)
                return
            _say_what_next(brought, folder, console)
            start.supervisor.watch(interruption)
        except KeyboardInterrupt:
            console.print("\nStopping ... (Ctrl-C again: at once)")
            if once:
                raise


class _Start:
    """Starts everything in order, the first time with all it needs; shows each step."""

    def __init__(
        self, options: Options, folder: Path, console: Console, interruption: Interruption
    ) -> None:
        self._options = options
        self._folder = folder
        self._console = console
        self._steps = Steps(console, interruption)
        self._running: Running | None = None
        self.supervisor = Supervisor(self._report, services.WAITED_FOR)

    def bring_up(self) -> Brought:
        options, folder, supervisor = self._options, self._folder, self.supervisor
        unprivileged.make_folder(folder / "logs")
        with self._steps.step("PostgreSQL", "Starting PostgreSQL") as step:
            database_url, step.remark = self._postgres()
        with self._steps.step("Redis", "Starting Redis") as step:
            redis_url, step.remark = self._redis()
        self._note(Running(database_url=database_url, redis_url=redis_url))
        with self._steps.step("Database", "Preparing the database") as step:
            prepared = example.prepare_database(
                database_url,
                folder,
                options.seeds,
                with_example=options.example,
                progress=step.progress,
            )
            step.remark = prepared.remark
        url = f"http://{HOST}:{options.listener.getsockname()[1]}"
        listener = options.listener.fileno()
        environment = services.environment(
            database_url, redis_url, f"fd://{listener}", options.our_url or url
        )
        with self._steps.step("Service", "Starting") as step:
            everything = services.everything(folder, environment, url, inherit=[listener])
            for number, service in enumerate(everything):
                step.progress(service.name, number + 1, 3)
                supervisor.start(service)
            step.remark = "worker, beat, web"
        self._note(
            Running(database_url=database_url, redis_url=redis_url, url=url, token=prepared.token)
        )
        right = None
        if options.example and prepared.has_example and prepared.token is not None:
            right = example.import_scores(url, prepared.token, self._console)
        return Brought(url, prepared.token, prepared.has_example, right)

    def _postgres(self) -> tuple[str, str]:
        """Its URL, and a remark."""
        if (url := self._options.database_url) is not None:
            return checked_database_url(url), _host(url)
        postgres = EmbeddedPostgres(self._folder / POSTGRES)
        self.supervisor.start(postgres)
        return postgres.libpq_url(), f"{postgres.version}, embedded"

    def _redis(self) -> tuple[str, str]:
        if (url := self._options.redis_url) is not None:
            return url, _host(url)
        redis = EmbeddedRedis(self._folder / "redis")
        self.supervisor.start(redis)
        return redis.url, f"{redis.version}, embedded"

    def _report(self, text: str) -> None:
        self._console.print(f"[yellow]{escape(text)}[/]", soft_wrap=True)
        if self._running is not None:
            self._note(self._running)

    def _note(self, running: Running) -> None:
        """Tells other commands."""
        ours, down = self.supervisor.names, self.supervisor.down
        self._running = msgspec.structs.replace(running, ours=ours, down=down)
        write(self._folder, self._running)


def _finish(brought: Brought, folder: Path, console: Console) -> None:
    """The end of `--once`."""
    if not brought.example_is_right:
        raise CommandError(
            "the example import did not come out as it should. The end of the worker's log:\n"
            + tail(folder / "logs" / "worker.log")
        )
    console.print("[green]Everything works.[/] Stopping ...")


def _say_what_next(brought: Brought, folder: Path, console: Console) -> None:
    console.print(f"\n[bold]score-import runs at {brought.url}[/]  (Ctrl-C stops it)\n")
    command = _short(Path(sys.executable).parent / "score-import")
    lines = [f"export SCORE_IMPORT_URL={brought.url}"]
    if folder != default_state_dir().absolute():
        lines.append(f"export SCORE_IMPORT_STATE_DIR={shlex.quote(str(folder))}")
    if brought.token:
        lines.append(f"export SCORE_IMPORT_TOKEN={brought.token}")
    if brought.has_example:
        lines.append(f"{command} submit {_short(example.SCORES)} --type {example.IMPORT_TYPE}")
    lines += [f"{command} status", f"{command} psql"]
    console.print(f"Logs are in {_short(folder / 'logs')}. In another terminal:")
    for line in lines:
        console.print(f"  {line}", soft_wrap=True, markup=False)


@contextlib.contextmanager
def _state(named_folder: Path | None, *, temporary: bool) -> Iterator[Path]:
    """The state folder, for us alone."""
    with contextlib.ExitStack() as stack:
        if temporary:
            folder = stack.enter_context(unprivileged.temporary_folder())
            stack.callback(unprivileged.remove_folder, folder / POSTGRES)
        else:
            folder = state_dir(named_folder)
        try:
            stack.enter_context(locked(folder, wait=LOCK_SECONDS))
        except StateError as error:
            raise CommandError(
                f"score-import runs already with its data in {folder}: stop it first, or give "
                "this one another --state-dir"
            ) from error
        stack.callback(forget, folder)
        yield folder


def _listener(wanted: int | None) -> socket.socket:
    """Listens at the wanted port; if none is, at the usual one, or any where a program has that."""
    try:
        return _listening_at(wanted or PORT)
    except OSError as error:
        if wanted:
            raise CommandError(f"port {wanted} cannot be used: {error.strerror}") from error
        return _listening_at(0)


def _listening_at(port: int) -> socket.socket:
    """Raises OSError where another program has the port."""
    with contextlib.ExitStack() as failing:
        listener = failing.enter_context(socket.socket())
        # As gunicorn does: connections of an earlier run that linger are no hindrance.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        # Only of those that listen, not of those that are bound, there can be no two.
        listener.listen()
        failing.pop_all()
    return listener


def _host(url: str) -> str:
    """Where a server is, without its password."""
    address = make_url(url)
    return f"{address.host or address.query.get('host')}"


def _short(path: Path) -> Path:
    """A path as one would type it here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
