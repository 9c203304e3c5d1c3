"""What hooks answer where an import takes longer than a client may be kept waiting."""

from __future__ import annotations

from typing import Any

import pytest

from api.app import create_app
from common.settings import load_settings
from tests.support.stack import Player, Stack, wait_for
from tests.worker.import_types.hooks.arcade_documents import (
    COURSE_MD5,
    KONASTE,
    MODEL,
    barbatos,
    fervidex,
    kshook,
    lr2hook,
)

pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("arcade")]

FERVIDEX = {"User-Agent": "fervidex/1.4.2", "X-Software-Model": MODEL}
KSHOOK = {"User-Agent": "kshook/0.1.0", "X-Software-Model": KONASTE}
DAN = {"cleared": True, "course_id": 15, "play_style": 0}


@pytest.mark.parametrize(
    ("path", "body", "headers", "kind", "status"),
    [
        ("fervidex/score/submit", fervidex(), FERVIDEX, "import", 202),
        ("fervidex/class/submit", DAN, FERVIDEX, "class", 202),
        ("kshook/sv6c/score/save", kshook(), KSHOOK, "import", 202),
        ("barbatos/score/submit", barbatos(), {}, "import", 202),
        # Its clients show any other status as a refusal.
        ("lr2hook/import", lr2hook(), {}, "import", 200),
        ("lr2hook/import/course", lr2hook(md5=COURSE_MD5), {}, "class", 200),
    ],
)
def test_it_is_accepted_and_done_later(
    service: Stack,
    gamer: Player,
    path: str,
    body: Any,
    headers: dict[str, str],
    kind: str,
    status: int,
) -> None:
    app = create_app(load_settings({**service.environment, "WAITERS": "0"}))
    sent = {"Authorization": f"Bearer {gamer.token}", **headers}

    answer = app.test_client().post(f"/ir/{path}", json=body, headers=sent)

    assert answer.status_code == status, answer.json
    assert answer.json is not None
    assert answer.json["description"] == "This score has been saved, and will be imported soon."
    assert answer.json["body"].keys() == {"url", "importID"}
    table = "scores" if kind == "import" else "class_achievements"
    wait_for(
        lambda: service.scalar(
            f"SELECT count(*) FROM {table} WHERE user_id = :id", id=gamer.user_id
        ),
        "what was sent has its effect",
    )
