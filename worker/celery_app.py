"""The Celery application of this process: `celery -A worker.celery_app worker` (or `beat`)."""

from __future__ import annotations

import gc

from celery.signals import setup_logging, worker_process_init, worker_ready, worker_shutting_down

from common import logs
from common.settings import load_settings
from worker.messaging import SWEEP, make_app
from worker.services import stopping

settings = load_settings()
app = make_app(settings)


@setup_logging.connect  # type: ignore[untyped-decorator]
def configure_logging(**_: object) -> None:
    """Takes logging out of Celery's hands."""
    logs.configure(settings.log_level)


@worker_process_init.connect  # type: ignore[untyped-decorator]
def collect_garbage_less_often(**_: object) -> None:
    """An import makes objects by the hundred thousand, and next to no cycles."""
    gc.set_threshold(50_000, 20, 20)


@worker_ready.connect  # type: ignore[untyped-decorator]
def sweep_at_once(**_: object) -> None:
    """A worker that comes back picks up what its predecessor left, without waiting for beat."""
    app.send_task(SWEEP)


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def end_fetches(**_: object) -> None:
    """Imports that wait for other services are put back; the others are seen through."""
    stopping.announce()
