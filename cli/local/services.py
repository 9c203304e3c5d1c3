"""The processes of the service, as `score-import up` runs them: web, worker and beat.

`Procfile` and `docker-compose.yml` run the same ones; a test compares them.
"""

import contextlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from cli.installation.state import CHECKOUT
from cli.local.processes import Program
from cli.local.supervisor import ProgramService
from common import worker_health

STOP_WORKER_SECONDS = 20.0  # for the imports it is at; what is cut off is done again later
STOP_WEB_SECONDS = 35.0  # gunicorn gives its requests 30
ANSWER_SECONDS = 1.0

# gunicorn's control socket would be a file outside of our folders.
WEB = ["gunicorn", "-c", "python:api.gunicorn_conf", "--no-control-socket", "api.wsgi:app"]
WORKER = [
    *("celery", "-A", "worker.celery_app", "worker"),
    # Workers need nothing of each other; whoever watches them (Flower) is told what they do.
    *("--without-gossip", "--without-mingle", "--task-events"),
]
BEAT = ["celery", "-A", "worker.celery_app", "beat"]


# What a service that takes long to stop is at, for people.
WAITED_FOR = {
    "worker": "it ends the imports it is at; what is cut off is done again at the next start",
    "web": "it answers what it was asked",
    "PostgreSQL": "it writes what it has to disk",
}


def everything(
    state: Path, environment: Mapping[str, str], url: str, inherit: Sequence[int] = ()
) -> list[ProgramService]:
    """The processes, in the order in which they are started.

    inherit: the sockets that web listens at, where it is not to make its own.
    """
    return [
        worker(state, environment),
        beat(state, environment),
        web(state, environment, url, inherit),
    ]


def web(
    state: Path, environment: Mapping[str, str], url: str, inherit: Sequence[int] = ()
) -> ProgramService:
    """The HTTP API; ready when it says so itself."""
    return ProgramService(
        replace(_program("web", WEB, state, environment), inherit=inherit),
        ready=lambda: web_problem(url) is None,
        stop_timeout=STOP_WEB_SECONDS,
    )


def workers_directory(state: Path) -> Path:
    """Where the workers of `up` write down how they are."""
    return state / "workers"


def worker(state: Path, environment: Mapping[str, str]) -> ProgramService:
    """A worker; ready when it takes jobs, and started again where it says nothing for long."""
    directory = workers_directory(state)
    for left_over in directory.glob("*"):
        left_over.unlink()

    def healthy() -> bool:
        workers = worker_health.read_all(str(directory))
        return bool(workers) and not any(worker.problem for worker in workers)

    def silent() -> bool:
        return any(worker.silent for worker in worker_health.read_all(str(directory)))

    return ProgramService(
        _program(
            "worker", WORKER, state, {**environment, "WORKER_HEALTH_DIRECTORY": str(directory)}
        ),
        ready=healthy,
        hung=silent,
        stop_timeout=STOP_WORKER_SECONDS,
    )


def beat(state: Path, environment: Mapping[str, str]) -> ProgramService:
    """The clock. There must be no second one."""
    schedule = f"--schedule={state / 'beat-schedule'}"
    return ProgramService(_program("beat", [*BEAT, schedule], state, environment))


def environment(database_url: str, redis_url: str, bind: str, our_url: str) -> dict[str, str]:
    """What the processes of the service find in their environment, on top of ours."""
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "BIND": bind,
        "OUR_URL": our_url,
        "PYTHONUNBUFFERED": "1",
    }


def _program(name: str, command: list[str], state: Path, environment: Mapping[str, str]) -> Program:
    module, *arguments = command
    return Program(
        name=name,
        # Our own interpreter: the one that has everything installed.
        args=[sys.executable, "-m", module, *arguments],
        log=state / "logs" / f"{name}.log",
        cwd=CHECKOUT,
        env=environment,
    )


def web_problem(url: str) -> str | None:
    """Why it is not ready, in its own words where it has some; None if it is, and has Redis."""
    opener = build_opener(ProxyHandler({}))
    try:
        with opener.open(f"{url}/readyz", timeout=ANSWER_SECONDS) as reply:
            said = json.load(reply)
            return None if said["body"]["redis"] else str(said["description"])
    except HTTPError as refusal:
        with contextlib.suppress(ValueError, LookupError, TypeError):
            return str(json.load(refusal)["description"])
    except (OSError, ValueError, LookupError, TypeError):
        pass
    return "it does not answer"
