"""U+0000 and its kin never give 500, wherever they are sent; nor do broken chunks and paths."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.support import wire
from tests.support.http import Http, encode_multipart
from tests.support.stack import Stack, batch_manual

pytestmark = pytest.mark.processes

ODD = ["%00", "a%00b", "%ff%fe", "%ed%a0%80", "%0d%0a", "%1b[2J", "%f0%9f%8e%b5", "%E2%80%AE"]
PATHS = [
    "/api/v1/imports/{}",
    "/api/v1/imports/{}/poll-status",
    "/api/v1/scores/{}",
    "/api/v1/scores/x?getRelated={}",
    "/api/v1/status?echo={}",
    "/api/v1/{}",
    "/ir/usc/{}",
    "/{}",
]


def test_odd_characters_anywhere_in_a_request_are_refused_or_replaced(stack: Stack) -> None:
    web = stack.start_web()
    stack.start_worker()
    http = Http(stack.port)
    player = stack.user(
        "alice", "submit_score", "customise_score", "delete_score", "manage_account"
    )
    bearer = {"Authorization": f"Bearer {player.token}"}
    json = {**bearer, "Content-Type": "application/json"}
    seen: dict[str, int] = {}

    def ask(what: str, answer: Any) -> None:
        seen[what] = answer.status

    for odd in ODD:
        for path in PATHS:
            asked = path.format(odd)
            ask(asked, http.get(asked, bearer))
        ask(f"revert {odd}", http.request("POST", f"/api/v1/imports/{odd}/revert", b"", bearer))
        ask(f"delete {odd}", http.request("DELETE", f"/api/v1/scores/{odd}", b"", bearer))
        ask(f"scores {odd}", http.request("POST", f"/ir/usc/{odd}/scores", b"{}", json))
    score_id = player.wait(player.submit(batch_manual(1)))["scoreIDs"][0]
    for text in ("abc\0", "a\0bcd", "abc\u202e\x1b[2J", "abc\\u0000"):
        body = orjson.dumps({"comment": text, "echo": text})
        answer = http.request(
            "PATCH", f"/api/v1/scores/{score_id}", orjson.dumps({"comment": text}), json
        )
        ask(f"comment {text!r}", answer)
        shown = http.get(f"/api/v1/scores/{score_id}").json["body"]["score"]["comment"]
        assert shown == text.replace("\0", "\ufffd")
        ask(f"echo {text!r}", http.request("POST", "/api/v1/status", body, json))
        scores = [
            {**batch_manual(1, first=9)["scores"][0], "comment": text},
            {**batch_manual(1, first=8)["scores"][0], "identifier": text},
            {**batch_manual(1, first=7)["scores"][0], "matchType": "songTitle", "identifier": text},
        ]
        document = {"meta": batch_manual(1)["meta"] | {"service": f"abc{text}"}, "scores": scores}
        player.wait(player.submit(document))
        form = {"importType": "file/batch-manual", "field": text}
        for filename in (f"a{text.replace(chr(0x1B), '')}.json", "a\0.json"):
            content_type, content = encode_multipart(
                form, "scoreData", filename, orjson.dumps(batch_manual(1))
            )
            headers = {**bearer, "Content-Type": content_type}
            ask(f"file {filename!r}", http.request("POST", "/api/v1/import/file", content, headers))
        ask(f"type {text!r}", http.upload(player.token, b"{}", text))
    for raw in (b'{"echo": "\0"}', b'{"echo": "\\ud800"}', b"\xff\xfe", b"\0", b'"\\u0000"'):
        ask(f"body {raw!r}", http.request("POST", "/api/v1/status", raw, json))
    assert not {what: status for what, status in seen.items() if status >= 500}
    log = web.program.log.read_text()
    assert "Traceback" not in log
    assert not set(map(chr, range(32))) & set(log) - {"\n"}


@pytest.mark.parametrize(
    "head",
    [
        b"GET /api/v1/status\0 HTTP/1.1\r\n\r\n",
        b"GET /api/v1/status HTTP/1.1\r\nX-A: a\0b\r\n\r\n",
        b"GET /api/v1/status HTTP/1.1\r\nX-A\0: b\r\n\r\n",
        b"GET /api/v1/status HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET /api/v1/status HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET /api/v1/status HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n",
        b"GET /api/v1/status HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
        b"\r\n\r\nGET / HTTP/1.1\r\n\r\n",
        b"POST /api/v1/status HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"POST /api/v1/status HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n",
        b"POST /api/v1/status HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_request_gives_400_in_the_envelope(service: Stack, head: bytes) -> None:
    answer = wire.send_all(service.port, head)
    assert answer.startswith(b"HTTP/1.1 400"), answer
    assert orjson.loads(answer.partition(b"\r\n\r\n")[2])["success"] is False


@pytest.mark.parametrize(
    "path",
    [
        "//",
        "//api/v1/status",
        "/api//v1/status",
        "/api/v1//imports//x",
        "//evil.example/x",
        "/..//x",
    ],
)
def test_a_doubled_slash_is_not_found_and_leads_nowhere(service: Stack, path: str) -> None:
    answer = Http(service.port).get(path)
    assert (answer.status, answer.description) == (404, "Endpoint Not Found.")
    assert "Location" not in answer.headers
