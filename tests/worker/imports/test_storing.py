"""What an import writes, and how."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests.support.importer import Importer
from tests.support.stack import batch_manual


def statements_of(importer: Importer, content: Any) -> list[str]:
    seen: list[str] = []

    def note(*arguments: Any) -> None:
        seen.append(arguments[2])

    event.listen(importer.runtime.engine, "before_cursor_execute", note)
    try:
        importer.run(importer.accept(content))
    finally:
        event.remove(importer.runtime.engine, "before_cursor_execute", note)
    return seen


def test_the_number_of_statements_does_not_depend_on_the_number_of_scores(
    importer: Importer,
) -> None:
    importer.imported(batch_manual(1))  # loads the catalogue
    few = statements_of(importer, of_all_kinds(30, first=10))
    many = statements_of(importer, of_all_kinds(2000, first=40))

    assert len(few) == len(many)
    charts, sessions, orphans = importer.query(
        "SELECT (SELECT count(*) FROM personal_bests), (SELECT count(*) FROM sessions),"
        " (SELECT count(*) FROM orphan_scores)"
    )[0]
    assert charts > 5
    assert sessions > 100
    assert orphans > 200


def test_nor_does_the_number_that_reach_the_server(importer: Importer, server_folder: Path) -> None:
    database = importer.query("SELECT current_database()")[0][0]
    importer.execute(f"ALTER DATABASE {database} SET log_statement = 'all'")
    importer.runtime.engine.dispose()
    # Loads the catalogue, and leaves personal bests of several scores.
    importer.imported(of_all_kinds(30, first=10))

    def logged_by(content: Any) -> int:
        job_id = importer.accept(content)
        before = logged(server_folder)
        importer.run(job_id)
        return logged(server_folder) - before

    few = logged_by(of_all_kinds(30, first=40))
    assert few > 10
    assert logged_by(of_all_kinds(5000, first=70)) == few


def logged(folder: Path) -> int:
    """Statements in the log of the PostgreSQL below: BEGIN, COPY and FETCH are among them."""
    logs = (file for file in folder.rglob("*.log") if file.is_file())
    return sum(log.read_text(errors="replace").count(" statement: ") for log in logs)


def of_all_kinds(count: int, *, first: int) -> dict[str, Any]:
    """Scores on many charts and in many sessions, with duplicates, orphans and errors."""
    document = batch_manual(count, first=first)
    for number, score in enumerate(document["scores"], first):
        # Two hours and more apart every tenth time.
        score["timeAchieved"] += number // 10 * 3_600_000 * 3
        score["identifier"] = str(number % 5 + 1)
        score["difficulty"] = ("NOV", "ADV", "EXH")[number % 3]
        if number % 7 == 0:
            score["identifier"] = f"9{number}"
        elif number % 11 == 0:
            score["difficulty"] = "no such"
        elif number % 13 == 0:
            score["score"] = 8_000_001
    return document


def test_scores_are_stored_as_the_input_had_them(importer: Importer) -> None:
    document = batch_manual(1)
    document["scores"][0] |= {
        "comment": 'back\\slash, tab\t, line\nbreak, "quotes" and 譜面',
        "judgements": {"critical": 100, "near": None},
        "optional": {"exScore": 1234, "gauge": 61.5, "fast": None},
        "timeAchieved": 1_700_000_000_000.5,
    }
    importer.imported(document)
    (score,) = importer.query("SELECT * FROM scores")
    assert score.comment == document["scores"][0]["comment"]
    assert score.time_achieved == 1_700_000_000_000.5
    assert score.score_data["judgements"] == {"critical": 100, "near": None}
    assert score.score_data["optional"] == {
        "exScore": 1234,
        "gauge": 61.5,
        "fast": None,
        "enumIndexes": {},
    }
    assert score.score_data["enumIndexes"] == {"lamp": 1, "grade": 2}
    assert score.highlight is False
    assert set(score.calculated_data) == {"VF6", "VF7"}


def test_a_blacklisted_score_is_skipped_and_counted(importer: Importer) -> None:
    first = importer.imported(batch_manual(2))
    importer.execute(
        "INSERT INTO score_blacklist SELECT user_id, score_id, '{}' FROM scores WHERE score_id ="
        " :id",
        id=first["scoreIDs"][0],
    )
    importer.execute("DELETE FROM scores")
    again = importer.imported(batch_manual(2))
    assert again["scoreIDs"] == first["scoreIDs"][1:]
    assert again["skipped"] == {"notPlayed": 0, "notTracked": 0, "duplicates": 0, "blacklisted": 1}


def test_another_users_equal_scores_are_no_duplicates(importer: Importer) -> None:
    other = Importer(importer.runtime, "bob")
    assert len(importer.imported(batch_manual(5))["scoreIDs"]) == 5
    assert len(other.imported(batch_manual(5))["scoreIDs"]) == 5


def test_an_orphan_twice_in_one_file_is_kept_once(importer: Importer) -> None:
    document = batch_manual(1, song="4242")
    document["scores"] *= 2
    imported = importer.imported(document)
    kinds = [error["type"] for error in imported["errors"]]
    assert kinds == ["SongOrChartNotFound", "OrphanExists"]
    (orphan,) = importer.query("SELECT * FROM orphan_scores")
    assert orphan.data == document["scores"][0]
    assert orphan.context["service"] == "tests"
    assert orphan.err_msg == "Cannot find song with songID 4242."


def test_every_entry_is_accounted_for(importer: Importer) -> None:
    document = batch_manual(6)
    document["scores"][1]["identifier"] = "4242"
    document["scores"][2]["difficulty"] = "NOPE"
    document["scores"][3]["timeAchieved"] = 9_999_999_999_999
    document["scores"].append(document["scores"][0])
    imported = importer.imported(document)
    counted = len(imported["scoreIDs"]) + len(imported["errors"])
    assert counted + sum(imported["skipped"].values()) == len(document["scores"])
    assert len(imported["scoreIDs"]) == 3


def test_a_changed_catalogue_is_noticed_by_the_next_import(importer: Importer) -> None:
    importer.imported(batch_manual(1))
    importer.execute("UPDATE charts SET difficulty = 'NOV' WHERE difficulty = 'ADV'")
    assert len(importer.imported(batch_manual(1, first=1))["scoreIDs"]) == 1, "no new version yet"
    importer.execute("UPDATE catalogue_versions SET version = version + 1")
    imported = importer.imported(batch_manual(1, first=2))
    assert [error["type"] for error in imported["errors"]] == ["SongOrChartNotFound"]
