"""Which jobs a load accepts, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from cli.accounts import create_user
from common.catalogue.locking import keep_catalogue
from common.database.engine import open_engine
from common.jobs import arguments as job_arguments
from common.jobs.accepting import NewJob, accept
from common.jobs.job_tables import JobKind
from common.text.canonical import new_job_id
from tests.seeds.catalogue import (
    Catalogue,
    add_score,
    subscribe_to_goal,
    subscribe_to_quest,
)

Jobs = list[tuple[str, str, dict[str, Any]]]


@pytest.fixture
def users(catalogue: Catalogue) -> dict[str, int]:
    return {name: create_user(catalogue.engine, name) for name in ("alice", "bob", "carol")}


def queued(catalogue: Catalogue) -> Jobs:
    """User, kind and arguments of the jobs that wait, in their order."""
    return catalogue.rows(
        "SELECT username, kind, arguments FROM jobs JOIN users ON users.id = user_id"
        " WHERE state = 'queued' ORDER BY sequence"
    )


def add_orphan(catalogue: Catalogue, user_id: int, game: str) -> None:
    with catalogue.engine.begin() as connection:
        connection.execute(
            text(
                """
                INSERT INTO orphan_scores (user_id, orphan_id, import_type, game, data, context,
                    time_inserted)
                VALUES (:user_id, 'O' || :game, 'file/batch-manual', :game, '{}', '{}', 0)
                """
            ),
            {"user_id": user_id, "game": game},
        )


# --- recalculation -----------------------------------------------------------------------

Change = Callable[[Catalogue], None]


def another_level(catalogue: Catalogue) -> None:
    catalogue.chart("iidx", 1, "NORMAL", "SP")["level"] = "10"
    catalogue.chart("iidx", 1, "NORMAL", "SP")["levelNum"] = 10


def other_notes(catalogue: Catalogue) -> None:
    catalogue.chart("iidx", 1, "NORMAL", "SP")["data"]["notecount"] += 100


def another_song(catalogue: Catalogue) -> None:
    catalogue.chart("iidx", 1, "NORMAL", "SP")["songID"] = 6


def other_song_data(catalogue: Catalogue) -> None:
    catalogue.documents["songs-iidx"][0]["data"]["genre"] = "ECHO"


def other_versions(catalogue: Catalogue) -> None:
    catalogue.chart("iidx", 1, "NORMAL", "SP")["versions"] = ["27"]


def another_title(catalogue: Catalogue) -> None:
    catalogue.documents["songs-iidx"][0]["title"] = "Paper Lantern"


def nothing(catalogue: Catalogue) -> None:
    pass


@pytest.mark.parametrize(
    ("change", "recalculated"),
    [
        (another_level, True),
        (other_notes, True),
        (another_song, True),
        (other_song_data, True),
        (other_versions, False),
        (another_title, False),
        (nothing, False),
    ],
)
def test_users_with_personal_bests_on_charts_that_are_rated_anew_are_recalculated(
    catalogue: Catalogue, users: dict[str, int], change: Change, recalculated: bool
) -> None:
    chart = catalogue.chart("iidx", 1, "NORMAL", "SP")
    for name in ("alice", "bob"):
        add_score(catalogue.engine, users[name], "iidx", chart)
    add_score(catalogue.engine, users["carol"], "iidx", catalogue.chart("iidx", 2, "HYPER"))

    change(catalogue)
    summary = catalogue.load()

    arguments = {"charts": {"iidx": [chart["chartID"]]}, "folders": {}, "quests": [], "games": []}
    names = ("alice", "bob") if recalculated else ()
    assert queued(catalogue) == [(name, "recalculation", arguments) for name in names]
    assert summary.recalculation_jobs == len(names)


def test_a_user_gets_one_job_for_all_that_changed(
    catalogue: Catalogue, users: dict[str, int]
) -> None:
    goal = next(
        each
        for each in catalogue.documents["goals"]
        if (each["game"], each["charts"]["type"]) == ("iidx", "folder")
    )
    quest = next(each for each in catalogue.documents["quests"] if each["game"] == "iidx")
    charts = [catalogue.chart("iidx", 1, "LEGGENDARIA"), catalogue.chart("sdvx", 1, "ADV")]
    for game, chart in zip(("iidx", "sdvx"), charts, strict=True):
        add_score(catalogue.engine, users["alice"], game, chart)
    subscribe_to_goal(catalogue.engine, users["alice"], goal["goalID"], standalone=True)
    for name in ("alice", "bob"):
        subscribe_to_quest(catalogue.engine, users[name], quest["questID"])

    for chart in charts:
        chart |= {"level": "10", "levelNum": 10}
    quest["desc"] = "Other words."
    summary = catalogue.load()

    everything = {
        "charts": {"iidx": [charts[0]["chartID"]], "sdvx": [charts[1]["chartID"]]},
        "folders": {"iidx": [goal["charts"]["data"]]},
        "quests": [quest["questID"]],
        "games": [],
    }
    only_quest = {"charts": {}, "folders": {}, "quests": [quest["questID"]], "games": []}
    assert queued(catalogue) == [
        ("alice", "recalculation", everything),
        ("bob", "recalculation", only_quest),
    ]
    assert summary.recalculation_jobs == 2


def test_scores_of_users_who_are_gone_are_no_hindrance(catalogue: Catalogue) -> None:
    chart = catalogue.chart("iidx", 1, "NORMAL", "SP")
    add_score(catalogue.engine, 4242, "iidx", chart)
    add_orphan(catalogue, 4242, "iidx")
    another_level(catalogue)

    summary = catalogue.load()

    assert (summary.recalculation_jobs, summary.orphan_jobs) == (0, 0)


# --- orphans -----------------------------------------------------------------------------


def test_users_with_orphans_of_games_whose_songs_or_charts_changed_have_them_tried_again(
    catalogue: Catalogue, users: dict[str, int]
) -> None:
    for name, games in (("alice", ("iidx", "sdvx", "wacca")), ("bob", ("wacca",))):
        for game in games:
            add_orphan(catalogue, users[name], game)
    another_title(catalogue)
    catalogue.chart("sdvx", 1, "ADV")["versions"] = ["exceed"]

    summary = catalogue.load()

    assert queued(catalogue) == [("alice", "orphans", {"games": ["iidx", "sdvx"]})]
    assert summary.orphan_jobs == 1


@pytest.mark.parametrize(
    ("waiting", "state", "accepted"),
    [
        pytest.param({}, "queued", 0, id="all orphans wait already"),
        pytest.param({"games": ["iidx", "sdvx"]}, "queued", 0, id="more than these do"),
        pytest.param({"games": ["iidx"]}, "queued", 0, id="exactly these do"),
        pytest.param({"games": ["sdvx"]}, "queued", 1, id="only others do"),
        pytest.param({}, "running", 1, id="one that runs may have looked before"),
    ],
)
def test_orphans_that_wait_already_are_not_queued_again(
    catalogue: Catalogue,
    users: dict[str, int],
    waiting: dict[str, Any],
    state: str,
    accepted: int,
) -> None:
    add_orphan(catalogue, users["alice"], "iidx")
    with catalogue.engine.begin() as connection:
        job = NewJob(users["alice"], new_job_id(), job_arguments.read(JobKind.ORPHANS, waiting))
        accept(connection, job)
        connection.execute(text("UPDATE jobs SET state = :state"), {"state": state})
    another_title(catalogue)

    assert catalogue.load().orphan_jobs == accepted


# --- the cost ----------------------------------------------------------------------------


def test_loading_the_same_again_queues_nothing(catalogue: Catalogue, users: dict[str, int]) -> None:
    add_score(catalogue.engine, users["alice"], "iidx", catalogue.chart("iidx", 1, "HYPER", "SP"))
    add_orphan(catalogue, users["alice"], "iidx")
    other_notes(catalogue)
    catalogue.load()
    before = queued(catalogue)

    summary = catalogue.load()

    assert (summary.recalculation_jobs, summary.orphan_jobs) == (0, 0)
    assert queued(catalogue) == before


def test_a_load_waits_for_imports_that_are_writing_only_where_it_matters_to_users(
    catalogue: Catalogue,
) -> None:
    url = catalogue.engine.url.update_query_dict({"options": "-c lock_timeout=100ms"})
    impatient = Catalogue(open_engine(url.render_as_string(hide_password=False)), catalogue.folder)
    with catalogue.engine.begin() as an_import:
        keep_catalogue(an_import)
        impatient.documents["tables"][0]["description"] = "Other words."
        assert impatient.load().changes == 1
        another_title(impatient)
        with pytest.raises(OperationalError, match="lock timeout"):
            impatient.load()
    assert impatient.load().changes == 1
    impatient.engine.dispose()


def test_the_number_of_statements_does_not_depend_on_the_number_of_users(
    catalogue: Catalogue,
) -> None:
    def statements(number: int) -> int:
        chart = catalogue.chart("iidx", 1, "NORMAL", "SP")
        for index in range(number):
            user_id = create_user(catalogue.engine, f"user-{number}-{index}")
            add_score(catalogue.engine, user_id, "iidx", chart)
            add_orphan(catalogue, user_id, "iidx")
        other_notes(catalogue)
        seen = []

        def note(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
            seen.append(statement)

        event.listen(catalogue.engine, "before_cursor_execute", note)
        try:
            assert catalogue.load().recalculation_jobs >= number
        finally:
            event.remove(catalogue.engine, "before_cursor_execute", note)
        return len(seen)

    assert statements(1) == statements(20)
