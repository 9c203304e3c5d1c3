"""A browser as far as cookies and the origin of requests go."""

from __future__ import annotations

import json
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tests.support.http import Answer, Http
from tests.support.stack import Stack


class Browser:
    """Keeps cookies, and says where its requests come from as browsers do."""

    def __init__(self, stack: Stack) -> None:
        self._http = Http(stack.port)
        self.origin = stack.url
        self.cookies: dict[str, str] = {}
        # The attributes of cookies, as they were set last.
        self.attributes: dict[str, dict[str, str]] = {}

    def __call__(
        self, method: str, path: str, body: Any = None, *, origin: str | None = None, **more: str
    ) -> Answer:
        """A request by a script. body: JSON. origin: the page's, by default the service's own."""
        headers = {**self._headers(method, origin), **more}
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        return self._send(method, path, content, headers)

    def visit(self, path: str, **query: str) -> Answer:
        """Opens a page."""
        return self._send("GET", f"{path}?{urlencode(query)}" if query else path, None, {})

    def submit(self, path: str, form: dict[str, str], *, origin: str | None = None) -> Answer:
        """Sends a form."""
        headers = {
            **self._headers("POST", origin),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self._send("POST", path, urlencode(form).encode(), headers)

    def send(self, method: str, path: str, content: bytes, kind: str) -> Answer:
        """A request by a script, with a body of its own kind."""
        return self._send(
            method, path, content, {**self._headers(method, None), "Content-Type": kind}
        )

    def log_in(self, username: str, password: str) -> Answer:
        return self(
            "POST",
            "/api/v1/auth/login",
            {"username": username, "!password": password, "captcha": ""},
        )

    def _headers(self, method: str, origin: str | None) -> dict[str, str]:
        site = "same-origin" if origin in (None, self.origin) else "cross-site"
        headers = {"Sec-Fetch-Site": site}
        if method != "GET" or site == "cross-site":
            headers["Origin"] = origin or self.origin
        return headers

    def _send(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str]
    ) -> Answer:
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        answer = self._http.request(method, path, content, headers)
        for name, morsel in SimpleCookie(answer.headers.get("Set-Cookie", "")).items():
            self.attributes[name] = {key: str(value) for key, value in morsel.items()}
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value
        return answer
