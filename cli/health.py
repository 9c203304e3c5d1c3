"""`score-import worker-health`: whether the workers of this machine take jobs."""

from pathlib import Path

import click

from cli.errors import CommandError
from common import worker_health


@click.command("worker-health")
@click.option(
    "--directory",
    envvar="WORKER_HEALTH_DIRECTORY",
    default="",
    help="Where the workers write down how they are.",
)
@click.option(
    "--state-dir",
    envvar="SCORE_IMPORT_STATE_DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Of the `score-import up` whose worker it is.",
)
@click.option("--name", default="", help="Only this worker, such as celery@host.")
@click.option(
    "--alive",
    is_flag=True,
    help="Exit with 0 also where one lives and waits: for a server, or a schema that fits.",
)
def health(directory: str, state_dir: Path | None, name: str, alive: bool) -> None:
    """Say whether each worker of this machine takes jobs; exit with 1 unless all do.

    A worker takes jobs if it asks Redis for messages and Redis answers, or if all its processes
    are at work. Needs neither Redis nor PostgreSQL.

    With --alive it is a question whose "no" is a reason to start a worker again.
    """
    if state_dir is not None and not directory:
        # Only here: containers ask every ten seconds.
        from cli.local.services import workers_directory

        directory = str(workers_directory(state_dir))
    workers = [worker for worker in worker_health.read_all(directory) if name in ("", worker.name)]
    for worker in workers:
        click.echo(f"{worker.name}: {worker.problem or 'takes jobs'}")
    if not workers:
        raise CommandError(
            "there is no worker on this machine that writes to this folder: --directory says which,"
            " or --state-dir for the worker of `score-import up`"
        )
    if any(worker.silent if alive else worker.problem for worker in workers):
        raise click.exceptions.Exit(1)
