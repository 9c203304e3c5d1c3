"""The gunicorn worker: threads answer requests, and none of them ever waits for a client.

gunicorn's own threaded worker reads requests and writes answers in its threads, so that as many
clients as there are threads, each sending a byte now and then, keep everybody else out. Here one
loop does what depends on clients: it collects heads and bodies, sends what is left of answers
and throws away what nobody wanted. A request comes to a thread when its head is there, and its
body, if it is small; a larger one is collected only once the application asks for it
(`api.http.bodies`). Of an answer in pieces the next one is made when the client has taken the
one before. A client that is too slow is told so, or cut off.

Requests are parsed, and answers framed, by gunicorn's code.
"""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Final

from gunicorn.workers.base import Worker

from api.server import lanes
from api.server.answering import Answering, Polls, Tasks
from api.server.capacity import room_for
from api.server.connection import BODY_PIECE, HEAD_PIECE, Connection, Stage
from api.server.followers import Followers
from api.server.framing import BadFraming
from api.server.refusals import BROKEN, SLOW, Refused, replace_answer
from common.settings import load_settings

# Seconds a client has for a head, or for a body that nobody has asked for yet.
HEAD_SECONDS: Final = 10.0
# A larger body, and an answer, may take this long and a second more for every so many bytes.
TRANSFER_SECONDS: Final = 20.0
SLOWEST: Final = 16 * 1024  # bytes a second
# What is taken in and thrown away so that a client which still sends can read its answer.
DRAIN_LIMIT: Final = 64 * 1024 * 1024  # bytes
DRAIN_SECONDS: Final = 20.0
UNCLEAR_SECONDS: Final = 2.0  # where it cannot be told what is still to come
# Bytes of large bodies that are collected at a time, and how many bodies of one user.
HELD_LIMIT: Final = 256 * 1024 * 1024
BODIES_OF_ONE: Final = 4
LONG_ANSWERS: Final = 4  # one thread in so many may go on with an answer in pieces
TICK: Final = 1.0  # seconds between two looks for clients that are late
# Seconds a worker that stops keeps idle connections, for a request that is on its way already.
LINGER_SECONDS: Final = 2.0


