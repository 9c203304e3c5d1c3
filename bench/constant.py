"""The floor of answering: a WSGI application that sends so many bytes, `bench.constant:app`.

`GET /335000` is answered with 335000 bytes, made once. Whatever the web server itself costs is
in here, so an endpoint's time is told as a multiple of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


@cache
def _body(size: str) -> bytes:
    return bytes(int(size))


def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    body = _body(environ["PATH_INFO"].lstrip("/") or "0")
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response("200 OK", headers)
    return [body]
