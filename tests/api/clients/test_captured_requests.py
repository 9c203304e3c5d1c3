"""Requests as real clients sent them, in the order in which they make sense: each gets what its
client needs of status and shape.

The requests lie in the folder `clients` of the shared data, with a README that says what each
client reads; without the folder the tests are skipped.
"""

from __future__ import annotations

from typing import Any, Final

import pytest

from tests.api.clients.captured import CASES, ENDS, FURTHER, check, ended
from tests.support.http import Answer, Http
from tests.support.stack import Stack

pytestmark = [pytest.mark.processes, pytest.mark.long]

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
    tracker: Stack, sent: dict[str, Answer], name: str
) -> None:
    if sent[name].status == 400:
        # Many never poll: what cannot be taken is refused where they see it.
        pytest.xfail(sent[name].description)
    poll = ended(Http(tracker.port), sent[name])
    expected = {**ENDS, **FURTHER}[name]
    assert poll.status == 200, poll.raw[:500]
    document = poll.json["body"]["import"]
    # Another client may have sent the same score.
    stored = len(document["scoreIDs"]) + document["skipped"]["duplicates"]
    assert stored == expected, document["errors"]


def test_no_request_is_left_out() -> None:
    assert {*CASES} <= {*BODIES, *OTHERWISE, "chunithm-userscript-file-flow"}
