"""`score-import worker-health`: whether the workers of this machine take jobs."""

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
@click.option("--name", default="", help="Only this worker, such as celery@host.")
def health(directory: str, name: str) -> None:
    """Say whether each worker of this machine takes jobs; exit with 1 unless all do.

    A worker takes jobs if it asks Redis for messages and Redis answers, or if all its processes
    are at work. Needs neither Redis nor PostgreSQL.
    """
    workers = [worker for worker in worker_health.read_all(directory) if name in ("", worker.name)]
    for worker in workers:
        click.echo(f"{worker.name}: {worker.problem or 'takes jobs'}")
    if not workers:
        raise CommandError("There is no worker on this machine.")
    if any(worker.problem for worker in workers):
        raise click.exceptions.Exit(1)
