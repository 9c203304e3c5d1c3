"""Sessions of real imports, and what removing scores makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from common.sessions.session_info import score_info
from tests.support.importer import Importer
from tests.support.stack import batch_manual
from tests.worker.imports.test_storing import statements_of
from worker.records.sessions import remove_scores

START = 1_700_000_000_000
HOUR = 3_600_000


def at(*hours: float | None, lamp: str = "CLEAR") -> dict[str, Any]:
    """An import of one sdvx score for each of the times, in hours."""
    document = batch_manual(len(hours))
    for number, (score, hour) in enumerate(zip(document["scores"], hours, strict=True)):
        score["score"] = 9_000_000 + number + (0 if hour is None else int(hour * 100))
        score["lamp"] = lamp
        score["timeAchieved"] = None if hour is None else START + int(hour * HOUR)
    return document


def sessions(importer: Importer) -> list[Any]:
    return importer.query(
        "SELECT * FROM sessions WHERE user_id = :user_id ORDER BY time_started",
        user_id=importer.user_id,
    )


def spans(importer: Importer) -> list[tuple[float, float, int]]:
    """Of each session: its first and last hour, and the number of its scores."""
    return [
        ((row.time_started - START) / HOUR, (row.time_ended - START) / HOUR, len(row.score_ids))
        for row in sessions(importer)
    ]


def forget(importer: Importer, score_ids: list[str]) -> None:
    with importer.runtime.engine.begin() as connection:
        remove_scores(connection, importer.user_id, score_ids)


def test_an_import_creates_sessions_and_lists_them(importer: Importer) -> None:
    imported = importer.imported(at(0, 10, 1, None, 11.5))
    assert spans(importer) == [(0, 1, 2), (10, 11.5, 2)]
    assert imported["createdSessions"] == [
        {"sessionID": row.session_id, "type": "Created"} for row in sessions(importer)
    ]
    first = sessions(importer)[0]
    ids = imported["scoreIDs"]
    assert first.score_ids == [ids[0], ids[2]]
    assert first.session_id[0] == "Q"
    assert len(first.session_id) == 41
    assert len(first.name.split()) == 3
    assert (first.desc, first.highlight, first.game) == (None, False, "sdvx")
    assert first.calculated_data == {"ProfileVF6": None, "ProfileVF7": None}


def test_scores_of_unknown_time_are_in_no_session(importer: Importer) -> None:
    assert importer.imported(at(None, None))["createdSessions"] == []
    assert sessions(importer) == []


def test_a_later_import_appends_and_rates_old_and_new_scores_together(importer: Importer) -> None:
    importer.imported(at(*(number / 10 for number in range(6))))
    before = sessions(importer)[0]
    importer.execute("UPDATE sessions SET name = 'mine', \"desc\" = 'so fun', highlight = true")
    added = importer.imported(at(*(1 + number / 10 for number in range(6))))
    (after,) = sessions(importer)
    assert added["createdSessions"] == [{"sessionID": before.session_id, "type": "Appended"}]
    assert after.score_ids == before.score_ids + added["scoreIDs"]
    assert (after.name, after.desc, after.highlight) == ("mine", "so fun", True)
    assert after.time_inserted == before.time_inserted
    assert before.calculated_data["ProfileVF6"] is None, "six scores are too few"
    rated = [
        row.calculated_data["VF6"] for row in importer.query("SELECT calculated_data FROM scores")
    ]
    best = sum(sorted(rated, reverse=True)[:10]) / 10
    assert after.calculated_data["ProfileVF6"] == pytest.approx(best * 50, rel=1e-12)


def test_a_group_inside_a_long_session_joins_it(importer: Importer) -> None:
    importer.imported(at(*range(0, 13, 1)))
    importer.execute("UPDATE sessions SET score_ids = score_ids[1:1] || score_ids[13:13]")
    assert importer.imported(at(6.25))["createdSessions"][0]["type"] == "Appended"
    assert spans(importer) == [(0, 12, 3)]


def test_a_group_between_two_sessions_joins_the_earlier(importer: Importer) -> None:
    importer.imported(at(0, 3))
    importer.imported(at(1.5))
    assert spans(importer) == [(0, 1.5, 2), (3, 3, 1)]


def test_a_session_can_be_created_and_appended_to_by_one_import(importer: Importer) -> None:
    created = importer.imported(at(0, 2))["createdSessions"]
    assert [each["type"] for each in created] == ["Created", "Appended"]
    assert spans(importer) == [(0, 2, 2)]


def test_sessions_of_other_users_and_playtypes_are_left_alone(importer: Importer) -> None:
    importer.imported(at(0))
    other = Importer(importer.runtime, "bob")
    assert other.imported(at(0.5))["createdSessions"][0]["type"] == "Created"
    importer.execute("UPDATE sessions SET playtype = 'Other' WHERE user_id = :u", u=other.user_id)
    assert other.imported(at(0.6))["createdSessions"][0]["type"] == "Created"


def test_many_sessions_take_no_more_statements_than_few(importer: Importer) -> None:
    """Both imports append to a session and create others."""
    importer.imported(at(0))
    few = statements_of(importer, at(1, 10, 20))
    many = statements_of(importer, at(*range(30, 930, 3), 20.5))
    assert len(sessions(importer)) == 303
    assert len(few) == len(many)


# --- taking scores away ------------------------------------------------------------------


def test_removing_an_imports_scores_leaves_sessions_as_they_were(importer: Importer) -> None:
    importer.imported(at(1, 1.5, 20, 21))
    before = sessions(importer)
    later = importer.imported(at(0.5, 2, 2.5, 22, 50, 60))
    assert len(sessions(importer)) == 4
    forget(importer, later["scoreIDs"])
    assert sessions(importer) == before


@pytest.mark.parametrize("deleted_first", [True, False])
def test_a_session_without_scores_is_deleted(importer: Importer, deleted_first: bool) -> None:
    imported = importer.imported(at(0, 1))
    if deleted_first:
        importer.execute("DELETE FROM scores")
    forget(importer, imported["scoreIDs"])
    assert sessions(importer) == []


def test_a_session_is_rated_and_timed_by_the_scores_that_remain(importer: Importer) -> None:
    imported = importer.imported(at(*(number / 10 for number in range(11))))
    rated = sessions(importer)[0].calculated_data["ProfileVF6"]
    forget(importer, imported["scoreIDs"][:1])
    assert spans(importer) == [(0.1, 1.0, 10)]
    assert sessions(importer)[0].score_ids == imported["scoreIDs"][1:]
    assert sessions(importer)[0].calculated_data["ProfileVF6"] == pytest.approx(rated, rel=0.1)
    forget(importer, imported["scoreIDs"][-1:])
    assert sessions(importer)[0].calculated_data["ProfileVF6"] is None


def test_other_sessions_are_not_touched(importer: Importer) -> None:
    imported = importer.imported(at(0, 10))
    importer.execute("UPDATE sessions SET calculated_data = '{}'")
    forget(importer, [*imported["scoreIDs"][:1], "Tunknown"])
    (left,) = sessions(importer)
    assert left.calculated_data == {}
    forget(importer, [])
    assert len(sessions(importer)) == 1


def test_only_the_users_own_sessions_lose_scores(importer: Importer) -> None:
    imported = importer.imported(at(0))
    with importer.runtime.engine.begin() as connection:
        remove_scores(connection, importer.user_id + 1, imported["scoreIDs"])
    assert len(sessions(importer)) == 1


# --- compared with what was before -------------------------------------------------------


def test_scores_are_compared_with_the_personal_bests_from_before_their_session(
    importer: Importer,
) -> None:
    """Not with each other, nor with scores of a later or an unknown time."""
    importer.imported(at(0, 1))  # 9 000 000 and 9 000 101
    imported = importer.imported(at(10, 11, lamp="EXCESSIVE CLEAR"))  # 9 001 000 and 9 001 101
    importer.imported(at(None, 30, lamp="ULTIMATE CHAIN"))
    with importer.runtime.engine.connect() as connection:
        first, second, _ = (score_info(connection, session) for session in sessions(importer))
    assert [compared["isNewScore"] for compared in first] == [True, True]
    assert [compared["scoreID"] for compared in second] == imported["scoreIDs"]
    assert [compared["deltas"] for compared in second] == [
        {"score": 899, "lamp": 1, "grade": 0},
        {"score": 1000, "lamp": 1, "grade": 0},
    ]
