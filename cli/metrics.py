"""`score-import metrics`: what Prometheus asks, for all processes of the service."""

import threading

import click
from prometheus_client import generate_latest, start_http_server

from cli.errors import CommandError
from cli.options import database_url_option, redis_url_option
from common.database.engine import open_engine
from common.metrics.exposition import registry
from common.redis_client import open_patient_redis


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=9108, show_default=True)
@click.option("--bind", default="127.0.0.1", show_default=True, help="address to listen at")
@click.option("--once", is_flag=True, help="print the metrics and end")
@database_url_option
@redis_url_option
def metrics(port: int, bind: str, once: bool, database_url: str, redis_url: str | None) -> None:
    """Serve the metrics of the whole service at /metrics, until Ctrl-C.

    One of these is enough, however many processes and machines there are.
    """
    if redis_url is None:
        raise CommandError("say where Redis is: --redis-url or $REDIS_URL")
    found = registry(
        open_engine(database_url, name="score-import metrics"), open_patient_redis(redis_url)
    )
    if once:
        click.echo(generate_latest(found).decode(), nl=False)
        return
    try:
        server, _ = start_http_server(port, bind, found)
    except OSError as error:
        raise CommandError(f"cannot listen at {bind}:{port}: {error.strerror}") from error
    click.echo(f"Metrics are at http://{bind}:{server.server_port}/metrics", err=True)
    threading.Event().wait()
