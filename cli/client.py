"""A small client for the import endpoints of the HTTP API. Standard library only.

client = Client("http://127.0.0.1:8000", token)
submitted = client.submit_file("scores.csv", data, "file/eamusement-iidx-csv",
                               {"playtype": "SP"})
document = client.wait(submitted)
"""

import contextlib
import http.client
import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

REQUEST_SECONDS = 60.0
FIRST_POLL_SECONDS = 0.1  # most imports are small; later polls come once a second
LAST_POLL_SECONDS = 1.0
PATIENCE_SECONDS = 60.0  # how long a server may be away while we wait for an import
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
AWAY = {429, 502, 503, 504}  # says nothing about the import; worth asking again

# The document of a finished import, as the API specification describes it.
ImportDocument = dict[str, Any]


class ClientError(Exception):
    """No usable answer came back; the text says why."""


class ApiError(ClientError):
    """The server said no.

    `status` is the HTTP status, `description` the server's own words.
    """

    def __init__(self, status: int, description: str) -> None:
        super().__init__(f"{description} (HTTP {status})")
        self.status = status
        self.description = description


@dataclass(frozen=True)
class Submitted:
    """An accepted import, to be followed at its URL."""

    import_id: str
    url: str


@dataclass(frozen=True)
class Ongoing:
    """An import under way, in the server's words."""

    description: str


class Client:
    """Talks to one server as one user.

    Parameters:
        url: where the server is, without /api/v1.
        token: an API token with the permission submit_score; polling needs none.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._token = token

    def submit_file(
        self,
        file_name: str,
        content: bytes,
        import_type: str,
        fields: Mapping[str, str] | None = None,
        *,
        user_intent: bool = True,
    ) -> Submitted | ImportDocument:
        """Send a file. A server without workers answers with the finished document at once.

        Parameters:
            fields: what the import type asks for besides the file, e.g. the playtype.
            user_intent: whether a person asked for this import (not a script on its own).

        Raises ApiError if the server refuses, ClientError if it cannot be reached.
        """
        content_type, body = encode_multipart(
            {"importType": import_type, **(fields or {})}, "scoreData", file_name, content
        )
        headers = {
            "Content-Type": content_type,
            "X-User-Intent": "true" if user_intent else "false",
        }
        return self._import("/import/file", body, headers)

    def sync(self, import_type: str, *, user_intent: bool = True) -> Submitted | ImportDocument:
        """Have scores fetched from another service; finds the sync that runs already, if one does.

        Parameters:
            import_type: one of `api/...`.

        Raises ApiError if the server refuses, ClientError if it cannot be reached.
        """
        headers = {
            "Content-Type": "application/json",
            "X-User-Intent": "true" if user_intent else "false",
        }
        body = json.dumps({"importType": import_type}).encode()
        return self._import("/import/from-api", body, headers)

    def _import(
        self, path: str, body: bytes, headers: dict[str, str]
    ) -> Submitted | ImportDocument:
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        answer = _call(f"{self._url}/api/v1{path}", body, headers)
        with _well_formed(self._url):
            if "url" in answer:
                return Submitted(answer["importID"], answer["url"])
            return dict(answer)

    def poll(self, submitted: Submitted) -> Ongoing | ImportDocument:
        """Ask once. Raises ApiError with the reason if the import failed."""
        answer = _call(submitted.url)
        with _well_formed(submitted.url):
            if answer["importStatus"] == "completed":
                return dict(answer["import"])
            return Ongoing(answer["progress"]["description"])

    def wait(
        self, submitted: Submitted, on_progress: Callable[[str], None] = lambda description: None
    ) -> ImportDocument:
        """Poll until the import is finished, also across a restart of the server.

        Raises ApiError with the reason if the import failed.
        """
        pause = FIRST_POLL_SECONDS
        last_heard = time.monotonic()
        while True:
            try:
                status = self.poll(submitted)
            except ClientError as error:
                final = isinstance(error, ApiError) and error.status not in AWAY
                if final or time.monotonic() - last_heard > PATIENCE_SECONDS:
                    raise
            else:
                if not isinstance(status, Ongoing):
                    return status
                last_heard = time.monotonic()
                on_progress(status.description)
            time.sleep(pause)
            pause = min(pause * 1.5, LAST_POLL_SECONDS)


def encode_multipart(
    fields: Mapping[str, str], file_field: str, file_name: str, content: bytes
) -> tuple[str, bytes]:
    """A form with one file as multipart/form-data: the Content-Type header, and the body.

    Names are written as browsers do (HTML standard, "multipart/form-data encoding"): UTF-8,
    with only the characters that would end the quoted string or the line escaped.
    """
    boundary = secrets.token_hex(16)  # random: cannot occur in the content by design
    lines = []
    for name, value in fields.items():
        lines += [
            f"--{boundary}",
            f'Content-Disposition: form-data; name="{_escaped(name)}"',
            "",
            value,
        ]
    lines += [
        f"--{boundary}",
        f'Content-Disposition: form-data; name="{_escaped(file_field)}"; '
        f'filename="{_escaped(file_name)}"',
        "Content-Type: application/octet-stream",
        "",
        "",
    ]
    head = "\r\n".join(lines).encode()
    return (
        f"multipart/form-data; boundary={boundary}",
        head + content + f"\r\n--{boundary}--\r\n".encode(),
    )


def _call(url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Any:
    """The `body` of the answer's envelope. GET without a body, else POST."""
    address = urlsplit(url)
    if address.scheme not in ("http", "https"):  # urllib would open files, too
        raise ClientError(f"{url} is not the URL of a server")
    # A proxy set for the internet knows nothing of this machine's own servers.
    local = address.hostname in LOOPBACK
    opener = build_opener(*([ProxyHandler({})] if local else []))
    try:
        request = Request(url, body, dict(headers or {}))  # noqa: S310 - the scheme is checked
        with opener.open(request, timeout=REQUEST_SECONDS) as reply, _well_formed(url):
            return json.load(reply)["body"]
    except HTTPError as error:
        with error:
            raise ApiError(error.code, _description(error)) from error
    except (OSError, http.client.HTTPException) as error:
        raise ClientError(f"cannot reach {url}: {getattr(error, 'reason', error)}") from error


@contextlib.contextmanager
def _well_formed(url: str) -> Iterator[None]:
    """Around everything that takes an answer apart."""
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise ClientError(f"{url} does not answer like a score-import server") from error


def _escaped(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _description(error: HTTPError) -> str:
    """The server's own words in an error answer; a proxy in between has only a status line."""
    try:
        return str(json.load(error)["description"])
    except (OSError, ValueError, KeyError, TypeError):
        return str(error.reason)
