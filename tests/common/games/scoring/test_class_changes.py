"""How classes rise, fall and vanish."""

from __future__ import annotations

from typing import Any

import pytest

from common.errors import FatalImportError
from common.games.registry import gpt_by_id
from common.games.scoring.class_changes import ClassChange, change_classes, check_provided

SDVX = gpt_by_id("sdvx:Single")  # dan is provided, vfClass derived


@pytest.mark.parametrize(
    ("stored", "new", "classes", "change"),
    [
        ({}, "DAN_3", {"dan": "DAN_3"}, (None, True)),
        ({"dan": None}, "DAN_3", {"dan": "DAN_3"}, (None, True)),
        ({"dan": "DAN_2"}, "DAN_3", {"dan": "DAN_3"}, ("DAN_2", True)),
        ({"dan": "DAN_3"}, "DAN_3", {"dan": "DAN_3"}, None),
        ({"dan": "DAN_9"}, "DAN_10", {"dan": "DAN_10"}, ("DAN_9", True)),
        ({"dan": "DAN_10"}, "DAN_9", {"dan": "DAN_10"}, None),
        ({"dan": "DAN_3"}, None, {"dan": "DAN_3"}, None),
        ({}, None, {}, None),
        ({"dan": "NO SUCH DAN"}, "DAN_1", {"dan": "DAN_1"}, (None, True)),
    ],
)
def test_a_provided_class_only_rises(
    stored: Any, new: str | None, classes: Any, change: tuple[str | None, bool] | None
) -> None:
    changed = change_classes(SDVX, stored, provided={"dan": new})
    assert changed.classes == classes
    assert changed.changes == _expected("dan", new, change)


@pytest.mark.parametrize(
    ("stored", "new", "classes", "change"),
    [
        ({}, "COBALT_I", {"vfClass": "COBALT_I"}, (None, True)),
        ({"vfClass": "SIENNA_IV"}, "COBALT_I", {"vfClass": "COBALT_I"}, ("SIENNA_IV", True)),
        ({"vfClass": "COBALT_I"}, "COBALT_I", {"vfClass": "COBALT_I"}, None),
        ({"vfClass": "COBALT_I"}, "SIENNA_IV", {"vfClass": "SIENNA_IV"}, ("COBALT_I", False)),
        ({"vfClass": "COBALT_I"}, None, {}, None),
        ({"vfClass": "NO SUCH CLASS"}, "SIENNA_I", {"vfClass": "SIENNA_I"}, (None, True)),
    ],
)
def test_a_derived_class_follows_the_ratings(
    stored: Any, new: str | None, classes: Any, change: tuple[str | None, bool] | None
) -> None:
    changed = change_classes(SDVX, stored, derived={"vfClass": new})
    assert changed.classes == classes
    assert changed.changes == _expected("vfClass", new, change)


def _expected(
    name: str, new: str | None, change: tuple[str | None, bool] | None
) -> list[ClassChange]:
    if change is None:
        return []
    assert new is not None
    old, rose = change
    return [ClassChange(name, old, new, rose)]


def test_classes_that_nobody_speaks_of_stay() -> None:
    stored = {"dan": "DAN_5", "vfClass": "COBALT_I", "of another age": "X"}
    assert change_classes(SDVX, stored).classes == stored


def test_a_derived_class_cannot_be_provided() -> None:
    changed = change_classes(
        SDVX, {}, provided={"vfClass": "IMPERIAL_IV"}, derived={"vfClass": "SIENNA_I"}
    )
    assert changed.classes == {"vfClass": "SIENNA_I"}


def test_changes_come_in_the_order_of_the_games_class_sets() -> None:
    bms = gpt_by_id("bms:7K")
    provided = {"scratchDan": "KAIDEN", "genocideDan": "OVERJOY"}
    changes = change_classes(bms, {}, provided=provided).changes
    assert [change.set for change in changes] == ["genocideDan", "scratchDan"]


def test_a_provided_value_that_there_is_not_refuses_the_import() -> None:
    check_provided(SDVX, {"dan": "INF"})
    with pytest.raises(FatalImportError) as refused:
        check_provided(SDVX, {"dan": "DAN_12"})
    assert refused.value.status == 400
    assert refused.value.message == (
        "Invalid class of DAN_12 for set dan. Expected any of DAN_1, DAN_2, DAN_3, DAN_4, DAN_5,"
        " DAN_6, DAN_7, DAN_8, DAN_9, DAN_10, DAN_11, INF"
    )
