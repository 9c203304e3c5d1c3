"""What threads do with requests: none of it waits for a client.

A thread reads a head, has the application answer, and makes the pieces of an answer. What is to
be done with the connection next it leaves in `stage`, and hands the connection back to the loop.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, Final, Protocol

from gunicorn.http import wsgi
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, UnsupportedTransferCoding
from gunicorn.http.message import Request
from gunicorn.http.unreader import IterUnreader

from api.http.bodies import BODY, MEMORY, SMALL, BodyWanted
from api.server import lanes
from api.server.connection import Connection, Stage
from api.server.followers import Followers
from api.server.framing import BadFraming, Incoming
from api.server.open_answer import ROOM, OpenAnswer
from api.server.refusals import BROKEN, Refused, replace_answer

# Bytes of an answer in pieces that are sent at a time.
PIECE: Final = 64 * 1024

# Polls that are answered together at most: each answer may be some megabytes.
TOGETHER: Final = 8

# What a thread has to do, and for whom.
Tasks = SimpleQueue[tuple[Callable[[Connection], None], Connection]]
# Those whose heads are polls.
Polls = SimpleQueue[Connection]


class Loop(Protocol):
    """What threads need of the loop, which is a worker of gunicorn's.

    nr, max_requests: how many requests were answered, and how many are before the worker ends.
    """

    alive: bool
    nr: int
    max_requests: int
    turn_of_patient: lanes.Turn
    followers: Followers
    cfg: Any
    log: Any
    wsgi: Any

    def hand_back(self, connection: Connection, stage: Stage) -> None:
        """The thread is done with the connection; `stage` says what comes next."""


class Answering:
    """The work of the threads of one process."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop

    def work(self, to_do: Tasks) -> None:
        while True:
            self._do(*to_do.get())

    def work_together(
        self, polls: Polls, application: lanes.LooksUpTogether, others: Tasks
    ) -> None:
        """Answers all polls that have come with what is looked up at once.

        others: takes those for which that is not enough.
        """
        while True:
            polls_of_round = [polls.get()]
            with contextlib.suppress(Empty):
                while len(polls_of_round) < TOGETHER:
                    polls_of_round.append(polls.get_nowait())
            self._answer_together(polls_of_round, application, others)

    def _answer_together(
        self, polls_of_round: list[Connection], application: lanes.LooksUpTogether, others: Tasks
    ) -> None:
        # Only these are still ours: the others are refused, or wait for the rest of a body.
        ready: list[Connection] = []

        def set_aside(connection: Connection) -> None:
            self._prepare(connection)
            ready.append(connection)

        for connection in polls_of_round:
            self._do(lambda each: self.begin(each, then=set_aside), connection)
        try:
            can_be_answered = application.look_up([each.environ for each in ready])
        except Exception:
            self._loop.log.exception("Polls could not be looked up together")
            can_be_answered = [False] * len(ready)
        for connection, now in zip(ready, can_be_answered, strict=True):
            if now:
                self._do(self._answer, connection)
            else:
                others.put((self._answer, connection))

    def _do(self, task: Callable[[Connection], None], connection: Connection) -> None:
        try:
            with self._loop.turn_of_patient if connection.patient else nullcontext():
                task(connection)
        except Refused as refused:
            replace_answer(connection, refused)
            with contextlib.suppress(OSError):
                connection.flush()
            self._loop.hand_back(connection, Stage.WRITE)
        except OSError:
            self._loop.hand_back(connection, Stage.BROKEN)
        except BaseException:
            self._loop.log.exception("A request failed outside of the application")
            connection.break_off()
            self._loop.hand_back(connection, Stage.BROKEN)

    def begin(
        self, connection: Connection, then: Callable[[Connection], None] | None = None
    ) -> None:
        """Reads the head; the request is to be run if its body is there, or is not small.

        then: what to do instead of running it.
        """
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
                self._loop.hand_back(connection, Stage.BODY)
                return
        (then or self.run)(connection)

    def _parse(self, connection: Connection) -> Any:
        head = connection.take_head()
        if head is None:
            raise Refused(431, "The head of the request is too long.")
        try:
            return Request(
                self._loop.cfg, IterUnreader([head]), connection.client, connection.requests + 1
            )
        except LimitRequestLine as problem:
            raise Refused(414, "The path is too long.") from problem
        except LimitRequestHeaders as problem:
            raise Refused(431, "The head of the request is too long.") from problem
        except UnsupportedTransferCoding as problem:
            raise Refused(501, "Unsupported Transfer-Encoding, expected chunked.") from problem
        except (Exception, StopIteration) as problem:
            raise Refused(400, "Invalid request.") from problem

    def run(self, connection: Connection) -> None:
        """Has the application answer, as far as it can with what there is of the body."""
        self._prepare(connection)
        self._answer(connection)

    def _prepare(self, connection: Connection) -> None:
        request, body = connection.request, connection.body
        connection.started = datetime.now()
        answer, environ = wsgi.create(
            request, connection, connection.client, connection.server, self._loop.cfg
        )
        environ["wsgi.multithread"] = True
        environ["wsgi.input"] = _Unread() if body is None or not body.complete else body.stream()
        environ[MEMORY] = connection.memory
        environ[ROOM] = self._loop.followers.has_room
        environ[lanes.TURN] = self._loop.turn_of_patient if connection.patient else None
        if body is not None:
            environ[BODY] = body
        if not self._loop.alive or not (body is None or body.complete):
            answer.force_close()
        connection.answer, connection.environ = answer, environ

    def _answer(self, connection: Connection) -> None:
        request, body = connection.request, connection.body
        answer, environ, started = connection.answer, connection.environ, connection.started
        try:
            answered = self._loop.wsgi(environ, answer.start_response)
            if isinstance(answered, OpenAnswer):
                connection.open_answer = answered
                answer.write(answered.first)
                connection.flush()
                self._loop.hand_back(connection, Stage.FOLLOW)
                return
            connection.pieces = iter(answered)
            if body is not None and body.complete:
                environ["wsgi.input"].close()
            self.go_on(connection)
        except BodyWanted as wanted:
            connection.limit, connection.who = wanted.limit, wanted.who
            if connection.expects:
                connection.expects = False
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                connection.flush()
            self._loop.hand_back(connection, Stage.BODY)
            return
        self._loop.nr += 1
        if self._loop.nr >= self._loop.max_requests:
            self._loop.alive = False
        self._loop.log.access(answer, request, environ, datetime.now() - started)

    def go_on(self, connection: Connection) -> None:
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
            self._loop.log.exception("An answer failed")
            connection.end_pieces()
            if not answer.headers_sent:
                raise Refused(500, "A fatal internal server error has occured.") from problem
            # The client must not take what it has for the whole.
            connection.break_off()
            self._loop.hand_back(connection, Stage.BROKEN)
            return
        if ended:
            connection.end_pieces()
            connection.keep = not answer.should_close()
        connection.flush()
        self._loop.hand_back(connection, Stage.WRITE)


class _Unread:
    """The body of a request that has none, or whose body was not waited for."""

    def read(self, _: int = -1) -> bytes:
        return b""

    readline = read

    def __iter__(self) -> _Unread:
        return self

    def __next__(self) -> bytes:
        raise StopIteration
