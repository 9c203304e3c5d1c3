"""The beatoraja plug-in: it logs in before it sends anything, and drops its server otherwise."""

from __future__ import annotations

from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack


def ask(http: Http, path: str, token: str) -> Answer:
    return http.get(
        path,
        {
            "User-Agent": "OKHTTP",
            "X-TachiIR-Version": "v3.1.1",
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
        },
    )


def log_in(http: Http, user_id: int, token: str) -> str:
    """What the plug-in does with the user's number and key; the name that it shows."""
    status = ask(http, "/api/v1/status?echo=beatoraja", token).json
    assert status["success"] is True, status["description"]
    assert status["body"]["whoami"] == user_id
    user = ask(http, f"/api/v1/users/{user_id}", token).json
    assert user["success"] is True, user["description"]
    return str(user["body"]["username"])


def test_it_logs_in_with_number_and_key(http: Http, player: Player) -> None:
    assert log_in(http, player.user_id, player.token) == "alice"


def test_a_wrong_key_is_explained(http: Http, player: Player) -> None:
    for path in ("/api/v1/status", f"/api/v1/users/{player.user_id}"):
        answer = ask(http, path, "0" * 40)
        assert answer.status == 401
        assert answer.json["success"] is False
        assert answer.description


def test_a_wrong_number_is_explained(http: Http, service: Stack, player: Player) -> None:
    answer = ask(http, "/api/v1/users/99999", player.token)
    assert (answer.status, answer.json["success"]) == (404, False)
    assert answer.description == "The user 99999 does not exist."
