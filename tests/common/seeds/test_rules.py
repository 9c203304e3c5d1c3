"""Every rule of integrity, each against a catalogue in which nothing else is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from common.seeds.context import References
from common.text.canonical import folder_id, goal_id
from tests.common.seeds.seeds import Documents, example, violations, warnings

Breakage = Callable[[Documents], Any]


def set_field(collection: str, place: int, field: str, value: Any) -> Breakage:
    return lambda documents: documents[collection][place].__setitem__(field, value)


def append_copy(collection: str, place: int, **fields: Any) -> Breakage:
    return lambda documents: documents[collection].append(
        {**documents[collection][place], **fields}
    )


def add_folder(data: dict[str, Any], **fields: Any) -> Breakage:
    def breakage(documents: Documents) -> None:
        folder = documents["folders"][0] | {"data": data} | fields
        folder["folderID"] = folder_id(folder["game"], folder["playtype"], data)
        documents["folders"].append(folder)

    return breakage


def add_goal(**fields: Any) -> Breakage:
    def breakage(documents: Documents) -> None:
        goal = documents["goals"][0] | fields
        goal["goalID"] = goal_id(goal["game"], goal["playtype"], goal["charts"], goal["criteria"])
        documents["goals"].append(goal)

    return breakage


def add_courses(*courses: dict[str, Any]) -> Breakage:
    usual = {"title": "", "playtype": "7K", "set": "genocideDan", "value": "NORMAL_1"}
    return lambda documents: documents.update(
        {"bms-course-lookup": [usual | {"md5sums": "0" * 64} | course for course in courses]}
    )


def lamp(value: float) -> dict[str, Any]:
    return {"mode": "single", "key": "lamp", "value": value}


FOLDERS, GOALS, COURSES = "folders.json", "goals.json", "bms-course-lookup.json"

CASES: list[tuple[str, Breakage, str, str, str]] = [
    # what is broken, how, and the file, rule and detail of the one violation expected
    (
        "two songs with one id",
        append_copy("songs-iidx", 0),
        "songs-iidx.json",
        "unique id",
        "another document has the same 1",
    ),
    (
        "two charts with one id",
        append_copy("charts-iidx", 0, isPrimary=False),
        "charts-iidx.json",
        "unique chartID",
        "another document has the same",
    ),
    (
        "a chart of one id in two games",
        lambda documents: documents["charts-sdvx"].append(
            documents["charts-sdvx"][0]
            | {"chartID": documents["charts-iidx"][1]["chartID"], "isPrimary": False}
        ),
        "charts-sdvx.json",
        "unique chartID",
        "charts-iidx.json has the same chartID",
    ),
    (
        "two primary charts of one difficulty",
        append_copy("charts-iidx", 0, chartID="other", data=None),
        "charts-iidx.json",
        "shape",
        "data must be an object",
    ),
    (
        "two primary charts of one difficulty, each well-formed",
        lambda documents: documents["charts-iidx"].append(
            documents["charts-iidx"][0]
            | {
                "chartID": "other",
                "data": documents["charts-iidx"][0]["data"] | {"inGameID": 1},
            }
        ),
        "charts-iidx.json",
        "one primary chart a difficulty",
        "has the same 1, SP, NORMAL",
    ),
    (
        "a version twice",
        set_field("charts-iidx", 0, "versions", ["27", "28", "27"]),
        "charts-iidx.json",
        "version",
        "versions names a version twice",
    ),
    (
        "an unknown version",
        set_field("charts-iidx", 0, "versions", ["27", "omega"]),
        "charts-iidx.json",
        "version",
        "iidx:SP has no version omega",
    ),
    (
        "an unknown difficulty",
        set_field("charts-iidx", 0, "difficulty", "BEGINNER"),
        "charts-iidx.json",
        "difficulty",
        "iidx:SP has no difficulty BEGINNER",
    ),
    (
        "an unknown playtype",
        set_field("charts-iidx", 0, "playtype", "TP"),
        "charts-iidx.json",
        "playtype",
        "TP is no playtype of iidx",
    ),
    (
        "a folder of no game",
        add_folder({"level": "1"}, game="pong"),
        FOLDERS,
        "GPT",
        "there is no game pong",
    ),
    (
        "a folder of no playtype",
        add_folder({"level": "1"}, playtype="TP"),
        FOLDERS,
        "GPT",
        "iidx has no playtype TP",
    ),
    (
        "a chart without its song",
        set_field("charts-iidx", 0, "songID", 404),
        "charts-iidx.json",
        "reference",
        "songID: there is no song 404",
    ),
    (
        "a table with a folder that is not there",
        lambda documents: documents["tables"][0]["folders"].append("F404"),
        "tables.json",
        "reference",
        "folders: folder F404 does not exist",
    ),
    (
        "a table with a folder of another GPT",
        lambda documents: documents["tables"][0]["folders"].append(
            documents["tables"][1]["folders"][0]
        ),
        "tables.json",
        "reference",
        "is of iidx:DP, not of iidx:SP",
    ),
    (
        "a table with a folder twice",
        lambda documents: documents["tables"][0]["folders"].append(
            documents["tables"][0]["folders"][0]
        ),
        "tables.json",
        "unique folders",
        "folders names a folder twice",
    ),
    (
        "a goal on a chart that is not there",
        add_goal(charts={"type": "single", "data": "C404"}),
        GOALS,
        "reference",
        "charts: chart C404 does not exist",
    ),
    (
        "a goal on charts of which one is not there",
        add_goal(charts={"type": "multi", "data": ["C404"]}),
        GOALS,
        "reference",
        "charts: chart C404 does not exist",
    ),
    (
        "a goal on a folder that is not there",
        add_goal(charts={"type": "folder", "data": "F404"}),
        GOALS,
        "reference",
        "charts: folder F404 does not exist",
    ),
    (
        "a goal on a chart of another GPT",
        add_goal(playtype="DP"),
        GOALS,
        "reference",
        "is of iidx:SP, not of iidx:DP",
    ),
    (
        "a quest with a goal that is not there",
        lambda documents: documents["quests"][0]["questData"][0]["goals"].append(
            {"goalID": "G404"}
        ),
        "quests.json",
        "reference",
        "questData: goal G404 does not exist",
    ),
    (
        "a questline with a quest that is not there",
        lambda documents: documents["questlines"][0]["quests"].append("Q404"),
        "questlines.json",
        "reference",
        "quests: quest Q404 does not exist",
    ),
    (
        "a questline with a quest of another GPT",
        lambda documents: documents["questlines"][0]["quests"].append(
            documents["quests"][1]["questID"]
        ),
        "questlines.json",
        "reference",
        "is of sdvx:Single, not of iidx:SP",
    ),
    (
        "a goal whose id is not its hash",
        append_copy("goals", 0, goalID="G1"),
        GOALS,
        "goalID",
        "the goal's charts and criteria give G",
    ),
    (
        "a folder with an unknown operator",
        add_folder({"level": {"~regex": "1"}}),
        FOLDERS,
        "folder query",
        "operator ~regex is not supported",
    ),
    (
        "no default table",
        set_field("tables", 0, "default", False),
        "tables.json",
        "default table",
        "iidx:SP needs one default table, and has none",
    ),
    (
        "two default tables",
        set_field("tables", 2, "default", True),
        "tables.json",
        "default table",
        "iidx:SP needs one default table, and has iidx-SP-levels, iidx-SP-picks",
    ),
    (
        "an inactive default table",
        set_field("tables", 0, "inactive", True),
        "tables.json",
        "default table",
        "a default table must not be inactive",
    ),
    (
        "a goal on an unknown metric",
        add_goal(criteria={"mode": "single", "key": "vibes", "value": 5}),
        GOALS,
        "goal criteria",
        "iidx:SP has no metric vibes",
    ),
    (
        "a goal on an optional metric",
        add_goal(criteria={"mode": "single", "key": "bp", "value": 5}),
        GOALS,
        "goal criteria",
        "iidx:SP has no metric bp",
    ),
    (
        "a goal beyond an enum",
        add_goal(criteria=lamp(8)),
        GOALS,
        "goal criteria",
        "8 is no index into the 8 values of lamp",
    ),
    (
        "a goal between two enum values",
        add_goal(criteria=lamp(4.5)),
        GOALS,
        "goal criteria",
        "4.5 is no index into the 8 values of lamp",
    ),
    (
        "an in-game id that finds two primary charts",
        set_field("charts-sdvx", 4, "data", {"inGameID": 9001}),
        "charts-sdvx.json",
        "match key",
        "sdvxInGameID 9001 NOV also finds",
    ),
    (
        "an in-game id in a list that finds two primary charts",
        lambda documents: documents["charts-iidx"][0]["data"].update(inGameID=[1, 28001]),
        "charts-iidx.json",
        "match key",
        "inGameID 28001 NORMAL also finds",
    ),
    (
        "two courses with the same charts",
        add_courses({}, {"value": "NORMAL_2"}),
        COURSES,
        "unique md5sums",
        "another document has the same",
    ),
    (
        "two courses for one class",
        add_courses({}, {"md5sums": "1" * 64}),
        COURSES,
        "one course a class",
        "has the same genocideDan, 7K, NORMAL_1",
    ),
    (
        "a course for no class",
        add_courses({"value": "NORMAL_99"}),
        COURSES,
        "class",
        "genocideDan has no class NORMAL_99",
    ),
    (
        "a course for no class set of its playtype",
        add_courses({"playtype": "14K", "set": "lnDan", "value": "DAN_1"}),
        COURSES,
        "class",
        "bms:14K has no class set lnDan",
    ),
    (
        "the fourth difficulty twice under one in-game id",
        lambda documents: documents["charts-sdvx"].append(
            documents["charts-sdvx"][7] | {"chartID": "other", "difficulty": "HVN"}
        ),
        "charts-sdvx.json",
        "match key",
        "sdvxInGameID 9002 ANY_INF also finds",
    ),
]


def test_nothing_is_wrong_with_the_example_catalogue() -> None:
    assert violations(example()) == []


@pytest.mark.parametrize(
    ("breakage", "file", "rule", "detail"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_a_broken_catalogue_is_told_of(
    breakage: Breakage, file: str, rule: str, detail: str
) -> None:
    documents = example()
    breakage(documents)

    found = violations(documents)

    assert [(each.file, each.rule) for each in found] == [(file, rule)], found
    assert detail in found[0].detail
    assert found[0].key


def test_a_folder_whose_id_is_not_its_hash_is_told_of_with_the_right_one() -> None:
    documents = example()
    right = documents["folders"][0]["folderID"]
    documents["folders"][0]["folderID"] = "F1"

    found = {each.rule: each for each in violations(documents)}

    assert found["folderID"].key == "F1"
    assert found["folderID"].detail == f"the folder's data gives {right}"
    assert found["reference"].detail == f"folders: folder {right} does not exist"


def test_the_id_of_a_static_folder_counts_its_charts() -> None:
    """Source: specification, seeds-format.md section 15."""
    folder = {
        "folderID": "F2750d32a5f2315c22e6e6a45dffc90448f0e4a664a0b74920c71cf904482e6dc",
        "game": "sdvx",
        "playtype": "Single",
        "title": "",
        "type": "static",
        "data": ["aa", "bb"],
        "inactive": False,
        "searchTerms": [],
    }

    assert violations({"folders": [folder]}) == []


def test_everything_that_is_wrong_is_told_at_once() -> None:
    documents = example()
    documents["songs-iidx"][0]["title"] = 5
    documents["charts-sdvx"][0]["songID"] = 404
    documents["tables"][0]["folders"].append("F404")
    documents["quests"][0]["nickname"] = "Q"

    assert {(each.file, each.rule) for each in violations(documents)} == {
        ("songs-iidx.json", "shape"),
        ("charts-sdvx.json", "reference"),
        ("tables.json", "reference"),
        ("quests.json", "shape"),
    }


def test_what_refers_to_a_malformed_document_is_not_called_wrong() -> None:
    documents = example()
    documents["songs-iidx"][0]["nickname"] = "S"
    documents["folders"][0]["nickname"] = "F"
    documents["goals"][0]["nickname"] = "G"
    documents["charts-iidx"][2]["nickname"] = "C"
    documents["quests"][0]["nickname"] = "Q"
    documents["tables"][0]["nickname"] = "T"

    assert {each.rule for each in violations(documents)} == {"shape"}


def test_collections_that_are_not_in_the_folder_may_be_in_the_database() -> None:
    documents = example()
    partial = {"tables": documents["tables"], "quests": documents["quests"]}
    stored = References(
        folders={
            each["folderID"]: f"{each['game']}:{each['playtype']}" for each in documents["folders"]
        },
        goals={each["goalID"]: f"{each['game']}:{each['playtype']}" for each in documents["goals"]},
    )

    assert {each.rule for each in violations(partial)} == {"reference"}
    assert violations(partial, stored=stored) == []


def test_songs_that_share_a_title_are_only_a_warning() -> None:
    assert [str(each) for each in warnings(example())] == [
        "songs-iidx.json, 6: ambiguous title: songs 6, 7 share the title echo"
    ]


def test_a_short_quest_and_a_gpt_without_table_are_only_warnings() -> None:
    documents = example()
    documents["quests"][1]["questData"][0]["goals"][1:] = []
    documents["tables"] = [each for each in documents["tables"] if each["playtype"] != "DP"]

    assert violations(documents) == []
    assert {(each.rule, each.detail) for each in warnings(documents)} >= {
        ("short quest", "has fewer than two goals"),
        ("default table", "iidx:DP has charts but no table"),
    }
