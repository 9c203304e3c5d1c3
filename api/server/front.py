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
import resource
import selectors
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, Final

from gunicorn.http import wsgi
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, UnsupportedTransferCoding
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader
from gunicorn.workers.base import Worker

from api.http.bodies import BODY, MEMORY, SMALL, BodyWanted
from api.server import lanes
from api.server.connection import BODY_PIECE, HEAD_PIECE, Connection, Stage
from api.server.followers import Followers
from api.server.framing import BadFraming, Incoming
from api.server.open_answer import ROOM, OpenAnswer
from common import envelope
from common.errors import code_of_status
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
# Bytes of an answer in pieces that are sent at a time.
PIECE: Final = 64 * 1024
LONG_ANSWERS: Final = 4  # one thread in so many may go on with an answer in pieces
TICK: Final = 1.0  # seconds between two looks for clients that are late
# Seconds a worker that stops keeps idle connections, for a request that is on its way already.
LINGER_SECONDS: Final = 2.0
FILES_BESIDE: Final = 200  # open files of a process that are no connections

REASONS: Final = {
    400: "Bad Request",
    408: "Request Timeout",
    414: "URI Too Long",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}
# After these it is not known what else the client sends.
UNCLEAR: Final = frozenset((400, 408, 414, 431, 501))
BROKEN: Final = "Invalid request: the body is broken."
SLOW: Final = "The request took too long to arrive."


# What a thread has to do, and for whom.
Work = SimpleQueue[tuple[Callable[[Connection], None], Connection]]


