"""Requests that wait for a job, and polls, are told apart from others by their first line."""

from __future__ import annotations

import pytest

from api.server.lanes import polls, waits

WAIT = [
    b"POST /api/v1/import/orphans HTTP/1.1",
    b"POST /api/v1/imports/0a1b/revert HTTP/1.1",
    b"POST /api/v1/import/file?check=true HTTP/1.1",
    b"POST /api/v1/import/file?a=b&check=true&c=d HTTP/1.1",
    b"PATCH /api/v1/scores/Tabc HTTP/1.1",
    b"DELETE /api/v1/scores/Tabc HTTP/1.1",
    b"DELETE /api/v1/users/me/games/sdvx HTTP/1.1",
    b"POST /api/v1/users/me/games/iidx/SP/targets/goals/add-goal HTTP/1.1",
    b"PUT /api/v1/users/1/games/sdvx/targets/quests/Q1 HTTP/1.1",
    b"POST /api/v1/users/me/integrations/kai/flo/oauth2callback HTTP/1.1",
    b"POST /services/FLO/link HTTP/1.1",
    b"POST /ir/beatoraja/submit-score HTTP/1.1",
    b"POST /ir/usc/Controller/scores HTTP/1.1",
]
DO_NOT = [
    b"GET /api/v1/imports/0a1b/poll-status HTTP/1.1",
    b"POST /api/v1/import/file HTTP/1.1",
    b"POST /api/v1/import/file?check=false HTTP/1.1",
    b"POST /api/v1/import/file?recheck=true HTTP/1.1",
    b"GET /api/v1/scores/Tabc HTTP/1.1",
    b"GET /ir/usc/Controller HTTP/1.1",
    b"POST /ir/direct-manual/import HTTP/1.1",
    b"GET /api/v1/import/orphans HTTP/1.1",
    b"GET /api/v1/users/me/integrations/kai/flo HTTP/1.1",
    b"POST /services/FLO/unlink HTTP/1.1",
    b"PUT /api/v1/users/me/integrations/cg/dev HTTP/1.1",
    b"",
]


@pytest.mark.parametrize("head", WAIT)
def test_these_wait(head: bytes) -> None:
    assert waits(bytearray(head + b"\r\n\r\n"))


@pytest.mark.parametrize("head", DO_NOT)
def test_these_do_not(head: bytes) -> None:
    assert not waits(bytearray(head + b"\r\n\r\n"))


POLLS = [
    b"GET /api/v1/imports/0a1b/poll-status HTTP/1.1",
    b"GET /api/v1/imports/0a1b/poll-status/ HTTP/1.0",
]
NO_POLLS = [
    *WAIT,
    b"GET /api/v1/imports/0a1b HTTP/1.1",
    b"GET /api/v1/imports//poll-status HTTP/1.1",
    b"GET /api/v1/imports/a/b/poll-status HTTP/1.1",
    b"GET /api/v1/imports/0a1b/poll-status?a=b HTTP/1.1",
    b"GET /api/v1/imports/0a1b/poll-status-of-all HTTP/1.1",
    b"HEAD /api/v1/imports/0a1b/poll-status HTTP/1.1",
    b"POST /api/v1/imports/0a1b/poll-status HTTP/1.1",
    b"GET /api/v1/imports/0a1b/poll-status",
    b"",
]


@pytest.mark.parametrize("head", POLLS)
def test_these_are_polls(head: bytes) -> None:
    assert polls(bytearray(head + b"\r\n\r\n"))
    assert not waits(bytearray(head + b"\r\n\r\n"))


@pytest.mark.parametrize("head", NO_POLLS)
def test_these_are_none(head: bytes) -> None:
    assert not polls(bytearray(head + b"\r\n\r\n"))