class Front(Worker):  # type: ignore[misc]  # gunicorn has no types
    """See above. Of gunicorn's settings it heeds those in `api.gunicorn_conf`."""

    alive: bool

    def init_process(self) -> None:
        self._answering = Answering(self)
        self._poller = selectors.DefaultSelector()
        self._to_do: Tasks = SimpleQueue()
        self._to_do_patiently: Tasks = SimpleQueue()
        self._polls: Polls | None = None
        self.turn_of_patient = lanes.Turn()
        self._done: SimpleQueue[Connection] = SimpleQueue()
        self._asleep = False
        self._wakes, self._wake = os.pipe()
        os.set_blocking(self._wakes, False)
        os.set_blocking(self._wake, False)
        # Connections that wait for their client, those that have waited longest first.
        self._waiting: dict[Connection, None] = {}
        self._connections = 0
        self._held = 0
        self._bodies: Counter[str] = Counter()
        # Answers whose next piece is to be made, and how many threads are at that.
        self._long_answers: deque[Connection] = deque()
        self._pieces_made = 0
        self._accepting = False
        self._room = room_for(self.cfg.worker_connections)
        self.followers = Followers(self._poller, self._room, self._wake_up, self._close)
        super().init_process()

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        if cfg.is_ssl:
            raise ValueError("TLS is for the reverse proxy")

    # --- the loop ----------------------------------------------------------------------------

    def run(self) -> None:
        self._start_threads("request", self.cfg.threads, self._to_do)
        patient = load_settings().waiters + lanes.ELSEWHERE + lanes.SPARE
        self._start_threads("patient", patient, self._to_do_patiently)
        self._start_polls()
        self._poller.register(self._wakes, selectors.EVENT_READ, self._woken)
        self._poller.register(self.PIPE[0], selectors.EVENT_READ, self._woken)
        self._accept_more(True)
        tick = 0.0
        while self.alive and os.getppid() == self.ppid:
            self.notify()
            self._turn(TICK)
            if (now := time.monotonic()) >= tick:
                tick = now + TICK
                self._cut_off_the_late(now)
        self.alive = False
        self._accept_more(False)
        # Nobody shall queue for a worker that ends: another has the port, or will.
        for listener in self.sockets:
            listener.close()
        self._stop()

    def _start_threads(self, name: str, count: int, tasks: Tasks) -> None:
        for number in range(count):
            threading.Thread(
                target=self._answering.work, args=(tasks,), name=f"{name}-{number}", daemon=True
            ).start()

    def _start_polls(self) -> None:
        """Has polls answered together, if the application is one that does."""
        application = getattr(self.wsgi, "wsgi_app", None)
        if not hasattr(application, "look_up"):
            return
        self._polls = SimpleQueue()
        threading.Thread(
            target=self._answering.work_together,
            args=(self._polls, application, self._to_do),
            name="polls",
            daemon=True,
        ).start()

    def _turn(self, timeout: float) -> None:
        """Waits for something to happen, and sees to it."""
        self._asleep = True
        if not (self._done.empty() and self.followers.idle):
            timeout = 0
        events = self._poller.select(timeout)
        self._asleep = False
        for key, _ in events:
            if isinstance(key.data, Connection):
                self._ready(key.data)
            else:
                key.data(key.fileobj)
        for _ in range(self._done.qsize()):
            try:
                connection = self._done.get_nowait()
            except Empty:
                break
            self._take_back(connection)
        for connection in self.followers.send():
            if connection.outgoing:
                self._wait(connection, Stage.WRITE, TRANSFER_SECONDS)
            else:
                self._answered(connection)

    def _stop(self) -> None:
        """Ends what is under way, and no more."""
        now = time.monotonic()
        end = now + self.cfg.graceful_timeout
        # Whoever follows something comes back to another process.
        self.followers.close_all()
        for connection in self._waiting:
            if connection.stage is Stage.IDLE:
                connection.deadline = min(connection.deadline, now + LINGER_SECONDS)
        while self._connections and (now := time.monotonic()) < end:
            self.notify()
            self._turn(0.1)
            self._cut_off_the_late(now)

    def _woken(self, pipe: int) -> None:
        with contextlib.suppress(OSError):
            os.read(pipe, 4096)

    def _accept_more(self, more: bool) -> None:
        if more == self._accepting:
            return
        self._accepting = more
        for listener in self.sockets:
            if more:
                listener.setblocking(False)
                self._poller.register(listener, selectors.EVENT_READ, self._accept)
            else:
                self._poller.unregister(listener)

    def _accept(self, listener: Any) -> None:
        try:
            sock, client = listener.accept()
        except OSError as problem:
            full = problem.errno in (errno.EMFILE, errno.ENFILE)
            if full and self._waiting:
                self._close(next(iter(self._waiting)))
            return
        if self._connections >= self._room and self._waiting:
            # Whoever has waited longest is the last one to send anything.
            self._close(next(iter(self._waiting)))
        sock.setblocking(False)
        self._connections += 1
        connection = Connection(sock, client, listener.getsockname())
        self._wait(connection, Stage.IDLE, HEAD_SECONDS)

    def _wait(self, connection: Connection, stage: Stage, seconds: float) -> None:
        """Waits for the client to send, or to take, the next bytes."""
        connection.stage = stage
        connection.since = time.monotonic()
        connection.deadline = connection.since + seconds
        self._waiting[connection] = None
        event = selectors.EVENT_WRITE if stage is Stage.WRITE else selectors.EVENT_READ
        self._poller.register(connection.sock, event, connection)

    def _no_longer_wait(self, connection: Connection) -> None:
        if self._waiting.pop(connection, self) is None:
            self._poller.unregister(connection.sock)

    def _close(self, connection: Connection) -> None:
        self._no_longer_wait(connection)
        self.followers.forget(connection)
        self._release(connection)
        if connection.stage is Stage.CLOSED:
            return
        connection.stage = Stage.CLOSED
        self._connections -= 1
        connection.sock.close()
        if connection.pieces is not None:
            connection.end_pieces()

    def _release(self, connection: Connection) -> None:
        """Lets go of the share of a body that was collected."""
        if connection.who:
            assert connection.body is not None
            self._held -= connection.body.held
            self._bodies -= Counter([connection.who])
            connection.who = ""

    def _submit(self, connection: Connection, task: Callable[[Connection], None]) -> None:
        self._no_longer_wait(connection)
        connection.stage = Stage.WORK
        to_do = self._to_do_patiently if connection.patient else self._to_do
        to_do.put((task, connection))

    def _submit_head(self, connection: Connection) -> None:
        if self._polls is not None and lanes.polls(connection.incoming):
            self._no_longer_wait(connection)
            connection.stage = Stage.WORK
            self._polls.put(connection)
            return
        connection.patient = lanes.waits(connection.incoming)
        self._submit(connection, self._answering.begin)

    def _submit_next_piece(self, connection: Connection) -> None:
        """Like `_submit`, but answers in many pieces have only some of the threads."""
        self._no_longer_wait(connection)
        connection.stage = Stage.WORK
        self._long_answers.append(connection)
        self._go_on()

    def _go_on(self) -> None:
        while self._long_answers and self._pieces_made < max(1, self.cfg.threads // LONG_ANSWERS):
            connection = self._long_answers.popleft()
            connection.makes_piece = True
            self._pieces_made += 1
            self._to_do.put((self._answering.go_on, connection))

    def _cut_off_the_late(self, now: float) -> None:
        self.followers.cut_off_the_late(now)
        for connection in [each for each in self._waiting if each.deadline <= now]:
            if connection.stage is Stage.HEAD or connection.stage is Stage.BODY:
                self._refuse(connection, Refused(408, SLOW))
            else:
                if connection.stage is Stage.WRITE:
                    connection.break_off()
                self._close(connection)

    # --- what clients send and take ----------------------------------------------------------

    def _ready(self, connection: Connection) -> None:
        if connection.stage is Stage.FOLLOW:
            self.followers.ready(connection)
            return
        if connection not in self._waiting:
            return  # closed in this turn
        if connection.stage is Stage.WRITE:
            self._write(connection)
            return
        is_head = connection.stage is Stage.IDLE or connection.stage is Stage.HEAD
        data = connection.receive(HEAD_PIECE if is_head else BODY_PIECE)
        if data is None:
            return
        if not data:
            self._close(connection)
        elif is_head:
            self._take_head(connection, data)
        elif connection.stage is Stage.BODY:
            self._take_body(connection, data)
        else:
            self._throw_away(connection, data)

    def _take_head(self, connection: Connection, data: bytes) -> None:
        connection.incoming += data
        if connection.has_head():
            self._submit_head(connection)
        elif connection.stage is Stage.IDLE:
            connection.stage = Stage.HEAD
            connection.deadline = time.monotonic() + HEAD_SECONDS

    def _take_body(self, connection: Connection, data: bytes) -> None:
        body = connection.body
        assert body is not None
        before = body.held
        try:
            body.feed(data)
        except BadFraming:
            self._refuse(connection, Refused(400, BROKEN))
            return
        if connection.who:
            self._held += body.held - before
            connection.deadline = connection.since + TRANSFER_SECONDS + body.size / SLOWEST
        if body.exceeds(connection.limit):
            # Either a small one that turns out not to be, or one that is to be refused.
            if connection.who:
                self._held -= body.held
                body.discard()
            self._submit(connection, self._answering.run)
        elif body.complete:
            self._submit(connection, self._answering.run)
        elif self._held > HELD_LIMIT:
            busy = "Too many files are being sent at the moment. Please try again soon."
            self._refuse(connection, Refused(503, busy))

    def _collect(self, connection: Connection) -> None:
        """Has the rest of a body come that the application asked for."""
        if connection.who and self._bodies[connection.who] >= BODIES_OF_ONE:
            connection.who = ""
            self._refuse(
                connection, Refused(429, f"You are sending {BODIES_OF_ONE} files already.")
            )
            return
        body = connection.body
        assert body is not None
        if connection.who:
            self._bodies[connection.who] += 1
            self._held += body.held
        self._wait(connection, Stage.BODY, TRANSFER_SECONDS if connection.who else HEAD_SECONDS)

    def _throw_away(self, connection: Connection, data: bytes) -> None:
        connection.limit -= len(data)
        if connection.limit < 0:
            self._close(connection)
        elif connection.body is not None and not connection.unclear:
            try:
                connection.body.feed(data)
            except BadFraming:
                connection.unclear = True
            if connection.body.complete:
                self._close(connection)

    def _write(self, connection: Connection) -> None:
        try:
            before = connection.unsent
            everything = connection.flush()
        except OSError:
            self._close(connection)
            return
        # Progress buys time, at the rate of the slowest client that is served.
        sent = before - connection.unsent
        latest = time.monotonic() + TRANSFER_SECONDS
        connection.deadline = min(latest, connection.deadline + sent / SLOWEST)
        if everything:
            if connection.pieces is None:
                self._no_longer_wait(connection)
                self._answered(connection)
            else:
                self._submit_next_piece(connection)

    def _refuse(self, connection: Connection, refused: Refused) -> None:
        """Answers by ourselves, and closes."""
        self._no_longer_wait(connection)
        replace_answer(connection, refused)
        # An answer as short as this has room in the kernel's buffer, or the client is gone.
        with contextlib.suppress(OSError):
            connection.flush()
        connection.outgoing.clear()
        self._answered(connection)

    def _answered(self, connection: Connection) -> None:
        """The client has its answer: on to the next request, or the end."""
        self._release(connection)
        body = connection.body
        if connection.keep:
            rest = connection.incoming if body is None else body.rest
            connection.begin()
            connection.incoming += rest
            if rest and connection.has_head():
                self._submit_head(connection)
            else:
                stage = Stage.HEAD if rest else Stage.IDLE
                seconds = self.cfg.keepalive if self.alive else LINGER_SECONDS
                self._wait(connection, stage, HEAD_SECONDS if rest else seconds)
            return
        connection.stop_sending()
        if not connection.unclear and (body is None or body.complete):
            self._close(connection)
            return
        # To close now would have the client's system throw our answer away.
        if body is not None:
            body.discard()
        connection.limit = DRAIN_LIMIT
        self._wait(
            connection, Stage.DRAIN, UNCLEAR_SECONDS if connection.unclear else DRAIN_SECONDS
        )

    def _take_back(self, connection: Connection) -> None:
        """What comes after a thread's work; the thread left word of it in `stage`."""
        if connection.makes_piece:
            connection.makes_piece = False
            self._pieces_made -= 1
            self._go_on()
        if connection.stage is Stage.BODY:
            self._collect(connection)
        elif connection.stage is Stage.FOLLOW:
            self.followers.add(connection)
        elif connection.stage is Stage.WRITE:
            if connection.outgoing:
                self._wait(connection, Stage.WRITE, TRANSFER_SECONDS)
            elif connection.pieces is None:
                self._answered(connection)
            else:
                self._submit_next_piece(connection)
        else:
            self._close(connection)

    # --- what threads leave here ---------------------------------------------------------------

    def hand_back(self, connection: Connection, stage: Stage) -> None:
        connection.stage = stage
        self._done.put(connection)
        self._wake_up()

    def _wake_up(self) -> None:
        if self._asleep:
            # Once is enough: it sees to all that is done by then.
            self._asleep = False
            # A pipe that is full has woken it already.
            with contextlib.suppress(OSError):
                os.write(self._wake, b"x")
