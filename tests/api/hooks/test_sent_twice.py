"""What hooks send twice under one `Idempotency-Key` counts once and is answered alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.golden.pipelines.catalogue import add_catalogue
from tests.support.hook_requests import post
from tests.support.http import Http
from tests.support.stack import Player, Stack
from tests.worker.import_types.hooks import beatoraja_documents, usc_documents
from tests.worker.import_types.hooks.arcade_documents import (
    COURSE_MD5,
    KONASTE,
    MODEL,
    barbatos,
    fervidex,
    kshook,
    kshook_export,
    lr2hook,
    profile,
)

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("arcade", "charts")]

COURSE = "/ir/lr2hook/import/course"
FERVIDEX = {"User-Agent": "fervidex/1.4.2", "X-Software-Model": MODEL}
KSHOOK = {"User-Agent": "kshook/0.1.0", "X-Software-Model": KONASTE}
DAN = {"cleared": True, "course_id": 15, "play_style": 0}

SUBMISSIONS: list[tuple[str, Mapping[str, str], Any]] = [
    ("/ir/lr2hook/import", {}, lr2hook()),
    (COURSE, {}, lr2hook(md5=COURSE_MD5)),
    ("/ir/barbatos/score/submit", {}, barbatos()),
    ("/ir/fervidex/score/submit", FERVIDEX, fervidex()),
    ("/ir/fervidex/profile/submit", FERVIDEX, profile()),
    ("/ir/fervidex/class/submit", FERVIDEX, DAN),
    ("/ir/kshook/sv6c/score/save", KSHOOK, kshook()),
    ("/ir/kshook/sv6c/score/export", KSHOOK, kshook_export()),
    ("/ir/beatoraja/submit-score", {"X-TachiIR-Version": "v3.0.0"}, beatoraja_documents.play()),
    ("/ir/usc/Controller/scores", {}, usc_documents.body()),
]


@pytest.fixture(scope="module")
def charts(service: Stack) -> None:
    with service.engine.begin() as connection:
        add_catalogue(connection, beatoraja_documents.CATALOGUE)
        add_catalogue(connection, usc_documents.CATALOGUE)


@pytest.mark.parametrize(("path", "headers", "content"), SUBMISSIONS)
def test_the_second_is_answered_as_the_first_was(
    http: Http,
    service: Stack,
    gamer: Player,
    path: str,
    headers: Mapping[str, str],
    content: Any,
) -> None:
    settings = f"/api/v1/users/{gamer.user_id}/integrations/kshook-sv6c/settings"
    asked = post(http, settings, gamer.token, {"forceStaticImport": True}, method="PATCH")
    assert asked.status == 200

    first = post(http, path, gamer.token, content, {**headers, "Idempotency-Key": "k"})
    again = post(http, path, gamer.token, content, {**headers, "Idempotency-Key": "k"})

    assert first.status in (200, 202), first.raw
    assert (again.status, again.raw) == (first.status, first.raw)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    jobs = service.scalar("SELECT count(*) FROM jobs WHERE user_id = :id", id=gamer.user_id)
    assert jobs == 1
    if first.status == 202:
        assert again.headers["Location"] == first.json["body"]["url"]


def test_a_key_of_another_kind_of_request_is_refused(http: Http, gamer: Player) -> None:
    named = {"Idempotency-Key": "one"}
    course = post(http, COURSE, gamer.token, lr2hook(md5=COURSE_MD5), named)
    assert course.status == 200

    score = post(http, "/ir/lr2hook/import", gamer.token, lr2hook(), named)
    orphans = post(http, "/api/v1/import/orphans", gamer.token, {}, named)

    for answer in (score, orphans):
        assert answer.status == 400
        assert answer.json["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"
