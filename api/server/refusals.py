"""What the server answers by itself, without the application."""

from __future__ import annotations

from typing import Final

from api.server.connection import Connection
from common import envelope
from common.errors import code_of_status

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


class Refused(Exception):
    """The request is answered here, without the application."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def replace_answer(connection: Connection, refused: Refused) -> None:
    """Our answer takes the application's place, and is the last on this connection."""
    connection.end_pieces()
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
