"""What each known client does, from its first request on, in its own order.

A client is named as in the table of clients that comes with the recorded requests: those that
the table says did not work. Each step is a request with what the client reads of its answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import pytest

from cli.accounts import create_user
from tests.api.clients.captured import CASES, CLIENT_ID, FOLDER, check, ended
from tests.api.web.test_account_pages import form_of, key_of
from tests.support.browser import Browser
from tests.support.http import Answer, Http
from tests.support.shared_data import seeds
from tests.support.stack import Player, Stack

pytestmark = [pytest.mark.processes, pytest.mark.long]

PASSWORD: Final = "correct horse battery"
NUMBER: Final = (int, float)

USER: Final = {"id": int, "username": str, "about": (str, type(None)), "joinDate": int}
PB: Final = {"chartID": str, "scoreData": {"score": NUMBER, "lamp": str}}
BESTS: Final = {"pbs": [PB], "songs": [{"title": str}], "charts": [{"chartID": str}]}
# Games of which the score goes by another name.
MAYBE_BESTS: Final = {"pbs": list, "songs": list, "charts": list}
ANY_BESTS: Final = {"pbs": [{"chartID": str, "scoreData": dict}], "songs": list, "charts": list}
WITH_SONGS: Final = {"pbs": [PB], "charts": [{"chartID": str, "song": {"title": str}}]}
SESSION: Final = {"sessionID": str, "scoreIDs": list, "timeStarted": NUMBER}
STATUS: Final = {"whoami": int, "permissions": [str], "serverTime": int, "version": str}


@dataclass(frozen=True)
class Step:
    """A request, and what is read of the body of its answer. guest: without a token."""

    path: str
    shape: Any = object
    body: Any = None
    guest: bool = False
    status: int = 200


def of_me(rest: str, shape: Any, **more: Any) -> Step:
    return Step(f"/api/v1/users/me/games/{rest}", shape, **more)


def of_alice(rest: str, shape: Any) -> Step:
    return Step(f"/api/v1/users/alice/games/{rest}", shape, guest=True)


BMS: Final = "9c7375b3afb1b4b09c58f6862ed34c82"
BY_HASH: Final = {"matchType": "bmsChartHash", "identifier": BMS}
RESOLVE: Final = Step(
    "/api/v1/games/bms-7k/charts/resolve",
    {"chart": {"chartID": str, "game": str}, "song": {"title": str}},
    BY_HASH,
)
ME: Final = Step("/api/v1/users/me", USER)
CHECK: Final = Step("/api/v1/status", STATUS)

READERS: Final[dict[str, list[Step]]] = {
    "flower-tachi": [CHECK, of_me("iidx/SP/sessions/last", {"session": SESSION})],
    "popn-flower": [
        Step("/api/v1/search?search=a", {"users": list, "charts": dict, "folders": list})
    ],
    "pinapelz pb_merge": [of_alice("sdvx/Single/pbs?search=" + quote("Chewingood!!!"), BESTS)],
    "BokutachiIR_OpenLR2": [
        CHECK,
        Step(f"/api/v1/search/chart-hash?search={BMS}", {"charts": dict}),
        of_me("bms-7k/rivals", list),
        of_me("bms-7k/pbs/all", WITH_SONGS),
        of_me("bms-7k/pbs/all", {"charts": [{"id": str, "data": {"hashMD5": str}}]}),
    ],
    "chuni-penguin": [
        CHECK,
        ME,
        of_me("chunithm/Single", {"gameStats": dict, "totalScores": int, "rankingData": dict}),
    ],
    "RhythmGame client": [Step("/api/v1/users/alice", USER), RESOLVE],
    "bokuraway": [ME, of_me("bms-7k/pbs/all", WITH_SONGS)],
    "Unity client": [Step("/api/v1/users/me", {"username": str, "about": (str, type(None))})],
    "maimai_report": [
        of_alice("maimaidx/pbs/all", ANY_BESTS),
        of_alice("maimaidx/sessions/recent", [SESSION]),
    ],
    "playlog": [
        of_alice("maimaidx/Single/activity?startTime=1999999999999", {"recentSessions": [SESSION]})
    ],
    "BokutachiIR-Tracker": [
        Step("/api/v1/users?search=alice", [USER], guest=True),
        of_alice("bms-7k/sessions/recent", [SESSION]),
        of_alice("bms-7k/pbs/all", WITH_SONGS),
    ],
    "sdvx TachiClient": [
        of_alice("sdvx", {"gameStats": {"ratings": dict}}),
        of_alice("sdvx/pbs/all", WITH_SONGS),
        of_alice("sdvx/pbs/best?alg=VF7", WITH_SONGS),
    ],
    "viewers": [
        Step("/api/v1/users/alice", USER, guest=True),
        of_alice("sdvx/Single/scores/recent", {"scores": [dict], "songs": [dict]}),
    ],
    "chart-link tools": [RESOLVE],
    "folern": [ME, of_me("chunithm/Single/pbs/all", MAYBE_BESTS)],
    "private-server bridge": [
        of_alice("chunithm/Single/pbs/all", MAYBE_BESTS),
        of_alice(
            "ongeki/Single/pbs/all",
            {
                "pbs": [
                    {
                        "scoreData": {
                            **dict.fromkeys(("noteLamp", "bellLamp", "grade"), str),
                            **dict.fromkeys(("score", "platinumScore", "platinumStars"), NUMBER),
                            "optional": dict,
                        }
                    }
                ],
                "charts": [{"data": {"inGameID": int}}],
            },
        ),
    ],
    "Tachi bot, v2 client, v3 client": [
        Step("/api/v1/config", {"NAME": str}, guest=True),
        CHECK,
        Step("/api/v1/users/alice", USER),
        of_alice("sdvx/Single", {"gameStats": dict, "playtime": int}),
    ],
}


def ask(tracker: Stack, player: Player, step: Step) -> Answer:
    headers = {} if step.guest else {"Authorization": f"Bearer {player.token}"}
    if step.body is None:
        return Http(tracker.port).get(step.path, headers)
    headers["Content-Type"] = "application/json"
    return Http(tracker.port).request("POST", step.path, json.dumps(step.body).encode(), headers)


@pytest.mark.parametrize("client", READERS)
@pytest.mark.usefixtures("sent")
def test_a_reader_gets_what_it_reads(tracker: Stack, alice: Player, client: str) -> None:
    for step in READERS[client]:
        answer = ask(tracker, alice, step)
        assert answer.status == step.status, (step.path, answer.raw[:300])
        assert answer.json["success"] is True
        assert isinstance(answer.json["description"], str)
        check(answer.json["body"], step.shape, step.path)


# --- those that users give a key to, and that submit ---------------------------------------

IMPORTERS: Final[dict[str, str]] = {
    "kt-maimaidx-site-importer": "maimaidx-userscript-recent",
    "kt-ongeki-site-importer": "ongeki-userscript-recent",
    "tachi-import-scripts": "web-batch-manual",
    "kt-cg-iidx-importer": "flower-tachi-iidx",
    "kt-chunithm-site-importer": "chunithm-userscript-scores",
    "wacca site importer": "wacca",
    "arcaea site poller": "arcaea",
    "RhythmGame server": "rhythmgame-bms",
}

# Of those of which no request was recorded: a play as the form of their table has it.
MADE_UP: Final = {"wacca": ("Single", "HARD", 950_000), "arcaea": ("Touch", "Future", 9_800_000)}


def body_of(name: str) -> Any:
    if name in MADE_UP:
        playtype, difficulty, score = MADE_UP[name]
        played = {
            "score": score,
            "lamp": "CLEAR",
            "matchType": "tachiSongID",
            "identifier": str(song_with(name, difficulty)),
            "difficulty": difficulty,
            "timeAchieved": 1_700_000_000_000,
        }
        meta = {"game": name, "playtype": playtype, "service": "site importer"}
        return {"meta": meta, "scores": [played]}
    if name in CASES:
        return CASES[name]["request"]["body"]
    return json.loads((FOLDER / "bodies" / f"{name}.json").read_text())


def song_with(game: str, difficulty: str) -> int:
    """A song that has a chart of this difficulty."""
    charts = seeds(f"charts-{game}")
    found = (
        each["songID"] for each in charts if each["difficulty"] == difficulty and each["isPrimary"]
    )
    return int(next(found))


@pytest.mark.parametrize("client", IMPORTERS)
@pytest.mark.usefixtures("alice")
def test_an_importer_gets_its_key_and_submits(tracker: Stack, client: str) -> None:
    """The window that it opens gives the key; the script checks it, submits and polls."""
    name = f"user_{list(IMPORTERS).index(client)}"
    key = key_by_file_flow(tracker, name)
    http = Http(tracker.port)
    headers = {"authorization": f"Bearer {key}"}
    checked = http.get("/api/v1/users/me", headers).json
    assert (checked["success"], checked["body"]["username"]) == (True, name)

    sent = {**headers, "content-type": "application/json", "x-user-intent": "true"}
    body = json.dumps(body_of(IMPORTERS[client])).encode()
    submitted = http.request("POST", "/ir/direct-manual/import", body, sent)
    assert submitted.status == 202, submitted.raw
    assert submitted.json["body"]["url"].startswith(tracker.url)
    done = ended(http, submitted).json["body"]
    assert done["importStatus"] == "completed"
    shape = {"scoreIDs": list, "errors": list, "classDeltas": list, "createdSessions": list}
    check(done["import"], shape)
    for session in done["import"]["createdSessions"]:  # none of scores without times
        check(session, {"type": str, "sessionID": str})
    assert done["import"]["userIntent"] is True
    for error in done["import"]["errors"]:
        check(error, {"type": str, "message": str})
    if IMPORTERS[client] in MADE_UP:
        assert len(done["import"]["scoreIDs"]) == 1, done["import"]["errors"]


def key_by_file_flow(tracker: Stack, name: str) -> str:
    create_user(tracker.engine, name, password=PASSWORD)
    window = Browser(tracker)
    flow = f"/client-file-flow/{CLIENT_ID}"
    asked = window.visit(flow)
    window.submit("/login", {**form_of(asked), "username": name, "password": PASSWORD})
    return key_of(window.submit(flow, form_of(window.visit(flow))))


# --- those with a protocol of their own ----------------------------------------------------


def posting(tracker: Stack, player: Player, **more: str) -> Callable[..., Answer]:
    headers = {"Authorization": f"Bearer {player.token}", "Content-Type": "application/json"}

    def ask(method: str, path: str, body: Any = None) -> Answer:
        content = None if body is None else json.dumps(body).encode()
        return Http(tracker.port).request(method, path, content, {**headers, **more})

    return ask


@pytest.mark.usefixtures("sent")
def test_the_beatoraja_plug_in_from_login_to_ranking(tracker: Stack, alice: Player) -> None:
    ask = posting(tracker, alice, **{"X-TachiIR-Version": "v3.1.1", "User-Agent": "OKHTTP"})
    status = ask("GET", "/api/v1/status?echo=beatoraja").json["body"]
    assert status["whoami"] == alice.user_id
    assert ask("GET", f"/api/v1/users/{alice.user_id}").json["body"]["username"] == "alice"
    play = body_of("beatoraja-submit-score")
    assert ask("POST", "/ir/beatoraja/submit-score", play).status == 200
    ranking = ask("GET", f"/ir/beatoraja/charts/{play['chart']['sha256']}/scores").json["body"]
    (own,) = [each for each in ranking if each["player"] == ""]
    assert own["notes"] == play["chart"]["notes"]
    assert own["clear"] == 6  # HARD CLEAR


@pytest.mark.usefixtures("sent")
def test_usc_from_heartbeat_to_record(tracker: Stack, alice: Player) -> None:
    ask = posting(tracker, alice)
    assert ask("GET", "/ir/usc/Controller").json["statusCode"] == 20
    play = body_of("usc-submit")
    chart = f"/ir/usc/Controller/charts/{play['chart']['chartHash']}"
    assert ask("GET", chart).json["statusCode"] == 20
    submitted = ask("POST", "/ir/usc/Controller/scores", play).json
    assert submitted["statusCode"] in (20, 22)
    check(submitted["body"]["isPB"], bool)
    assert ask("GET", f"{chart}/record").json["body"]["record"]["username"] == "alice"
    assert ask("GET", f"{chart}/leaderboard?mode=best&n=5").json["body"]


def test_the_lr2_hooks_are_answered_with_200(tracker: Stack, alice: Player) -> None:
    """BokutachiHook and OpenLR2 take any other status for a refusal."""
    ask = posting(tracker, alice)
    assert "submit_score" in ask("GET", "/api/v1/status").json["body"]["permissions"]
    score = {
        "md5": BMS,
        "playerData": {"autoScr": 0, "gameMode": "ALL", "random": "NORAN", "gauge": "GROOVE"},
        "scoreData": {
            "pgreat": 310,
            "great": 300,
            "good": 5,
            "bad": 3,
            "poor": 2,
            "maxCombo": 300,
            "exScore": 920,
            "moneyScore": 150_000,
            "notesTotal": 620,
            "notesPlayed": 620,
            "lamp": "NORMAL",
            "hpGraph": [80] * 1000,
        },
    }
    answer = ask("POST", "/ir/lr2hook/import", score)
    assert (answer.status, answer.json["success"]) == (200, True)
    found = ask(
        "GET", "/api/v1/games/bms-7k/charts/resolve?matchType=bmsChartHash&identifier=" + BMS
    )
    chart = found.json["body"]["chart"]["chartID"]
    ranking = ask("GET", f"/api/v1/games/bms-7k/charts/{chart}/pbs?startRanking=1").json["body"]
    assert "alice" in {each["username"] for each in ranking["users"]}


@pytest.mark.usefixtures("sent")
def test_mikado_submits_without_a_playtype_and_reads_its_bests(
    tracker: Stack, alice: Player
) -> None:
    ask = posting(tracker, alice)
    whoami = ask("GET", "/api/v1/status").json["body"]["whoami"]
    done = ended(
        Http(tracker.port),
        ask("POST", "/ir/direct-manual/import", body_of("mikado-0.3.0-score")),
    )
    document = done.json["body"]["import"]
    assert document["errors"] == []
    check(ask("GET", f"/api/v1/users/{whoami}/games/sdvx/pbs/all").json["body"], WITH_SONGS)
    unreadable = ask("POST", "/ir/direct-manual/import", {"meta": {"game": "x"}, "scores": []})
    assert unreadable.status == 400


def test_asobmashow_submits_and_shows_rankings(tracker: Stack, alice: Player) -> None:
    ask = posting(tracker, alice)
    submitted = ask("POST", "/ir/direct-manual/import", body_of("rhythmgame-bms"))
    assert submitted.status == 202
    assert ended(Http(tracker.port), submitted).status == 200
    resolved = ask("POST", RESOLVE.path, BY_HASH).json["body"]
    chart = resolved["chart"]["chartID"]
    ranking = ask("GET", f"/api/v1/games/bms-7k/charts/{chart}/pbs?startRanking=1")
    check(ranking.json["body"], {"pbs": [PB], "users": [USER]})
    assert len(ranking.raw) < 1024 * 1024


def test_the_web_client_of_version_3_follows_a_stream(tracker: Stack, alice: Player) -> None:
    ask = posting(tracker, alice)
    submitted = ask("POST", "/ir/direct-manual/import", body_of("web-batch-manual"))
    job = submitted.json["body"]["importID"]
    ended(Http(tracker.port), submitted)
    stream = Http(tracker.port).get(f"/api/v1/imports/{job}/stream")
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    assert stream.raw == b"event: done\ndata: {}\n\n"
    whole = ask("GET", f"/api/v1/imports/{job}").json["body"]
    check(whole, {"import": {"importID": str}, "scores": list, "songs": list, "charts": list})
    reverted = ask("POST", f"/api/v1/imports/{job}/revert")
    assert reverted.status in (200, 404), reverted.raw


def test_electron_tachi_submit_is_told_that_there_is_nothing(tracker: Stack, alice: Player) -> None:
    """It asks for a path that Tachi does not have either, and reads `success`."""
    answer = posting(tracker, alice)("POST", "/api/v1/ir/direct-manual/import", {})
    assert (answer.status, answer.json["success"]) == (404, False)


# --- none is forgotten ---------------------------------------------------------------------

# Rows of the table that have a test of another kind, by how their first cell begins.
WALKED: Final = {
    "tachi-beatoraja-ir": "test_the_beatoraja_plug_in_from_login_to_ranking",
    "unnamed-sdvx-clone": "test_usc_from_heartbeat_to_record",
    "mikado 0.3.0": "test_mikado_submits_without_a_playtype_and_reads_its_bests",
    "BokutachiHook": "test_the_lr2_hooks_are_answered_with_200",
    "same, newer": "BokutachiIR_OpenLR2, among the readers",
    "AsoBMaShow": "test_asobmashow_submits_and_shows_rankings",
    "Electron tachi-submit": "test_electron_tachi_submit_is_told_that_there_is_nothing",
    "closed hooks": "tests/api/hooks/test_fervidex.py, test_barbatos.py, test_kshook.py",
}


def rows() -> Iterator[tuple[str, str]]:
    """The clients of the table, and whether they were served on the day it was made."""
    for line in (FOLDER / "README.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and len(cells) == 7 and cells[0] not in ("client", "---"):
            yield cells[0].rpartition("/")[2] or cells[0], cells[5]


def test_each_row_that_was_not_served_has_a_test() -> None:
    if not CASES:
        pytest.skip(f"there is no table of clients in {FOLDER}")
    found = list(rows())
    assert len(found) > 35
    named = {*READERS, *IMPORTERS, *WALKED}
    lacking = [
        client
        for client, served in found
        if served[:1] in ("P", "N") and not any(client.startswith(name) for name in named)
    ]
    assert lacking == []
