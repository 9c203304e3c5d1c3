"""Who asks too often is told so, and when to come back."""

from __future__ import annotations

import orjson
import pytest

from tests.support.http import Http
from tests.support.stack import Stack, batch_manual

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def module_settings() -> dict[str, str]:
    return {"RATE_LIMIT": "20", "IMPORT_RATE_LIMIT": "2"}


def test_the_third_import_in_a_minute_is_refused_and_other_users_are_not(
    service: Stack, http: Http
) -> None:
    alice, bob = service.user("alice"), service.user("bob")
    for _ in range(2):
        assert http.upload(alice.token, orjson.dumps(batch_manual(0))).status == 202
    answer = http.upload(alice.token, orjson.dumps(batch_manual(0)))
    assert answer.status == 429
    assert answer.json == {
        "success": False,
        "description": "You have exceeded 2 requests per 60 seconds. Please wait.",
        "status": 429,
        "message": "You're being rate limited.",
        "error": {"code": "RATE_LIMITED"},
    }
    assert 0 < int(answer.headers["Retry-After"]) <= 61
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert http.upload(bob.token, orjson.dumps(batch_manual(0))).status == 202


def test_polling_counts_too_and_its_headers_say_what_is_left(service: Stack, http: Http) -> None:
    carol = service.user("carol")
    headers = {"Authorization": f"Bearer {carol.token}"}
    left = [
        int(http.get("/api/v1/imports/x/poll-status", headers).headers["X-RateLimit-Remaining"])
        for _ in range(3)
    ]
    assert left == [19, 18, 17]
    for _ in range(17):
        http.get("/api/v1/status", headers)
    assert http.get("/api/v1/imports/x/poll-status", headers).status == 429


def test_guessing_tokens_is_limited_by_address(http: Http) -> None:
    statuses = [
        http.get("/api/v1/status", {"Authorization": f"Bearer {number:040x}"}).status
        for number in range(25)
    ]
    assert set(statuses) == {401, 429}
    assert statuses[-1] == 429
