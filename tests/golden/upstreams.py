"""Other services as recorded cases have them: their answers, and users' credentials with them.

HTTP is answered from the record, gRPC by a real server that plays it.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from functools import cache
from multiprocessing.util import Finalize
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import grpc
import httpx
from sqlalchemy import Connection, text

from common.credentials import credential_rows
from common.credentials.vault import Owner, Vault
from tests.services.myt import Card, Myt, Trouble
from worker.import_types.registry import ORIGINS

KEY = "c2NvcmUtaW1wb3J0LWdvbGRlbi1jYXNlcy1rZXktMSE="
VAULT = Vault([KEY])

OAUTH = {
    "CLIENT_ID": "DUMMY_CLIENT_ID",
    "CLIENT_SECRET": "DUMMY_CLIENT_SECRET",
    "REDIRECT_URI": "https://example.com",
}

# The names that the recorded deployment gave its services; its site is called Tachi.
ENVIRONMENT = {
    "NAME": "Tachi",
    "CREDENTIAL_KEYS": KEY,
    **{f"{name}_API_URL": f"https://{name.lower()}.example.com" for name in ("FLO", "EAG", "MIN")},
    **{f"{name}_OAUTH2_INFO": json.dumps(OAUTH) for name in ("FLO", "EAG", "MIN")},
    **{
        f"CG_{name.upper()}_CONFIG": json.dumps(
            {"URL": f"https://cg{name}.example.com", "API_KEY": f"cg{name}key"}
        )
        for name in ("dev", "nag", "gan")
    },
}

# What is ours to send: the rest is the transport's.
_HEADERS = {"authorization": "Authorization", "content-type": "Content-Type"}


def is_of_cg(import_type: str) -> bool:
    """Whether its scores come from one of the CG services."""
    return import_type in ORIGINS and ORIGINS[import_type].family == "cg"


class Recorded(httpx.AsyncBaseTransport):
    """Answers as recorded: a request takes the first unused answer with its exact URL."""

    def __init__(self, answers: list[dict[str, Any]]) -> None:
        self.play(answers)
        self.requests: list[dict[str, Any]] = []
        # Places in `requests` of those that had no good answer, and may be made again.
        self._failed: set[int] = set()

    def play(self, answers: list[dict[str, Any]]) -> None:
        """Other answers from now on."""
        self._answers: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for answer in answers:
            self._answers[answer["url"]].append(answer)

    def requests_made_once(self) -> list[dict[str, Any]]:
        """Without those that are made again because the one before got no good answer."""
        return [
            request
            for place, request in enumerate(self.requests)
            if place == 0 or place - 1 not in self._failed or request != self.requests[place - 1]
        ]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = (await request.aread()).decode()
        url = str(request.url)
        headers = {
            name: request.headers[key] for key, name in _HEADERS.items() if key in request.headers
        }
        asked: dict[str, Any] = {"method": request.method, "url": url}
        if headers:
            asked["headers"] = headers
        if body:
            asked["body"] = body
        self.requests.append(asked)
        answers = self._answers[url]
        answer = answers.pop(0) if answers else {"status": 404, "body": "Not Found"}
        if answer.get("networkError") or answer["status"] >= 500:
            self._failed.add(len(self.requests) - 1)
        if answer.get("networkError"):
            raise httpx.ReadError("as recorded")
        return httpx.Response(answer["status"], stream=_Body(answer["body"].encode()))


class _Body(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


def myt_settings() -> dict[str, str]:
    """Of the server that plays recorded gRPC."""
    return _server(os.getpid()).environment()


@cache
def _server(process: int) -> Myt:
    """By process, because a fork must not use what its parent has opened."""
    server = Myt().start()
    Finalize(None, server.stop, exitpriority=0)
    return server


def play_grpc(recorded: Mapping[str, Any], access_code: str) -> None:
    """What the server answers from now on."""
    server = _server(os.getpid())
    lookup, playlog = recorded.get("lookup", {}), recorded.get("playlog", {})
    titles = [(each["titleKind"], each["titleApiId"]) for each in lookup.get("titles", [])]
    items = playlog.get("items", [])
    data = recorded.get("data", {})
    ids = [title_id for _, title_id in titles]
    server.cards = {
        access_code: Card(
            titles,
            dict.fromkeys(ids, items),
            dict.fromkeys(ids, data.get("versionData", {})),
        )
    }
    server.lookup_trouble = _trouble(lookup, 0)
    server.stream_trouble = _trouble(playlog, len(items))
    server.data_trouble = _trouble(data, 0)


def _trouble(recorded: Mapping[str, Any], after: int) -> Trouble:
    error = recorded.get("error")
    if error is None:
        return Trouble()
    status = next(each for each in grpc.StatusCode if each.value[0] == error["code"])
    return Trouble(status, error["details"], after)


# --- credentials ------------------------------------------------------------------------------


def store(connection: Connection, collections: Mapping[str, Any]) -> None:
    """Stores the recorded credentials."""
    for document in collections.get("kai-auth-tokens", []):
        secrets = {name: document[name] for name in ("token", "refreshToken")}
        _save(connection, document, document["service"], secrets)
    for document in collections.get("cg-card-info", []):
        secrets = {name: document[name] for name in ("cardID", "pin")}
        _save(connection, document, f"cg-{document['service']}", secrets)
    for document in collections.get("myt-card-info", []):
        secrets = {"cardAccessCode": document["cardAccessCode"]}
        _save(connection, document, "MYT", secrets)


def _save(
    connection: Connection, document: Mapping[str, Any], service: str, secrets: dict[str, str]
) -> None:
    credential_rows.save(connection, VAULT, Owner(document["userID"], service), secrets)


def stored(connection: Connection, kind: str) -> list[dict[str, Any]]:
    """The stored credentials of a kind (`kai-auth-tokens`, ...), as they were recorded."""
    documents = []
    for row in connection.execute(
        text("SELECT user_id, service FROM service_credentials ORDER BY user_id, service")
    ):
        found = credential_rows.find(connection, VAULT, Owner(row.user_id, row.service))
        assert found is not None
        document = {"userID": row.user_id, **found.secrets}
        if row.service != "MYT":
            document["service"] = row.service.removeprefix("cg-")
        if kind == _kind_of(row.service):
            documents.append(document)
    return documents


def _kind_of(service: str) -> str:
    if service == "MYT":
        return "myt-card-info"
    return "cg-card-info" if service.startswith("cg-") else "kai-auth-tokens"


def access_code(connection: Connection) -> str:
    """Of the only card, where there is one."""
    cards = stored(connection, "myt-card-info")
    return str(cards[0]["cardAccessCode"]) if cards else ""


# --- what was asked ---------------------------------------------------------------------------


def path_of(request: Mapping[str, Any]) -> str:
    return urlsplit(request["url"]).path


def form_of(request: Mapping[str, Any]) -> dict[str, str]:
    return dict(parse_qsl(request.get("body", "")))


def pair_in(body: str) -> tuple[str, str] | None:
    """The tokens of an answer, where it holds two."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    pair = tuple(answer.get(name) for name in ("access_token", "refresh_token"))
    return pair if all(isinstance(each, str) for each in pair) else None
