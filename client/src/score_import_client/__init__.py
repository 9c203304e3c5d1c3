"""Sends scores to a score-import server and says what became of them.

    with Client("https://scores.example.org", token) as client:
        submitted = client.submit(Path("scores.csv"), "file/solid-state-squad")
        document = client.wait(submitted)

`AsyncClient` has the same methods, to be awaited.
"""

from score_import_client.async_client import AsyncClient
from score_import_client.client import Client
from score_import_client.documents import (
    CheckReport,
    ErrorLine,
    FailedImport,
    ImportDocument,
    Orphan,
    OrphansTriedAgain,
    Token,
    WhoAmI,
    WholeImport,
)
from score_import_client.errors import ApiError, ClientError, ImportFailed, Unreachable
from score_import_client.events import Completed, Ongoing, Retry, Submitted

__all__ = [
    "ApiError",
    "AsyncClient",
    "CheckReport",
    "Client",
    "ClientError",
    "Completed",
    "ErrorLine",
    "FailedImport",
    "ImportDocument",
    "ImportFailed",
    "Ongoing",
    "Orphan",
    "OrphansTriedAgain",
    "Retry",
    "Submitted",
    "Token",
    "Unreachable",
    "WhoAmI",
    "WholeImport",
]
