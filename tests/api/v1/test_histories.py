"""What profiles were, what their players did lately, and the end of a profile."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest

from common.accounts import login_rows, passwords
from common.games.registry import get_gpt
from common.profiles import snapshot_rows
from tests.support.http import Answer, Http
from tests.support.stack import Player, Stack, batch_manual

pytestmark = pytest.mark.processes

GAME = "/games/sdvx/Single"
DAY = 86_400_000


def ask(http: Http, method: str, path: str, token: str | None = None, body: Any = None) -> Answer:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    content = None
    if body is not None:
        headers["Content-Type"] = "application/json"
        content = orjson.dumps(body)
    return http.request(method, f"/api/v1{path}", content, headers)


def played(service: Stack, name: str) -> Player:
    player = service.user(name, "submit_score", "manage_account")
    document = batch_manual(2)
    now = time.time_ns() // 1_000_000
    for number, score in enumerate(document["scores"]):
        score["timeAchieved"] = now - (number + 1) * 60_000
    document["classes"] = {"dan": "DAN_3"}
    player.wait(player.submit(document))
    return player


def test_a_history_goes_back_day_by_day(service: Stack, http: Http) -> None:
    played(service, "historian")
    path = f"/users/historian{GAME}/history"
    (present,) = ask(http, "GET", path).json["body"]
    assert present["playcount"] == 2
    with service.engine.begin() as connection:
        gpt = get_gpt("sdvx", "Single")
        assert snapshot_rows.take(connection, gpt) >= 1
        # Once a day is enough.
        assert snapshot_rows.take(connection, gpt) == 0
    now, noted = ask(http, "GET", path).json["body"]
    assert {**noted, "timestamp": 0} == {**now, "timestamp": 0} == {**present, "timestamp": 0}
    with service.engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE profile_snapshots SET taken_at = taken_at - 10 * {DAY}::bigint"
        )
        assert snapshot_rows.take(connection, gpt) >= 1
    for duration, count in (("week", 2), ("month", 3), ("all", 3)):
        answer = ask(http, "GET", f"{path}?duration={duration}")
        assert len(answer.json["body"]) == count
        times = [each["timestamp"] for each in answer.json["body"]]
        assert times == sorted(times, reverse=True)
    assert ask(http, "GET", f"{path}?duration=decade").status == 400
    assert len(ask(http, "GET", "/users/historian/games/sdvx/history").json["body"]) == 3


def test_a_summary_says_what_the_last_hours_brought(service: Stack, http: Http) -> None:
    player = played(service, "busy")
    empty = ask(http, "GET", "/users/busy/recent-summary").json["body"]
    assert empty["recentPlaycount"] == 2
    assert len(empty["recentSessions"]) == 1
    assert empty["recentFolders"] == []
    folder = service.scalar("SELECT min(folder_id) FROM folders WHERE game = 'sdvx'")
    seen = f"/users/busy{GAME}/folders/{folder}/viewed"
    assert ask(http, "POST", seen).status == 401
    assert ask(http, "POST", seen, service.user("onlooker").token).status == 403
    assert ask(http, "POST", f"/users/busy{GAME}/folders/no/viewed", player.token).status == 404
    assert ask(http, "POST", seen, player.token).status == 200
    summary = ask(http, "GET", "/users/busy/recent-summary").json["body"]
    assert [each["folderID"] for each in summary["recentFolders"]] == [folder]
    assert [each["folderID"] for each in summary["recentFolderStats"]] == [folder]
    recent = ask(http, "GET", f"/users/busy{GAME}/folders/recent").json["body"]
    assert [each["folderID"] for each in recent["folders"]] == [folder]


def test_a_profile_is_destroyed_by_whoever_knows_its_password(service: Stack, http: Http) -> None:
    player = played(service, "leaving")
    with service.engine.begin() as connection:
        login_rows.set_password(connection, player.user_id, passwords.hashed("correct horse"))
        snapshot_rows.take(connection, get_gpt("sdvx", "Single"))
    path = f"/users/leaving{GAME}"

    def destroy(password: str, token: str | None) -> Answer:
        return ask(http, "DELETE", path, token, {"!password": password})

    weak = service.user("leaving2", "submit_score")
    assert destroy("correct horse", None).status == 401
    assert destroy("correct horse", weak.token).status == 403
    wrong = destroy("incorrect horse", player.token)
    assert (wrong.status, wrong.description) == (403, "Invalid password.")
    assert destroy("short", player.token).status == 400
    assert player.score_count() == 2

    done = destroy("correct horse", player.token)
    assert (done.status, done.description) == (200, "Destroyed profile.")
    for table in (
        *("scores", "personal_bests", "sessions", "user_game_stats", "game_settings"),
        *("imports", "profile_snapshots"),
    ):
        left = service.scalar(
            f"SELECT count(*) FROM {table} WHERE user_id = :user", user=player.user_id
        )
        assert left == 0, table
    assert ask(http, "GET", path).status == 404
    # Nothing keeps the same scores from being imported again.
    player.wait(player.submit(batch_manual(2)))
    assert player.score_count() == 2
