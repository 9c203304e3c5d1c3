"""Tells all who follow an import how it goes: one thread a process, however many follow.

Twice a second it reads, in one round trip to Redis for some hundreds of imports, what is said of
those that are followed. Those of which Redis says nothing are looked up in PostgreSQL, all in
one statement, every two seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import orjson
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine

from api.server.open_answer import Push
from common.database import failures
from common.database.engine import autocommit
from common.jobs import progress
from common.jobs.progress import FinalAnswer
from common.jobs.standing import Standing, standings

log = logging.getLogger(__name__)

LOOK: Final = 0.5  # seconds between two looks at what is said
RECORD: Final = 2.0  # seconds between two looks at the record
KEEPALIVE: Final = 15.0  # seconds of silence after which something is sent all the same
LONGEST: Final = 600.0  # seconds for which an import is followed
BATCH: Final = 500  # imports asked for at a time

KEPT_ALIVE: Final = b": keepalive\n\n"
TIMED_OUT: Final = "Import timed out waiting for the worker."


def event(name: str, **data: str) -> bytes:
    """A server-sent event."""
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


def said(text: str) -> bytes:
    return event("progress", description=text)


def ended(failure: str | None) -> bytes:
    """The last event: why it failed, or that it is done."""
    return event("done") if failure is None else event("import:failed", description=failure)


def failure_in(answer: FinalAnswer) -> str | None:
    """What poll-status says went wrong; None where it says that all is done."""
    if answer.status == 200:
        return None
    return str(orjson.loads(answer.body)["description"])


@dataclass(eq=False, slots=True)
class Follower:
    """Somebody who follows an import, and what they were told last."""

    job_id: str
    push: Push
    told: str
    since: float = field(default_factory=time.monotonic)
    heard: float = field(default_factory=time.monotonic)


class Announcer:
    """Everybody who follows an import in this process."""

    def __init__(self, redis: Redis, engine: Engine) -> None:
        self._redis = redis
        self._engine = engine
        self._lock = threading.Lock()
        self._somebody = threading.Event()
        self._followers: dict[str, set[Follower]] = {}
        self._thread: threading.Thread | None = None
        self._record_at = 0.0

    def follow(self, job_id: str, told: str, push: Push) -> Callable[[], None]:
        """Pushes what is new of the import to whoever was told something already.

        Returns what ends that.
        """
        follower = Follower(job_id, push, told)
        with self._lock:
            self._followers.setdefault(job_id, set()).add(follower)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
                self._thread.start()
        self._somebody.set()
        return lambda: self._forget(follower)

    def _forget(self, follower: Follower) -> None:
        with self._lock:
            followers = self._followers.get(follower.job_id, set())
            followers.discard(follower)
            if not followers:
                self._followers.pop(follower.job_id, None)
                if not self._followers:
                    self._somebody.clear()

    def _run(self) -> None:
        while True:
            self._somebody.wait()
            try:
                self._look()
            except Exception as problem:
                if failures.is_passing(problem):
                    log.warning("announcer: %s", failures.in_a_line(problem))
                else:
                    log.exception("announcer: a look failed, the next follows")
            self._see_to_the_quiet()
            time.sleep(LOOK)

    def _look(self) -> None:
        with self._lock:
            ids = list(self._followers)
        unsaid = []
        for batch in _batches(ids):
            for job_id, answer in self._said_of(batch).items():
                if isinstance(answer, FinalAnswer):
                    self._end(job_id, failure_in(answer))
                elif answer is not None:
                    self._tell(job_id, answer)
                else:
                    unsaid.append(job_id)
        if unsaid and time.monotonic() >= self._record_at:
            self._record_at = time.monotonic() + RECORD
            for batch in _batches(unsaid):
                self._look_up(batch)

    def _said_of(self, ids: list[str]) -> dict[str, FinalAnswer | str | None]:
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                for job_id in ids:
                    progress.ask(pipeline, job_id)
                found = pipeline.execute()
        except RedisError:
            return dict.fromkeys(ids)
        return {job_id: progress.understand(each) for job_id, each in zip(ids, found, strict=True)}

    def _look_up(self, ids: list[str]) -> None:
        with self._engine.connect() as connection, autocommit(connection):
            found = standings(connection, ids)
        for job_id in ids:
            # What there was when it was first followed, and is not any more, was taken back.
            standing = found.get(job_id, Standing(True))
            if standing.ended:
                self._end(job_id, standing.failure)
            else:
                self._tell(job_id, standing.said)

    def _tell(self, job_id: str, text: str) -> None:
        for follower in self._of(job_id):
            if follower.told != text:
                follower.told = text
                self._push(follower, said(text))

    def _end(self, job_id: str, failure: str | None) -> None:
        for follower in self._of(job_id):
            self._push(follower, ended(failure), last=True)

    def _see_to_the_quiet(self) -> None:
        now = time.monotonic()
        with self._lock:
            everybody = [each for of_job in self._followers.values() for each in of_job]
        for follower in everybody:
            if now - follower.since >= LONGEST:
                self._push(follower, ended(TIMED_OUT), last=True)
            elif now - follower.heard >= KEEPALIVE:
                self._push(follower, KEPT_ALIVE)

    def _of(self, job_id: str) -> list[Follower]:
        with self._lock:
            return list(self._followers.get(job_id, ()))

    def _push(self, follower: Follower, piece: bytes, *, last: bool = False) -> None:
        follower.heard = time.monotonic()
        if last:
            self._forget(follower)
        follower.push(piece, last)


def _batches(ids: Iterable[str]) -> Iterable[list[str]]:
    remaining = iter(ids)
    while batch := list(islice(remaining, BATCH)):
        yield batch
