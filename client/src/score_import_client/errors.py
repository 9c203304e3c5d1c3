"""What goes wrong between a client and its server."""

from __future__ import annotations


class ClientError(Exception):
    """No usable answer came back; the text says why, to a person."""


class Unreachable(ClientError):
    """The server could not be asked, or did not answer in time."""


class ApiError(ClientError):
    """The server said no.

    Attributes:
        status: the HTTP status.
        description: the server's own words.
        code: what programs branch on, e.g. `RATE_LIMITED`; None where the server has none.
        reference: what leads to the cause in the server's logs, where the fault is its own.
        retry_after: seconds after which to ask again, where the server says so.
    """

    def __init__(
        self,
        status: int,
        description: str,
        *,
        code: str | None = None,
        reference: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{description} (HTTP {status})")
        self.status = status
        self.description = description
        self.code = code
        self.reference = reference
        self.retry_after = retry_after


class ImportFailed(ApiError):
    """The import was refused as a whole; nothing of it is stored."""
