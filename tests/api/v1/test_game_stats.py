"""A user in all games they play: stats, and where they stand among the players."""

from __future__ import annotations

from tests.support.http import Http
from tests.support.stack import Stack, batch_manual


def test_a_user_without_scores_has_none(http: Http, service: Stack) -> None:
    nobody = service.user("nobody")
    for path in ("game-stats", "game-profiles"):
        assert http.get(f"/api/v1/users/{nobody.user_id}/{path}").json["body"] == []
    stats = http.get("/api/v1/users/nobody/stats").json["body"]
    assert stats == {"scores": 0, "sessions": 0}
    assert http.get("/api/v1/users/missing-one/game-stats").status == 404


def test_stats_tell_where_a_user_stands_in_every_game(http: Http, service: Stack) -> None:
    good, better = service.user("good"), service.user("better")
    good.wait(good.submit(batch_manual(2)))
    better.wait(better.submit(batch_manual(3, first=400_000)))
    for player, name, ranking in ((good, "good", 2), (better, "better", 1)):
        answer = http.get(f"/api/v1/users/{name}/game-stats")
        assert answer.description == "Returned 1 stats objects."
        (stats,) = answer.json["body"]
        assert (stats["userID"], stats["game"], stats["playtype"]) == (
            player.user_id,
            "sdvx",
            "Single",
        )
        assert stats["__rankingData"]["VF6"] == {"ranking": ranking, "outOf": 2}
        assert set(stats["__rankingData"]) == set(stats["ratings"])
        (profile,) = http.get(f"/api/v1/users/{name}/game-profiles").json["body"]
        assert "playtype" not in profile
        assert profile["__rankingData"] == stats["__rankingData"]
    totals = http.get("/api/v1/users/good/stats").json["body"]
    assert (totals["scores"], totals["sessions"]) == (2, 1)