class Refused(Exception):
    """The request is answered here, without the application."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Front(Worker):  # type: ignore[misc]  # gunicorn has no types
    """See above. Of gunicorn's settings it heeds those in `api.gunicorn_conf`."""

    alive: bool

    def init_process(self) -> None:
        self._poller = selectors.DefaultSelector()
        self._to_do: Work = SimpleQueue()
        self._to_do_patiently: Work = SimpleQueue()
        self._turn_of_patient = lanes.Turn()
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
        self._room = _room_for(self.cfg.worker_connections)
        self._followers = Followers(self._poller, self._room, self._wake_up, self._close)
        super().init_process()

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        if cfg.is_ssl:
            raise ValueError("TLS is for the reverse proxy")

    # --- the loop ----------------------------------------------------------------------------

    def run(self) -> None:
        self._start_threads("request", self.cfg.threads, self._to_do)
        patient = load_settings().waiters + lanes.SPARE
        self._start_threads("patient", patient, self._to_do_patiently)
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

    def _start_threads(self, name: str, count: int, work: Work) -> None:
        for number in range(count):
            threading.Thread(
                target=self._work, args=(work,), name=f"{name}-{number}", daemon=True
            ).start()

    def _turn(self, timeout: float) -> None:
        """Waits for something to happen, and sees to it."""
        self._asleep = True
        if not (self._done.empty() and self._followers.idle):
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
        for connection in self._followers.send():
            if connection.outgoing:
                self._wait(connection, Stage.WRITE, TRANSFER_SECONDS)
            else:
                self._answered(connection)

    def _stop(self) -> None:
        """Ends what is under way, and no more."""
        now = time.monotonic()
        end = now + self.cfg.graceful_timeout
        # Whoever follows something comes back to another process.
        self._followers.close_all()
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
        self._followers.forget(connection)
        self._release(connection)
        if connection.stage is Stage.CLOSED:
            return
        connection.stage = Stage.CLOSED
        self._connections -= 1
        connection.sock.close()
        if connection.pieces is not None:
            _end(connection)

    def _release(self, connection: Connection) -> None:
        """Lets go of the share of a body that was collected."""
        if connection.who:
            assert connection.body is not None
            self._held -= connection.body.held
            self._bodies -= Counter([connection.who])
            connection.who = ""

    def _submit(self, connection: Connection, work: Callable[[Connection], None]) -> None:
        self._no_longer_wait(connection)
        connection.stage = Stage.WORK
        to_do = self._to_do_patiently if connection.patient else self._to_do
        to_do.put((work, connection))

    def _submit_head(self, connection: Connection) -> None:
        connection.patient = lanes.waits(connection.incoming)
        self._submit(connection, self._begin)

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
            self._to_do.put((self._continue, connection))

    def _cut_off_the_late(self, now: float) -> None:
        self._followers.cut_off_the_late(now)
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
            self._followers.ready(connection)
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
            self._submit(connection, self._run)
        elif body.complete:
            self._submit(connection, self._run)
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
        _replace_answer(connection, refused)
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
            self._followers.add(connection)
        elif connection.stage is Stage.WRITE:
            if connection.outgoing:
                self._wait(connection, Stage.WRITE, TRANSFER_SECONDS)
            elif connection.pieces is None:
                self._answered(connection)
            else:
                self._submit_next_piece(connection)
        else:
            self._close(connection)

    # --- threads -----------------------------------------------------------------------------

    def _work(self, to_do: Work) -> None:
        while True:
            work, connection = to_do.get()
            try:
                with self._turn_of_patient if connection.patient else nullcontext():
                    work(connection)
            except Refused as refused:
                _replace_answer(connection, refused)
                with contextlib.suppress(OSError):
                    connection.flush()
                self._hand_back(connection, Stage.WRITE)
            except OSError:
                self._hand_back(connection, Stage.BROKEN)
            except BaseException:
                self.log.exception("A request failed outside of the application")
                connection.break_off()
                self._hand_back(connection, Stage.BROKEN)

    def _hand_back(self, connection: Connection, stage: Stage) -> None:
        connection.stage = stage
        self._done.put(connection)
        self._wake_up()

    def _wake_up(self) -> None:
        if self._asleep:
            # A pipe that is full has woken it already.
            with contextlib.suppress(OSError):
                os.write(self._wake, b"x")

    def _begin(self, connection: Connection) -> None:
        """Reads the head; the request is to be run if its body is there, or is not small."""
        request = self._parse(connection)
        connection.requests += 1
        connection.request = request
        length, chunked = None, False
        for name, value in request.headers:
            if name == "CONTENT-LENGTH":
                length = int(value)
            elif name == "TRANSFER-ENCODING":
                chunked = True
        if chunked or length:
            connection.body = body = Incoming(length)
            connection.limit = SMALL
            try:
                body.feed(bytes(connection.incoming))
            except BadFraming as problem:
                raise Refused(400, BROKEN) from problem
            connection.incoming.clear()
            # gunicorn would have the client send its body whether or not anybody wants it.
            connection.expects = request._expected_100_continue
            request._expected_100_continue = False
            if not (body.complete or body.exceeds(SMALL) or connection.expects):
                self._hand_back(connection, Stage.BODY)
                return
        self._run(connection)

    def _parse(self, connection: Connection) -> Any:
        head = connection.take_head()
        if head is None:
            raise Refused(431, "The head of the request is too long.")
        try:
            return Request(
                self.cfg, IterUnreader([head]), connection.client, connection.requests + 1
            )
        except LimitRequestLine as problem:
            raise Refused(414, "The path is too long.") from problem
        except LimitRequestHeaders as problem:
            raise Refused(431, "The head of the request is too long.") from problem
        except UnsupportedTransferCoding as problem:
            raise Refused(501, "Unsupported Transfer-Encoding, expected chunked.") from problem
        except (Exception, StopIteration) as problem:
            raise Refused(400, "Invalid request.") from problem

    def _run(self, connection: Connection) -> None:
        """Has the application answer, as far as it can with what there is of the body."""
        request, body = connection.request, connection.body
        started = datetime.now()
        answer, environ = wsgi.create(
            request, connection, connection.client, connection.server, self.cfg
        )
        environ["wsgi.multithread"] = True
        environ["wsgi.input"] = _Unread() if body is None or not body.complete else body.stream()
        environ[MEMORY] = connection.memory
        environ[ROOM] = self._followers.has_room
        environ[lanes.TURN] = self._turn_of_patient if connection.patient else None
        if body is not None:
            environ[BODY] = body
        if not self.alive or not (body is None or body.complete):
            answer.force_close()
        connection.answer, connection.environ = answer, environ
        try:
            given = self.wsgi(environ, answer.start_response)
            if isinstance(given, OpenAnswer):
                connection.open_answer = given
                answer.write(given.first)
                connection.flush()
                self._hand_back(connection, Stage.FOLLOW)
                return
            connection.pieces = iter(given)
            if body is not None and body.complete:
                environ["wsgi.input"].close()
            self._continue(connection)
        except BodyWanted as wanted:
            connection.limit, connection.who = wanted.limit, wanted.who
            if connection.expects:
                connection.expects = False
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                connection.flush()
            self._hand_back(connection, Stage.BODY)
            return
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        self.log.access(answer, request, environ, datetime.now() - started)

    def _continue(self, connection: Connection) -> None:
        """Makes and sends the next piece of the answer."""
        answer, pieces = connection.answer, connection.pieces
        assert pieces is not None
        try:
            ended = True
            for piece in pieces:
                answer.write(piece)
                if connection.unsent >= PIECE:
                    ended = False
                    break
            if ended:
                answer.close()
        except BodyWanted:
            raise
        except Exception as problem:
            self.log.exception("An answer failed")
            _end(connection)
            if not answer.headers_sent:
                raise Refused(500, "A fatal internal server error has occured.") from problem
            # The client must not take what it has for the whole.
            connection.break_off()
            self._hand_back(connection, Stage.BROKEN)
            return
        if ended:
            _end(connection)
            connection.keep = not answer.should_close()
        connection.flush()
        self._hand_back(connection, Stage.WRITE)


class _Unread:
    """The body of a request that has none, or whose body was not waited for."""

    def read(self, _: int = -1) -> bytes:
        return b""

    readline = read

    def __iter__(self) -> _Unread:
        return self

    def __next__(self) -> bytes:
        raise StopIteration


def _end(connection: Connection) -> None:
    """Tells the application that its answer is sent, or not wanted any more."""
    pieces, connection.pieces = connection.pieces, None
    close = getattr(pieces, "close", None)
    if close is not None:
        close()


def _replace_answer(connection: Connection, refused: Refused) -> None:
    """Our answer takes the application's place, and is the last on this connection."""
    _end(connection)
    connection.keep = False
    connection.unclear = refused.status in UNCLEAR
    connection.outgoing.clear()
    connection.sendall(_answer(refused))


def _answer(refused: Refused) -> bytes:
    body = envelope.failure(refused.text, error={"code": code_of_status(refused.status)})
    head = (
        f"HTTP/1.1 {refused.status} {REASONS[refused.status]}\r\n"
        "Connection: close\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _room_for(wanted: int) -> int:
    """How many connections a process may have, once it was allowed as many files as it can be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + FILES_BESIDE
    if soft != resource.RLIM_INFINITY and soft < needed:
        most = needed if hard == resource.RLIM_INFINITY else min(hard, needed)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        wanted = min(wanted, most - FILES_BESIDE)
    return max(wanted, 16)
