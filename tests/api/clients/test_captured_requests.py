"""Requests as real clients sent them, in the order in which they make sense: each gets what its
client needs of status and shape.

The requests lie in the folder `clients` of the shared data, with a README that says what each
client reads; without the folder the tests are skipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from cli.accounts import create_user
from cli.local import EmbeddedPostgres
from cli.main import main
from common.accounts.permissions import ORDINARY
from common.database.engine import migrate
from common.seeds.loader import load_directory
from tests.conftest import a_stack
from tests.support.http import Answer, Http
from tests.support.shared_data import shared_folder
from tests.support.stack import Player, Stack, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.long]

FOLDER: Final = shared_folder() / "clients"
CLIENT_ID: Final = "CI2a215ade610e60ee433a1f1faf0f2615f250e80d"

# Whose endpoints are not there yet.
MISSING: Final[dict[str, str]] = {}
# What a client is told of a request that this server refuses for a reason of its own.
OTHERWISE: Final[dict[str, int]] = {
    # The course is none of the catalogue's here.
    "beatoraja-course": 404,
    # The captured code and client are placeholders: test_chat_bot.py walks the whole way.
    "bot-oauth-token": 404,
    # The server under test is not set up for the other service.
    "bot-sync": 400,
}

# Types by the words of this file: the name of a field, and what it may hold.
User = {
    "id": int,
    "username": str,
    "usernameLowercase": str,
    "about": (str, type(None)),
    "joinDate": int,
    "lastSeen": int,
    "socialMedia": dict,
    "status": (str, type(None)),
    "customPfpLocation": (str, type(None)),
    "customBannerLocation": (str, type(None)),
    "authLevel": int,
    "badges": list,
}
Submitted = {"url": str, "importID": str}
_NUMBERS = (
    "playcount clear date passnotes minbp notes maxcombo epg lpg egr lgr egd lgd ebd lbd epr lpr"
    " ems lms"
)
Ranked = {"sha256": str, "player": str, **dict.fromkeys(_NUMBERS.split(), int)}
ServerScore = {
    **dict.fromkeys(["score", "timestamp", "crit", "near", "error", "ranking", "lamp"], int),
    **dict.fromkeys(["username", "noteMod", "gaugeMod"], str),
}
Session = {"sessionID": str, "timeStarted": (int, float), "scoreIDs": list}

# Of the body of each answer.
BODIES: Final[dict[str, Any]] = {
    "beatoraja-login-user": User,
    "beatoraja-submit-score": {"score": dict, "song": dict, "chart": dict, "import": dict},
    "beatoraja-ranking": [Ranked],
    "beatoraja-course": dict,
    "itg-simply-love": Submitted,
    "chunithm-userscript-key-check": User,
    "chunithm-userscript-scores": Submitted,
    "chunithm-userscript-classes": Submitted,
    "maimaidx-userscript-recent": Submitted,
    "ongeki-userscript-recent": Submitted,
    "sdvx-eamuse-python": Submitted,
    "tea2tachi": Submitted,
    "saekawa-scores": Submitted,
    "saekawa-classes": Submitted,
    "tracker-find-user": [User],
    "tracker-sessions-v3": [Session],
    "playlog-activity": {"recentSessions": [{"scoreIDs": list, "timeStarted": (int, float)}]},
    "flower-tachi-last-session": {"session": Session, "scoreInfo": list},
    "pb-merge": {
        "pbs": [{"chartID": str, "scoreData": {"score": int}}],
        "charts": [{"chartID": str, "difficulty": str}],
        "songs": list,
    },
    "usc-heartbeat": {"serverTime": int, "serverName": str, "irVersion": str},
    "usc-record": {"record": ServerScore},
    "usc-leaderboard": [ServerScore],
    "usc-submit": dict,
    "usc-replay": dict,
    "web-config": {"NAME": str, "TYPE": str, "GAMES": [str], "IMPORT_TYPES": [str]},
}

# What poll-status says in the end of those that submit: how many scores were stored.
ENDS: Final[dict[str, int]] = {
    "itg-simply-love": 1,
    # Two of three contradict the rules of version 3: a full combo must have all notes in it.
    "maimaidx-userscript-recent": 1,
    "ongeki-userscript-recent": 2,
    "sdvx-eamuse-python": 3,
    "chunithm-userscript-classes": 0,
    "saekawa-classes": 0,
}
# The same of further bodies; `mikado-0.3.0-score` is one of version 3, without a playtype.
FURTHER: Final[dict[str, int]] = {
    "flower-tachi-iidx": 1,
    "mikado-v2-form": 1,
    "mikado-0.3.0-score": 1,
    "mikado-playtype-nabla": 1,
    # Its EX score is not the sum of its judgements, which version 3 refuses.
    "takure-0.2.1-score": 0,
    "rhythmgame-bms": 1,
    "tachi-import-scripts-bms": 1,
    "web-batch-manual": 1,
}


def cases() -> dict[str, Any]:
    file = FOLDER / "captured-cases.json"
    return {each["name"]: each for each in json.loads(file.read_text())} if file.is_file() else {}


CASES: Final = cases()


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres, server_folder: Path
) -> Iterator[Stack]:
    collections = shared_folder() / "seeds" / "collections"
    if not collections.is_dir() or not CASES:
        pytest.skip(f"there are no captured requests or no catalogue in {shared_folder()}")
    empty = "template_of_captured"
    postgres.create_database(empty)
    migrate(postgres.url_of(empty))
    folder = tmp_path_factory.mktemp("captured")
    with a_stack(folder, postgres, empty, server_folder, {}) as stack:
        load_directory(stack.engine, collections)
        stack.start_web()
        stack.start_worker()
        yield stack


@pytest.fixture(scope="module")
def alice(service: Stack, tmp_path_factory: pytest.TempPathFactory) -> Player:
    """User 2, as in the requests; with something behind her that readers look at."""
    create_user(service.engine, "operator")
    player = service.user("alice", *ORDINARY)
    assert player.user_id == 2
    file = tmp_path_factory.mktemp("clients") / "clients.json"
    entry = {"clientID": CLIENT_ID, "name": "An importer", "requestedPermissions": ["submit_score"]}
    file.write_text(json.dumps([entry]))
    command = ["clients", "seed", str(file), "--author", "operator"]
    result = CliRunner().invoke(main, [*command, "--database-url", service.database_url])
    assert result.exit_code == 0, result.output
    return player


@pytest.fixture(scope="module")
def sent(service: Stack, alice: Player) -> dict[str, Answer]:
    """The answer to every request: first to what is submitted, then to what reads."""
    http = Http(service.port)
    answers = {}
    for name in FURTHER:
        body = (FOLDER / "bodies" / f"{name}.json").read_bytes()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {alice.token}"}
        answers[name] = http.request("POST", "/ir/direct-manual/import", body, headers)
        if answers[name].status == 202:
            ended(http, answers[name])
    for name in sorted(CASES, key=lambda name: CASES[name]["request"]["method"] != "POST"):
        request = CASES[name]["request"]
        body = request["body"]
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        headers = {
            key: value.replace("<TOKEN>", alice.token) for key, value in request["headers"].items()
        }
        answers[name] = http.request(
            request["method"], request["path"], None if body is None else content, headers
        )
        if name in ENDS:
            ended(http, answers[name])
    return answers


def ended(http: Http, accepted: Answer) -> Answer:
    """What poll-status says in the end."""
    assert accepted.status == 202, accepted.raw
    path = f"/api/v1/imports/{accepted.json['body']['importID']}/poll-status"

    def answer() -> Answer | None:
        said = http.get(path)
        ongoing = said.status == 200 and said.json["body"]["importStatus"] == "ongoing"
        return None if ongoing else said

    found: Answer = wait_for(answer, "the import's end", timeout=60)
    return found


def check(given: Any, shape: Any, where: str = "body") -> None:
    """Fails where `given` is not of the shape, and says where."""
    if isinstance(shape, dict):
        assert isinstance(given, dict), where
        for key, inner in shape.items():
            assert key in given, f"{where} has no {key}"
            check(given[key], inner, f"{where}.{key}")
    elif isinstance(shape, list):
        assert isinstance(given, list), where
        assert given, f"{where} is empty: nothing was looked at"
        for place, each in enumerate(given):
            check(each, shape[0], f"{where}[{place}]")
    else:
        assert isinstance(given, shape), f"{where} is {given!r}"
        assert shape is not int or not isinstance(given, bool), where


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=[pytest.mark.xfail(reason=MISSING[name], strict=True)] if name in MISSING else [],
        )
        for name in CASES
    ],
)
def test_a_client_is_answered_as_it_expects(sent: dict[str, Answer], name: str) -> None:
    answer, expected = sent[name], CASES[name]["expected"]
    if name in OTHERWISE:
        assert answer.status == OTHERWISE[name]
        assert answer.json["description"]
        return
    assert answer.status == expected["status"], answer.raw[:500]
    if name == "chunithm-userscript-file-flow":
        assert answer.headers["Content-Type"].startswith("text/html")
        return
    assert isinstance(answer.json["description"], str)
    if name.startswith("usc-"):
        assert answer.json["statusCode"] == 20, answer.raw[:500]
    else:
        assert answer.json["success"] is True
    check(answer.json["body"], BODIES[name])


@pytest.mark.parametrize("name", [*ENDS, *FURTHER])
def test_what_a_client_submits_is_stored(
    service: Stack, sent: dict[str, Answer], name: str
) -> None:
    if sent[name].status == 400:
        # Many never poll: what cannot be taken is refused where they see it.
        pytest.xfail(sent[name].description)
    poll = ended(Http(service.port), sent[name])
    expected = {**ENDS, **FURTHER}[name]
    assert poll.status == 200, poll.raw[:500]
    document = poll.json["body"]["import"]
    # Another client may have sent the same score.
    stored = len(document["scoreIDs"]) + document["skipped"]["duplicates"]
    assert stored == expected, document["errors"]


def test_no_request_is_left_out() -> None:
    assert {*CASES} <= {*BODIES, *OTHERWISE, "chunithm-userscript-file-flow"}
