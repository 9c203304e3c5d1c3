"""What pages for operators say is what the code does: commands that there are, and figures."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from api.jobs import announcing, kept
from api.server import connection, front
from cli.main import main
from common import redis_client
from common.database import schema_guard
from common.database.watcher import LIMIT
from common.jobs import progress
from tests.worker.imports.test_large_inputs import MEMORY_LIMIT
from worker import messaging, turns, upkeep, watchdog
from worker.import_types.hooks import beatoraja_charts
from worker.services import linking
from worker.webhooks import delivery

DOCS = Path(__file__).resolve().parents[2] / "docs"
DAY = 24 * 60 * 60 * 1000  # milliseconds
WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 10: "ten"}
WORDS |= {15: "fifteen", 20: "twenty", 30: "thirty"}
MADE = {"cli.md"}  # of --help itself


# Not to be imported: it reads the environment.
WORKER_CONNECTIONS = re.findall(
    r"worker_connections = (\d+)", (DOCS.parent / "api" / "gunicorn_conf.py").read_text()
)[0]


def in_words(number: float) -> str:
    return WORDS[int(number)]


def commands() -> Iterator[tuple[str, str]]:
    """(page, command) of whatever a page has someone type."""
    for path in sorted(DOCS.glob("**/*.md")):
        if path.name in MADE:
            continue
        for found in re.findall(r"`((?:cli |)score-import [^`]+)`", path.read_text()):
            yield path.relative_to(DOCS).as_posix(), " ".join(found.split())


@pytest.mark.parametrize(("page", "typed"), sorted(set(commands())))
def test_commands_that_pages_name_are_there(page: str, typed: str) -> None:
    context = click.Context(main)
    command: click.Command = main
    for word in shlex.split(typed.replace("|", " ").replace("[", " "))[1:]:
        if word.startswith("--"):
            options = [name for each in command.get_params(context) for name in each.opts]
            assert word.partition("=")[0] in options, f"{page}: {typed}"
        elif isinstance(command, click.Group):
            found = command.get_command(context, word)
            assert found is not None or word[0].isupper(), f"{page}: {typed}"
            if found is None:
                return
            command = found


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("operations.md", f"after {watchdog.PATIENCE:.0f} seconds its watchdog says why"),
        ("operations.md", f"longer than {LIMIT:.0f} s (a lock, a slow query)"),
        ("operations.md", f"{upkeep.BATCH} users at a time"),
        ("operations.md", f"celery ... worker -Q {messaging.WEBHOOKS_QUEUE}"),
        (
            "operations.md",
            f"-Q {messaging.JOBS_QUEUE},{messaging.AGAIN_QUEUE},{messaging.UPKEEP_QUEUE}",
        ),
        ("operations.md", f"up to {front.HELD_LIMIT >> 20} MiB of uploads"),
        ("operations.md", f"one worker process for up to {in_words(2 * delivery.TIMEOUT)} seconds"),
        ("operations.md", f"`dead` for {in_words(delivery.KEEP_DEAD / DAY)} days"),
        ("operations.md", f"failed to take it {in_words(delivery.MAX_ATTEMPTS)} times"),
        ("operations.md", f"one of a user, for {in_words(linking.PATIENCE)} seconds at the most"),
        ("operations.md", f"up to {kept.MOST >> 20} MiB a process for long answers of polls"),
        ("architecture.md", f"A text lives for {in_words(progress.TEXT_TTL / 1000)} second"),
        ("architecture.md", f"lives for {in_words(progress.ANSWER_TTL)} seconds"),
        ("architecture.md", f"A head has {in_words(front.HEAD_SECONDS)} seconds"),
        ("architecture.md", f"an answer have {in_words(front.TRANSFER_SECONDS)}"),
        ("architecture.md", f"a second more for every {front.SLOWEST >> 10} KiB"),
        ("architecture.md", f"user has {in_words(front.BODIES_OF_ONE)} large bodies under way"),
        ("architecture.md", f"where that is small ({connection.HEAD_LIMIT >> 10} KiB)"),
        ("architecture.md", f"after {in_words(announcing.KEEPALIVE)} seconds of silence"),
        ("architecture.md", f"after {in_words(announcing.LONGEST / 60)} minutes the stream ends"),
        ("architecture.md", f"in PostgreSQL every {in_words(announcing.RECORD)} seconds"),
        ("architecture.md", f"no room for another connection ({WORKER_CONNECTIONS}, or"),
        ("architecture.md", f"of a process's {WORKER_CONNECTIONS} connections may be streams"),
        ("architecture.md", f"their texts are cut at {beatoraja_charts.TEXT_LIMIT} characters"),
        ("architecture.md", f"keeps a worker's process below {MEMORY_LIMIT} MiB"),
        ("architecture.md", f"comes for {watchdog.PATIENCE:.0f} seconds although Redis answers"),
        ("architecture.md", f"After {turns.TURN:.0f} s it leaves the job to the upkeep"),
        ("architecture.md", f"does not answer within {redis_client.TIMEOUT} s"),
        ("architecture.md", f"all of them together {front.HELD_LIMIT >> 20} MiB"),
        ("upgrading.md", f"every {in_words(schema_guard.LOOK)} seconds in which"),
    ],
)
def test_figures_that_pages_name_are_those_of_the_code(page: str, said: str) -> None:
    assert said in " ".join((DOCS / page).read_text().split())
