"""A client that finds out at once: one connection kept alive, polls with next to no pause."""

from __future__ import annotations

import http.client
import time
from types import TracebackType
from typing import Any, Final, Self

import httpx
import orjson

from bench.service import User, Web
from bench.workload import IMPORT_TYPE

# Between two polls: a hundredth of the time passed, so that neither the pauses nor the polls
# count for much, however long the import takes.
POLL_SECONDS: Final = 0.002
POLL_SHARE: Final = 0.01
PATIENCE: Final = 120.0  # seconds an import may take
JSON: Final = {"Accept": "application/json"}


class WrongResult(Exception):
    """The service did not do what is being measured, so the time means nothing."""


class KeepAliveClient:
    """One user's connection to one web server; a context manager."""

    def __init__(self, web: Web, user: User) -> None:
        self._connection = http.client.HTTPConnection(web.host, web.port, timeout=PATIENCE)
        self._connection.connect()
        self._headers = {**JSON, "Authorization": f"Bearer {user.token}"}

    def submit(self, content: bytes) -> str:
        """The importID of an accepted file."""
        form = httpx.Request(
            "POST",
            "http://127.0.0.1",
            data={"importType": IMPORT_TYPE},
            files={"scoreData": ("scores.json", content, "application/octet-stream")},
        )
        headers = {**self._headers, "Content-Type": form.headers["Content-Type"]}
        answer = self._ask("POST", "/api/v1/import/file", 202, form.read(), headers)
        import_id: str = orjson.loads(answer)["body"]["importID"]
        return import_id

    def poll(self, import_id: str) -> bytes | None:
        """The answer, once it says that the import is completed."""
        answer = self._ask("GET", poll_path(import_id), 200, None, self._headers)
        return None if b'"ongoing"' in answer[:200] else answer

    def wait(self, import_id: str, pause: float = POLL_SECONDS) -> bytes:
        """The final answer. `pause`: the least number of seconds between two polls."""
        started = time.monotonic()
        while (answer := self.poll(import_id)) is None:
            waited = time.monotonic() - started
            if waited > PATIENCE:
                raise WrongResult(f"the import is not done after {PATIENCE:g} s")
            time.sleep(max(pause, waited * POLL_SHARE))
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._connection.close()

    def _ask(
        self, method: str, path: str, status: int, body: bytes | None, headers: dict[str, str]
    ) -> bytes:
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        answer = response.read()
        if response.status != status:
            raise WrongResult(f"{method} {path}: {response.status} {answer[:500]!r}")
        return answer


def poll_path(import_id: str) -> str:
    return f"/api/v1/imports/{import_id}/poll-status"


def imported(answer: bytes, *, new: int, duplicates: int = 0) -> dict[str, Any]:
    """The ImportDocument of a completed import; raises WrongResult unless all is accounted for."""
    document: dict[str, Any] = orjson.loads(answer)["body"]["import"]
    found = (len(set(document["scoreIDs"])), document["skipped"]["duplicates"], document["errors"])
    if found != (new, duplicates, []):
        raise WrongResult(f"expected {new} new scores and {duplicates} duplicates, got {found!r}")
    return document
