"""What programs of games take from a profile: files and single scores."""

from __future__ import annotations

import csv

import pytest

from tests.support.http import Http
from tests.support.stack import ROOT, Player, Stack, batch_manual

pytestmark = pytest.mark.processes

FILE = (ROOT / "examples" / "imports" / "iidx-sp.csv").read_bytes()


@pytest.fixture(scope="module")
def dj(service: Stack) -> Player:
    player = service.user("disc_jockey", "submit_score")
    imported = player.wait(player.submit(FILE, "file/eamusement-iidx-csv", "sp.csv", playtype="SP"))
    assert imported["scoreIDs"]
    return player


def test_the_csv_of_a_profile_is_one_that_is_imported(http: Http, dj: Player) -> None:
    answer = http.get("/api/v1/users/disc_jockey/games/iidx-sp/eamusement-csv")
    assert (answer.status, answer.description) == (200, "Created e-amusement CSV.")
    given = list(csv.reader(FILE.decode().splitlines()))
    made = list(csv.reader(answer.json["body"].splitlines()))
    assert made[0] == given[0]
    assert {row[1] for row in made[1:]} <= {row[1] for row in given[1:]}
    assert len(made) > 1
    before = dj.score_count()
    again = dj.wait(
        dj.submit(answer.json["body"].encode(), "file/eamusement-iidx-csv", "sp.csv", playtype="SP")
    )
    assert (again["errors"], again["scoreIDs"]) == ([], [])
    assert dj.score_count() == before


def test_other_games_have_no_such_file_and_no_checksums(http: Http, dj: Player) -> None:
    dj.wait(dj.submit(batch_manual(1)))
    for path, description in (
        (f"iidx/SP/best-score/{'a' * 32}", "No BMS charts exist for iidx:SP."),
        ("sdvx/eamusement-csv", "No e-amusement CSV exists for sdvx."),
    ):
        answer = http.get(f"/api/v1/users/disc_jockey/games/{path}")
        assert (answer.status, answer.description) == (404, description)
