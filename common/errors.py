"""The errors of score-import.

An error that a user caused carries the HTTP status and the text shown to them. Everything
else is logged with a reference id and shown as a generic failure.
"""

from collections.abc import Sequence
from typing import Any, Final

# Characters of a text that is shown to a user: what it quotes may be as large as a whole upload.
MAX_MESSAGE_LENGTH: Final = 4000

BAD_REQUEST = "BAD_REQUEST"
INTERNAL_ERROR = "INTERNAL_ERROR"

# The codes of failures that say no more than their status does, by status.
CODES = {
    400: BAD_REQUEST,
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    408: "REQUEST_TIMEOUT",
    414: "URI_TOO_LONG",
    422: "UNPROCESSABLE",
    429: "RATE_LIMITED",
    431: "HEADERS_TOO_LARGE",
    501: "NOT_IMPLEMENTED",
    503: "UNAVAILABLE",
}


def shortened(message: str) -> str:
    """The message, cut where it is longer than `MAX_MESSAGE_LENGTH`."""
    if len(message) <= MAX_MESSAGE_LENGTH:
        return message
    return message[: MAX_MESSAGE_LENGTH - 3] + "..."


def code_of_status(status: int) -> str:
    """The code of a failure of which only the HTTP status is known."""
    return CODES.get(status, BAD_REQUEST if status < 500 else INTERNAL_ERROR)


class ScoreImportError(Exception):
    """Root of all errors raised on purpose."""


class UserError(ScoreImportError):
    """A failure that is the caller's to mend.

    Parameters:
        status: the HTTP status (400-499, or 500 where the specification says so).
        message: the text shown to the user, complete; cut where it is longer than
            `MAX_MESSAGE_LENGTH`.
        code: what tells the failure from others of its status, for programs; by default that
            of the status.
    """

    def __init__(self, status: int, message: str, code: str | None = None) -> None:
        message = shortened(message)
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or code_of_status(status)


class FatalImportError(UserError):
    """The whole import is refused; nothing of it is stored."""


class ConversionFailure(ScoreImportError):
    """One entry of an import did not become a score; the rest goes on.

    `kind` is the `type` of the entry's line in ImportDocument.errors, or None where the
    entry leaves no line.
    """

    kind: str | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SongOrChartNotFound(ConversionFailure):
    """No chart of the catalogue fits; the entry is kept as an orphan."""

    kind = "SongOrChartNotFound"


class InvalidScore(ConversionFailure):
    """The entry contradicts the game's rules."""

    kind = "InvalidDatapoint"


class AmbiguousTitle(ConversionFailure):
    """Several songs fit the entry's title. `candidates`: they."""

    kind = "AmbiguousTitle"

    def __init__(self, message: str, candidates: Sequence[Any] = ()) -> None:
        super().__init__(message)
        self.candidates = candidates


class InternalFailure(ConversionFailure):
    """Something of ours is at fault; the message is logged, never shown."""

    kind = "InternalError"


class SkipScore(ConversionFailure):
    """The entry holds no score (never played, no such chart); it is only counted."""


class NotTracked(SkipScore):
    """The entry is of a difficulty that the game's tracker never takes; it is only counted."""
