"""Classes set by hand: the worked examples of the specification, v3/import-types.md section 2."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from common.games.version3 import gpts_by_version3_id
from tests.support.importer import Importer

CHUNITHM = {"dan": "DAN_I"}


def with_profile(importer: Importer, game: str, classes: dict[str, str]) -> None:
    gpt = gpts_by_version3_id()[game]
    importer.execute(
        "INSERT INTO user_game_stats (user_id, game, playtype, ratings, classes)"
        " VALUES (:user, :game, :playtype, '{}', CAST(:classes AS jsonb))",
        user=importer.user_id,
        game=gpt.game,
        playtype=gpt.playtype,
        classes=orjson.dumps(classes).decode(),
    )


@pytest.mark.parametrize(
    ("game", "before", "given", "after", "changes"),
    [
        ("iidx-sp", {"dan": "DAN_9"}, {"dan": "DAN_7"}, {"dan": "DAN_7"}, [("DAN_9", "DAN_7")]),
        ("sdvx", {"dan": "DAN_5"}, {"dan": None}, {}, [("DAN_5", None)]),
        ("sdvx", {}, {"dan": None}, {}, []),
        ("sdvx", {"dan": "DAN_5"}, {"dan": "DAN_5"}, {"dan": "DAN_5"}, []),
        (
            "chunithm",
            CHUNITHM,
            {"emblem": "DAN_II"},
            {**CHUNITHM, "emblem": "DAN_II"},
            [(None, "DAN_II")],
        ),
    ],
)
def test_classes_are_set_and_taken_away(
    importer: Importer,
    game: str,
    before: dict[str, str],
    given: dict[str, Any],
    after: dict[str, str],
    changes: list[tuple[str | None, str | None]],
) -> None:
    with_profile(importer, game, before)
    document = importer.imported({"game": game, "classes": given}, "file/import-class")

    deltas = document["classDeltas"]
    assert [(delta["old"], delta["new"]) for delta in deltas] == changes
    assert document["playtypes"] == [delta["playtype"] for delta in deltas]
    ((stored,),) = importer.query("SELECT classes FROM user_game_stats")
    assert stored == after
    told = importer.query("SELECT class_old_value, class_value, source FROM class_achievements")
    assert [tuple(row) for row in told] == [(old, new or "", "manual") for old, new in changes]
    events = importer.query("SELECT content FROM outbox_events")
    assert [(event.content["new"], event.content["achievementSource"]) for event in events] == [
        (new, "manual") for _, new in changes
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            {"game": "sdvx", "classes": {"vfClass": "SIENNA_I"}},
            'Class set "vfClass" is derived and cannot be set manually.',
        ),
        (
            {"game": "museca", "classes": {"dan": "X"}},
            "museca does not support manual class imports.",
        ),
        ({"game": "iidx-sp", "classes": {}}, "At least one class must be provided."),
        (
            {"game": "iidx-sp", "classes": {"dan": "DAN_11"}},
            "Invalid class of DAN_11 for set dan. Expected any of KYU_7, ",
        ),
        (
            {"game": "sdvx", "classes": {"gin": "X"}},
            'Invalid class set "gin" for sdvx. Expected any of dan.',
        ),
        ({"game": "sdvx", "classes": 5}, "Invalid classes object."),
        ({"game": "iidx", "classes": {}}, "Invalid game iidx. Expected any of iidx-sp, iidx-dp, "),
    ],
)
def test_what_cannot_be_set_is_refused(importer: Importer, body: Any, message: str) -> None:
    with_profile(importer, "sdvx", {"dan": "DAN_5"})
    outcome = importer.run(importer.accept(body, "file/import-class"))
    assert outcome.error_status == 400
    assert (outcome.error_message or "").startswith(message)
    ((stored,),) = importer.query("SELECT classes FROM user_game_stats")
    assert stored == {"dan": "DAN_5"}


def test_who_has_not_played_has_no_classes_to_set(importer: Importer) -> None:
    body = {"game": "iidx-dp", "classes": {"dan": "DAN_7"}}
    outcome = importer.run(importer.accept(body, "file/import-class"))
    assert outcome.error_status == 404
    assert outcome.error_message == "The user alice has not played iidx-dp"
