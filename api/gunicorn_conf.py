"""gunicorn's configuration, from the service's settings."""

import gc
from typing import Any

from api.server.warming import warm_up
from common.process_memory import give_back_large_blocks
from common.settings import load_settings

_settings = load_settings()

bind = _settings.bind
workers = _settings.web_workers
threads = _settings.web_threads
worker_class = "api.server.front.Front"
logger_class = "api.server.server_logs.ServerLog"
# Of a process; three quarters of them may follow imports. Each takes a few kilobytes, and up to 64
# while a request comes in.
worker_connections = 4096
# Seconds an idle client may keep its connection: it polls every second.
keepalive = 15
# Seconds a worker that is told to stop has for the requests it is at.
graceful_timeout = 30
# Forked when the application is there: new workers answer at once, also after a HUP, which ends the
# old ones without waiting for the new. Such a HUP brings no new code; a deployment starts anew.
preload_app = True
# Nothing of ours is left in the home directory of whoever runs the service.
control_socket_disable = True
loglevel = _settings.log_level.lower()


def when_ready(_: object) -> None:
    """What the application is made of stays as it is, in all processes: it is looked through once.

    Otherwise every collection of the oldest objects goes over all of it, and holds up whoever
    asks meanwhile: for 0.1 s, every five seconds at fifty requests a second.
    """
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """A process that has just begun reads what the first who search would wait for.

    An answer may be of ten thousand objects, none of which lives longer than it: to look through
    them every 700 would be a tenth of the work.
    """
    gc.set_threshold(10_000, 10, 10)
    give_back_large_blocks()
    warm_up(worker.wsgi)
