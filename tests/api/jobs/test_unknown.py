"""IDs that are no job's are remembered for a moment, and no more of them than there is room for."""

from __future__ import annotations

import pytest

from api.jobs import unknown
from api.jobs.unknown import SECONDS, UnknownIDs


def test_an_id_is_unknown_for_a_moment() -> None:
    now = 100.0
    ids = UnknownIDs(lambda: now)
    assert "a" not in ids
    ids.add("a")
    assert "a" in ids
    assert "b" not in ids
    now += SECONDS
    assert "a" not in ids


def test_many_ids_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknown, "MOST", 3)
    ids = UnknownIDs()
    for number in range(100):
        ids.add(str(number))
        assert str(number) in ids
    assert sum(str(number) in ids for number in range(100)) <= 3
