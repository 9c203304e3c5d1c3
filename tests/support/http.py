"""Requests as they are on the wire, well-formed or not."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.raw)

    @property
    def description(self) -> str:
        return str(self.json["description"])


class Http:
    """A client that sends exactly what it is told."""

    def __init__(self, port: int, timeout: float = 30.0) -> None:
        self._port = port
        self._timeout = timeout

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout)
        try:
            connection.request(method, path, body, dict(headers or {}))
            reply = connection.getresponse()
            return Answer(reply.status, dict(reply.getheaders()), reply.read())
        finally:
            connection.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.request("GET", path, headers=headers)

    def upload(
        self,
        token: str,
        content: bytes,
        import_type: str | None = "file/batch-manual",
        filename: str = "scores.json",
        field: str = "scoreData",
        **fields: str,
    ) -> Answer:
        form = fields if import_type is None else {"importType": import_type, **fields}
        content_type, body = encode_multipart(form, field, filename, content)
        headers = {"Content-Type": content_type, "Authorization": f"Bearer {token}"}
        return self.request("POST", "/api/v1/import/file", body, headers)


def encode_multipart(
    fields: Mapping[str, str], file_field: str, file_name: str, content: bytes
) -> tuple[str, bytes]:
    """A form with one file: its Content-Type, and the body."""
    files = {file_field: (file_name, content, "application/octet-stream")}
    request = httpx.Request("POST", "http://127.0.0.1", data=dict(fields), files=files)
    return request.headers["Content-Type"], request.read()
