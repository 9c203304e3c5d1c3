"""Pages in browsers: any may use tokens, configured ones the session cookie as well."""

from __future__ import annotations

import pytest

from tests.support.http import Http

TRUSTED = "https://tracker.example.org"
POLL = "/api/v1/imports/" + "0" * 40 + "/poll-status"


@pytest.fixture(scope="module")
def module_settings() -> dict[str, str]:
    return {"CORS_ORIGINS": f"{TRUSTED}, http://localhost:3000"}


@pytest.mark.parametrize("path", ["/api/v1/status", "/api/v1/nowhere", "/ir/nowhere", POLL])
def test_any_page_reads_answers_without_cookies(http: Http, path: str) -> None:
    for origin in ("https://chunithm-net-eng.com", "null", f"{TRUSTED}.evil.example", None):
        headers = http.get(path, {} if origin is None else {"Origin": origin}).headers
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Access-Control-Allow-Credentials"] == "false"
        assert headers["Vary"] == "Origin"


@pytest.mark.parametrize("path", ["/api/v1/status", "/api/v1/nowhere", POLL])
def test_a_configured_page_reads_answers_with_cookies(http: Http, path: str) -> None:
    for origin in (TRUSTED, "http://localhost:3000"):
        headers = http.get(path, {"Origin": origin}).headers
        assert headers["Access-Control-Allow-Origin"] == origin
        assert headers["Access-Control-Allow-Credentials"] == "true"
        assert headers["Vary"] == "Origin"


def test_scripts_read_the_headers_that_clients_need(http: Http) -> None:
    exposed = http.get("/api/v1/status").headers["Access-Control-Expose-Headers"].split(", ")
    needed = {"X-RateLimit-Remaining", "Retry-After", "Location", "Link", "ETag", "X-Request-Id"}
    assert needed <= set(exposed)


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/api/v1/users/me", "authorization"),
        ("POST", "/ir/direct-manual/import", "authorization,content-type,x-user-intent"),
        ("GET", POLL, "authorization"),
        ("POST", "/api/v1/import/file", "authorization,idempotency-key"),
        ("POST", "/ir/direct-manual/import", "content-encoding,x-infer-score-timeachieved"),
    ],
)
def test_a_preflight_allows_what_userscripts_send(
    http: Http, method: str, path: str, headers: str
) -> None:
    answer = http.request(
        "OPTIONS",
        path,
        headers={
            "Origin": "https://chunithm-net-eng.com",
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": headers,
        },
    )
    assert (answer.status, answer.raw) == (200, b"")
    assert method in answer.headers["Access-Control-Allow-Methods"].split(",")
    allowed = {
        name.strip().lower() for name in answer.headers["Access-Control-Allow-Headers"].split(",")
    }
    assert set(headers.split(",")) <= allowed
    assert int(answer.headers["Access-Control-Max-Age"]) >= 3600
