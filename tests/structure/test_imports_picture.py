"""The picture of the imports shows what is there, and what is wrong."""

from __future__ import annotations

from xml.etree import ElementTree

from tests.structure.imports_picture import PICTURES, ROOT, circles, depths, drawing, needed

CHAIN = {("api.a", "api.b"): 2, ("api.b", "api.c"): 1, ("api.a", "api.c"): 5}
CIRCLE = {("api.a", "api.b"): 1, ("api.b", "api.a"): 1, ("api.b", "api.c"): 3}


def test_what_follows_from_other_arrows_is_left_out() -> None:
    assert set(needed(CHAIN)) == {("api.a", "api.b"), ("api.b", "api.c")}
    assert needed(CIRCLE) == CIRCLE


def test_whoever_imports_stands_above() -> None:
    assert depths(CHAIN, ["api.a", "api.b", "api.c"]) == {"api.a": 0, "api.b": 1, "api.c": 2}
    assert depths(CIRCLE, ["api.a", "api.b", "api.c"]) == {"api.a": 0, "api.b": 0, "api.c": 1}


def test_a_circle_is_red() -> None:
    assert circles(CIRCLE)["api.a"] == {"api.a", "api.b"}
    picture = drawing(CIRCLE, {"api.a"}, "Made up")
    assert picture.count('class="circle"') == 2
    assert picture.count('class="wrong"') == 2
    assert "2 import in a circle" in picture
    assert 'class="circle"' not in drawing(CHAIN, set(), "Made up")


def test_an_import_against_the_layers_is_named() -> None:
    assert (
        "common → api" in drawing({("common.a", "api.b"): 1}, set(), "Made up").split("Against")[1]
    )


def test_the_pictures_are_readable_and_name_no_machine() -> None:
    for name in ("imports-before.svg", "imports-after.svg"):
        text = (PICTURES / name).read_text(encoding="utf-8")
        ElementTree.fromstring(text)
        assert str(ROOT) not in text
