"""HTTP towards other services: bounded in time and size, with few and patient retries.

Redirects are not followed, what comes is not trusted, and nothing of a URL's query, of headers
or of a body is ever logged: they hold keys, tokens and PINs.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from common.clock import database_ms
from common.service_settings import Patience
from common.text.unpacking import GZIP, Broken, TooLarge, Unpacker

log = logging.getLogger(__name__)

# These would log whole URLs, and in their finest detail headers.
for _name in ("httpx", "httpcore", "hpack"):
    logging.getLogger(_name).setLevel(logging.WARNING)

# Seconds before each further attempt, give or take a quarter.
PAUSES: Final = (0.5, 2.0)
JITTER: Final = 0.25

# Who says 429 is waited for as long as they say, but neither longer nor more often than this.
MOST_SECONDS_ASKED: Final = 60.0
MOST_TIMES_ASKED: Final = 5

TOO_MANY_REQUESTS: Final = 429
SERVER_ERROR: Final = 500
UNAUTHORISED: Final = (401, 403)


class Unreachable(Exception):
    """No answer that could be used: refused, cut off, too slow, too large, a redirect."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Request:
    """label: for the log. most: bytes of the answer. again: whether asking twice is harmless
    (then it is asked again unless it was too slow; else only where it was not taken on). whole:
    seconds that it may take with all pauses and further attempts.
    """

    method: str
    url: str
    label: str
    most: int
    headers: Mapping[str, str]
    form: Mapping[str, str] | None = None
    again: bool = True
    whole: float = math.inf


def open_client(
    patience: Patience, transport: httpx.AsyncBaseTransport | None = None
) -> httpx.AsyncClient:
    """A client for all services. It takes nothing from the environment (.netrc, proxies)."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(patience.total, connect=patience.connect),
        follow_redirects=False,
        trust_env=False,
        transport=transport,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
    )


class Caller:
    """Calls one service.

    Parameters:
        client: shared by all.
        patience: how long an answer may take.
        pause: waits, for tests.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        patience: Patience,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._patience = patience
        self._pause = pause

    async def ask(self, request: Request) -> Answer:
        """The answer, whatever its status. Raises Unreachable."""
        end = time.monotonic() + request.whole
        failures = asked = 0
        while True:
            answer: Answer | None = None
            seconds: float | None = None
            may_ask_again = request.again
            try:
                async with asyncio.timeout(min(self._patience.total, end - time.monotonic())):
                    answer, seconds = await self._send(request)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                log.warning("%s: cannot connect (%s)", request.label, type(error).__name__)
                may_ask_again = True
            except (httpx.TimeoutException, TimeoutError):
                # Its user, and a worker, have waited for long enough.
                log.warning("%s: too slow", request.label)
                may_ask_again = False
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
                # In the words of the library there may be a URL.
                log.warning("%s: no answer (%s)", request.label, type(error).__name__)
            if answer is not None and answer.status == TOO_MANY_REQUESTS:
                if asked == MOST_TIMES_ASKED or (seconds or 0.0) > MOST_SECONDS_ASKED:
                    return answer
                pause = jittered(PAUSES[-1]) if seconds is None else seconds
                asked += 1
            elif answer is not None and answer.status < SERVER_ERROR:
                return answer
            elif failures == len(PAUSES) or not may_ask_again:
                return _or_unreachable(answer)
            else:
                pause = jittered(PAUSES[failures])
                failures += 1
            if pause >= end - time.monotonic():
                return _or_unreachable(answer)
            log.info("%s: asking again in %.1f s", request.label, pause)
            await self._pause(pause)

    async def _send(self, request: Request) -> tuple[Answer | None, float | None]:
        async with self._client.stream(
            request.method,
            request.url,
            headers={**request.headers, "Accept-Encoding": "gzip"},
            data=request.form,
        ) as response:
            if 300 <= response.status_code < 400:
                log.warning("%s: a redirect, not followed", request.label)
                raise Unreachable
            try:
                body = await _read(response, request.most)
            except TooLarge:
                log.warning("%s: more than %d bytes", request.label, request.most)
                raise Unreachable from None
            if not 200 <= response.status_code < 300:
                log.info("%s: status %d", request.label, response.status_code)
            return Answer(response.status_code, body), _retry_after(response.headers)


def _or_unreachable(answer: Answer | None) -> Answer:
    if answer is None:
        raise Unreachable
    return answer


async def _read(response: httpx.Response, most: int) -> bytes:
    """The body, unpacked. Raises TooLarge as soon as it is."""
    encoding = response.headers.get("Content-Encoding", "identity").lower()
    if encoding in ("gzip", "x-gzip"):
        return await _unpacked(response, most)
    if encoding not in ("identity", ""):
        raise httpx.DecodingError("an encoding that was not asked for")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > most:
            raise TooLarge
    return bytes(body)


async def _unpacked(response: httpx.Response, most: int) -> bytes:
    unpacker = Unpacker(most, GZIP)
    try:
        async for chunk in response.aiter_raw():
            unpacker.feed(chunk)
        return unpacker.whole()
    except Broken:
        raise httpx.DecodingError("this is not gzip, or the end is missing") from None


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds, from a number of them or a date; None where it is neither."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - database_ms() / 1000)


def jittered(seconds: float) -> float:
    """A quarter more or less: who failed together does not come back together."""
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
