"""The Celery application of this process: `celery -A worker.celery_app worker` (or `beat`)."""

from __future__ import annotations

import gc
import logging
import sys

from celery.signals import (
    celeryd_init,
    setup_logging,
    worker_process_init,
    worker_process_shutdown,
    worker_shutdown,
    worker_shutting_down,
)

from common import logs, reporting, tracing
from common.database.starting import UNUSABLE, check_database
from common.process_memory import give_back_large_blocks
from common.settings import SettingsError, load_settings
from common.worker_health import HealthFile
from worker.messaging import make_app
from worker.services import stopping

settings = load_settings()
app = make_app(settings)
stopping.prepare()
log = logging.getLogger(__name__)


@setup_logging.connect  # type: ignore[untyped-decorator]
def configure_logging(**_: object) -> None:
    """Takes logging out of Celery's hands."""
    logs.configure(settings.log_level, settings.log_format)


@celeryd_init.connect  # type: ignore[untyped-decorator]
def check_the_settings(**_: object) -> None:
    """What the processes that run jobs will need; they begin with it at their first job."""
    configure_logging()
    try:
        reporting.check(settings.sentry_dsn)
        tracing.check(settings.otlp_endpoint)
    except SettingsError as problem:
        log.critical("this worker does not start: %s", problem)
        sys.exit(UNUSABLE)


@celeryd_init.connect  # type: ignore[untyped-decorator]
def check_the_database(sender: str, **_: object) -> None:
    """Before anything is begun; a worker that could not do its work does not start.

    sender: the worker's name. From now on it says how it is: before the watchdog does.
    """
    configure_logging()
    health = HealthFile(settings.worker_health_directory, sender)
    health.note("it is starting")
    check_database(settings.database_url, lambda problem: health.note(f"it waits: {problem}"))


@worker_process_init.connect  # type: ignore[untyped-decorator]
def use_memory_well(**_: object) -> None:
    """An import makes objects by the hundred thousand, and next to no cycles."""
    gc.set_threshold(50_000, 20, 20)
    give_back_large_blocks()


@worker_process_shutdown.connect  # type: ignore[untyped-decorator]
def say_the_last(**_: object) -> None:
    """What a process that ends has to report and to trace is sent."""
    reporting.stop()
    tracing.stop()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def end_fetches(**_: object) -> None:
    """Imports that wait for other services are put back; the others are seen through."""
    stopping.announce()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def say_why(sig: str, how: str, **_: object) -> None:
    log.warning("this worker ends: %s, %s", sig, how)


@worker_shutdown.connect  # type: ignore[untyped-decorator]
def say_so(**_: object) -> None:
    log.warning("this worker has ended")
