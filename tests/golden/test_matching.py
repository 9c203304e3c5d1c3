"""Placeholders and collections without an order."""

from __future__ import annotations

from typing import Any

import pytest

from tests.golden.compare import first_difference
from tests.golden.pipelines.matching import ANY_TEXT, Bindings, align, at_recorded_times


def by_id(document: Any) -> Any:
    return document["id"]


def test_the_clock_of_a_step_is_put_in_for_its_placeholder() -> None:
    recorded = {"a": "<NOW:1>", "b": ["<NOW:0>", "not <NOW:0>", 5]}
    assert at_recorded_times(recorded, [10, 20]) == {"a": 20, "b": [10, "not <NOW:0>", 5]}


def test_a_placeholder_stands_for_the_same_value_everywhere() -> None:
    bindings = Bindings()
    assert bindings.unify({"id": "<SESSION:0>", "of": "<SESSION:0>"}, {"id": "Qa", "of": "Qa"})
    assert bindings.resolve(["<SESSION:0>"]) == ["Qa"]
    assert not bindings.unify("<SESSION:0>", "Qb")
    assert bindings.unify("<SESSION:0>", "Qa")


def test_two_placeholders_never_stand_for_one_value() -> None:
    bindings = Bindings()
    assert not bindings.unify(["<SESSION:0>", "<SESSION:1>"], ["Qa", "Qa"])
    assert bindings.unify("<SESSION:0>", "Qa")
    assert not bindings.unify("<SESSION:1>", "Qa")
    assert not bindings.unify("<CHART:0>", "Qa")


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ({"id": "<SESSION:0>", "n": 1}, {"id": "Qa", "n": 2}),
        ({"id": "<SESSION:0>"}, {"id": "Qa", "more": 1}),
        (["<SESSION:0>"], ["Qa", "Qb"]),
        ("<SESSION:0>", 5),
        ("<SESSION:0>", None),
        (ANY_TEXT, ""),
        (ANY_TEXT, None),
        ("Qa", "Qb"),
    ],
)
def test_what_does_not_fit_teaches_nothing(expected: Any, got: Any) -> None:
    bindings = Bindings()
    assert not bindings.unify(expected, got)
    assert bindings.resolve("<SESSION:0>") == "<SESSION:0>"


def test_any_name_will_do() -> None:
    assert Bindings().unify({"name": ANY_TEXT}, {"name": "Amber Quiet Lantern"})


def test_documents_with_the_same_key_stand_side_by_side() -> None:
    expected, got = align(
        Bindings(), by_id, [{"id": 1}, {"id": 2}, {"id": 3}], [{"id": 3}, {"id": 4}, {"id": 1}]
    )
    assert expected == [{"id": 1}, {"id": 3}, {"id": 2}]
    assert got == [{"id": 1}, {"id": 3}, {"id": 4}]


def test_documents_with_an_unknown_key_are_found_by_what_else_they_hold() -> None:
    bindings = Bindings()
    expected = [{"id": "<CHART:0>", "n": 1}, {"id": "<CHART:1>", "n": 2}]
    theirs, ours = align(bindings, by_id, expected, [{"id": "b", "n": 2}, {"id": "a", "n": 1}])
    assert theirs == ours
    assert bindings.resolve(["<CHART:0>", "<CHART:1>"]) == ["a", "b"]


def test_documents_with_the_same_key_teach_what_their_placeholders_stand_for() -> None:
    """Also where something else in them differs, so that only that is reported."""
    bindings = Bindings()
    expected = [{"id": 1, "session": "<SESSION:0>", "n": 1}]
    theirs, ours = align(bindings, by_id, expected, [{"id": 1, "session": "Qa", "n": 2}])
    difference = first_difference(theirs, ours)
    assert difference is not None
    assert difference.path == "[0].n"


def test_of_two_equal_documents_both_are_needed() -> None:
    expected, got = align(Bindings(), by_id, [{"id": 1}, {"id": 1}], [{"id": 1}])
    assert first_difference(expected, got) is not None


def test_a_session_needs_a_name_but_not_the_recorded_one() -> None:
    recorded = [{"id": 1, "sessionID": "<SESSION:0>", "name": ANY_TEXT}]
    named = [{"id": 1, "sessionID": "Qa", "name": "Amber Quiet Lantern"}]
    nameless = [{"id": 1, "sessionID": "Qa", "name": ""}]
    assert first_difference(*align(Bindings(), by_id, recorded, named)) is None
    assert first_difference(*align(Bindings(), by_id, recorded, nameless)) is not None
