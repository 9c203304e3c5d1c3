"""When a client asks again, and when not: against a server that answers as it is told."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.formparser import parse_form_data
from werkzeug.test import EnvironBuilder

from score_import_client import (
    ApiError,
    AsyncClient,
    Client,
    ClientError,
    ImportFailed,
    Retry,
    Submitted,
    Unreachable,
)
from tests.support.http import encode_multipart
from tests.support.prepared_server import HANGS_UP, Server, prepared_server

DOCUMENT = {"importID": "abab", "scoreIDs": ["T1"]}
ONGOING = (200, {"importStatus": "ongoing", "progress": {"description": "Imported 100 Scores..."}})
COMPLETED = (200, {"importStatus": "completed", "import": DOCUMENT})
ACCEPTED = (202, {"importID": "abab", "url": "http://127.0.0.1:1/elsewhere"})


@pytest.fixture
def server() -> Iterator[Server]:
    with prepared_server(COMPLETED) as made:
        yield made


# What a submission is answered, and how often it is sent until it is accepted.
HELPED = {
    "too many requests": ([(429, "Please wait.")] * 2, 3),
    "the server is away": ([(503, "Away."), (502, "Away.")], 3),
    "the connection breaks": ([HANGS_UP], 2),
    "fine": ([], 1),
}


@pytest.mark.parametrize("case", HELPED)
def test_a_submission_is_sent_again_under_one_key(server: Server, case: str) -> None:
    before, times = HELPED[case]
    server.answers = [*before, ACCEPTED]
    server.headers = {"Retry-After": "0"}
    with Client(server.url, "secret") as client:
        assert client.submit(b"{}").import_id == "abab"
    assert len(server.requests) == times
    assert len({headers["Idempotency-Key"] for _, headers, _ in server.requests}) == 1
    assert len({body for _, _, body in server.requests}) == times  # a boundary of its own each


@pytest.mark.parametrize(
    "answer", [(400, "No."), (401, "No."), (403, "No."), (404, "No."), (409, "No."), (500, "No.")]
)
def test_what_would_be_refused_again_is_asked_once(server: Server, answer: tuple[int, Any]) -> None:
    server.answers = [answer]
    with Client(server.url) as client, pytest.raises(ApiError, match="No"):
        client.submit(b"{}")
    assert len(server.requests) == 1


@pytest.mark.parametrize("trouble", [HANGS_UP, (503, "Away.")])
def test_what_may_have_happened_and_has_no_key_is_not_sent_twice(
    server: Server, trouble: tuple[int, Any]
) -> None:
    server.answers = [trouble]
    with Client(server.url) as client, pytest.raises(ClientError):
        client.revert("abab")
    assert len(server.requests) == 1


def test_retry_after_is_kept_to_and_told(server: Server) -> None:
    server.answers = [(429, "Please wait."), ACCEPTED]
    server.headers = {"Retry-After": "1"}
    told: list[Retry] = []
    began = time.monotonic()
    with Client(server.url, on_retry=told.append) as client:
        client.submit(b"{}")
    assert time.monotonic() - began >= 1
    assert [(retry.seconds, str(retry.reason)) for retry in told] == [
        (1.0, "Please wait. (HTTP 429)")
    ]


def test_patience_ends_before_a_pause_that_is_too_long(server: Server) -> None:
    server.answers = [(429, "Please wait.")]
    server.headers = {"Retry-After": "3600"}
    with Client(server.url) as client, pytest.raises(ApiError) as refused:
        client.submit(b"{}")
    assert refused.value.retry_after == 3600
    assert len(server.requests) == 1


def test_a_server_that_stays_away_is_told_as_such() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with Client(url, patience=0.2) as client, pytest.raises(Unreachable, match="cannot reach"):
            client.whoami()


def test_watching_outlasts_a_server_that_is_away_and_tells_changes_once(server: Server) -> None:
    away = (503, "Service Unavailable")
    server.answers = [ONGOING, ONGOING, away, HANGS_UP, (429, "Please wait."), COMPLETED]
    server.headers = {"Retry-After": "0"}
    texts: list[str] = []
    with Client(server.url) as client:
        assert client.wait("abab", texts.append) == DOCUMENT
    assert texts == ["Imported 100 Scores..."]


def test_an_import_that_failed_is_told_in_the_servers_words(server: Server) -> None:
    server.answers = [(400, "Invalid playtype of XP given.")]
    with Client(server.url) as client, pytest.raises(ImportFailed) as failure:
        client.wait("abab")
    assert (failure.value.status, failure.value.description) == (
        400,
        "Invalid playtype of XP given.",
    )


def test_a_server_without_workers_is_done_at_once(server: Server) -> None:
    server.answers = [(200, DOCUMENT)]
    with Client(server.url) as client:
        submitted = client.submit(b"{}")
        assert client.wait(submitted) == DOCUMENT
    assert len(server.requests) == 1


def test_the_token_is_for_its_server_only(server: Server) -> None:
    with Client(f"{server.url}/", "secret") as client:
        client.wait("abab")
        client.wait(Submitted("abab", server.url.replace("127.0.0.1", "localhost") + "/poll"))
    (_, own, _), (_, other, _) = server.requests
    assert own["Authorization"] == "Bearer secret"
    assert "Authorization" not in other


@pytest.mark.parametrize("answer", [[], {"importStatus": "odd"}, "text", None])
def test_something_that_is_no_such_server_is_recognised(server: Server, answer: object) -> None:
    server.answers = [(200, answer)]
    with Client(server.url) as client, pytest.raises(ClientError, match="does not answer like"):
        client.poll(Submitted("abab"))


@pytest.mark.parametrize("url", ["", "scores.example.org", "file:///etc/hostname", "http://"])
def test_only_servers_are_asked(url: str) -> None:
    with pytest.raises(ClientError, match="not the URL of a server"):
        Client(url)
    with Client("http://127.0.0.1") as client, pytest.raises(ClientError):
        client.poll(Submitted("abab", "file:///etc/hostname"))


def test_the_asynchronous_client_asks_the_same(server: Server) -> None:
    server.answers = [(429, "Please wait."), ACCEPTED, ONGOING, COMPLETED]
    server.headers = {"Retry-After": "0"}
    texts: list[str] = []

    async def act() -> Any:
        async with AsyncClient(server.url, "secret") as client:
            submitted = await client.submit(b"{}", fields={"playtype": "SP"})
            return await client.wait(submitted.import_id, texts.append)

    assert asyncio.run(act()) == DOCUMENT
    assert texts == ["Imported 100 Scores..."]
    assert b'name="playtype"' in server.requests[1][2]


@pytest.mark.parametrize("name", ["scores.csv", "スコア SP.csv", '5" 7".csv', "line\r\nX-Evil: 1"])
def test_a_form_arrives_as_it_was_sent(name: str) -> None:
    content = bytes(range(256)) + b"\r\n--\r\n"
    fields = {"importType": "file/x", "名": "値\nmore"}
    content_type, body = encode_multipart(fields, "scoreData", name, content)
    environ = EnvironBuilder(method="POST", content_type=content_type, data=body).get_environ()
    _, form, files = parse_form_data(environ)
    assert form.to_dict() == fields
    assert files["scoreData"].filename == name.replace("\r", "%0D").replace("\n", "%0A")
    assert files["scoreData"].read() == content
