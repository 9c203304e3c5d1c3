"""What a client is told while it waits."""

from __future__ import annotations

from dataclasses import dataclass

from score_import_client.documents import ImportDocument
from score_import_client.errors import ClientError


@dataclass(frozen=True)
class Submitted:
    """An accepted import.

    url: where to ask how it stands. document: of a server without workers, which is done already.
    """

    import_id: str
    url: str | None = None
    document: ImportDocument | None = None


@dataclass(frozen=True)
class Ongoing:
    """An import under way, in the server's words."""

    description: str


@dataclass(frozen=True)
class Completed:
    """An import that has ended well."""

    document: ImportDocument


@dataclass(frozen=True)
class Retry:
    """A request that is made again after `seconds`, and why."""

    seconds: float
    reason: ClientError
