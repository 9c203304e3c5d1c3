"""`score-import status`: where what `score-import up` started is reached, and how it is."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import psycopg2
import redis
from rich.console import Console
from rich.markup import escape

from cli.errors import CommandError
from cli.installation import running as running_file
from cli.installation.running import Running
from cli.installation.state import default_state_dir
from cli.local.services import web_problem, workers_directory
from cli.options import state_dir_option
from common import worker_health
from common.database.failures import in_a_line

ANSWER_SECONDS = 3


@dataclass(frozen=True)
class Part:
    """One of what makes the service. problem: why it does not work; None if it does."""

    name: str
    problem: str | None


@click.command()
@click.option("--json", "as_json", is_flag=True, help="print an object, for programs")
@state_dir_option
@click.pass_context
def status(context: click.Context, as_json: bool, state_dir: Path | None) -> None:
    """Print URL and token of what `up` runs, and the state of each part.

    The exit code is 0 where everything works, 1 where something does not, or nothing runs.
    """
    folder = (state_dir or default_state_dir()).absolute()
    running = running_file.read(folder)
    if running is None:
        if as_json:
            click.echo(json.dumps({"running": False, "stateDir": str(folder)}))
            context.exit(1)
        raise CommandError(
            f"nothing runs with its data in {folder}: `score-import up` starts it, and "
            "--state-dir says where else to look"
        )
    parts = _parts(running, folder)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "running": True,
                    "url": running.url,
                    "token": running.token,
                    "databaseUrl": running.database_url,
                    "redisUrl": running.redis_url,
                    "stateDir": str(folder),
                    "parts": [asdict(part) for part in parts],
                }
            )
        )
    else:
        _print(running, folder, parts)
    if any(part.problem for part in parts):
        context.exit(1)


def _print(running: Running, folder: Path, parts: list[Part]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"URL    {running.url or 'not yet: it is starting'}")
    console.print(f"token  {running.token or 'none: the database has users of its own'}")
    console.print(f"logs   {folder / 'logs'}", markup=False)
    for part in parts:
        mark, told = (
            ("[green]✓[/]", "works") if part.problem is None else ("[red]✗[/]", part.problem)
        )
        console.print(f"{mark} {part.name:<11} [dim]{escape(told)}[/]")


def _parts(running: Running, folder: Path) -> list[Part]:
    problems = {
        "PostgreSQL": _postgres_problem(running.database_url),
        "Redis": _redis_problem(running.redis_url),
        "worker": _worker_problem(folder),
        "beat": None if "beat" in running.ours else "it is not started yet",
        "web": _web_problem(running.url),
    }
    for name in running.down:
        problems[name] = "it ended, and is about to be started again"
    return [Part(name, problem) for name, problem in problems.items()]


def _postgres_problem(url: str) -> str | None:
    try:
        psycopg2.connect(
            url.replace("postgresql+psycopg2:", "postgresql:", 1), connect_timeout=ANSWER_SECONDS
        ).close()
    except psycopg2.Error as problem:
        return in_a_line(problem)
    return None


def _redis_problem(url: str) -> str | None:
    try:
        redis.Redis.from_url(
            url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS
        ).ping()
    except redis.RedisError as problem:
        return str(problem)
    return None


def _worker_problem(folder: Path) -> str | None:
    workers = worker_health.read_all(str(workers_directory(folder)))
    if not workers:
        return "it does not run"
    return next((worker.problem for worker in workers if worker.problem), None)


def _web_problem(url: str | None) -> str | None:
    if url is None:
        return "it is not started yet"
    return web_problem(url)
