"""What a load writes, removes, and leaves alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from common.catalogue.lookup import refresh_lookup
from common.text.canonical import folder_id
from tests.seeds.catalogue import Catalogue, changes


def test_a_load_writes_every_document(unloaded: Catalogue) -> None:
    summary = unloaded.load()

    assert changes(summary) == {
        name: (len(content), 0, 0, 0) for name, content in unloaded.documents.items()
    }
    assert summary.absent == ["bms-course-lookup"]
    assert summary.unchecked == []
    assert unloaded.rows(
        "SELECT title, artist, alt_titles, search_terms, data FROM songs"
        " WHERE game = 'iidx' AND id = 1"
    ) == [
        (
            "Paper Lanterns",
            "Midnight Ferry",
            ["紙灯籠"],
            ["kamidourou"],
            {"genre": "DREAM HOUSE", "displayVersion": "27"},
        )
    ]
    quests = unloaded.documents["quests"]
    assert unloaded.rows("SELECT quest_data FROM quests WHERE game = 'sdvx'") == [
        quests[1]["questData"]
    ]


def test_every_field_of_a_chart_is_stored(catalogue: Catalogue) -> None:
    chart = catalogue.chart("iidx", 3, "ANOTHER", "SP")

    stored = catalogue.rows(
        "SELECT chart_id, song_id, playtype, difficulty, level, level_num, is_primary, versions,"
        " data FROM charts WHERE chart_id = :chart",
        chart=chart["chartID"],
    )

    assert stored == [
        (
            chart["chartID"],
            3,
            "SP",
            "ANOTHER",
            "12",
            12,
            True,
            chart["versions"],
            chart["data"],
        )
    ]


def test_a_load_finds_the_charts_of_each_folder(catalogue: Catalogue) -> None:
    charts = dict(
        catalogue.rows(
            "SELECT title, array_agg(chart_id ORDER BY chart_id) FROM folders"
            " JOIN folder_charts USING (folder_id) WHERE game = 'sdvx' GROUP BY title"
        )
    )

    def ids(*names: tuple[int, str]) -> list[str]:
        return sorted(catalogue.chart("sdvx", *name)["chartID"] for name in names)

    assert charts["Level 19"] == ids((5, "VVD"), (6, "XCD"))
    assert charts["First steps"] == ids((1, "NOV"), (2, "NOV"), (4, "NOV"))
    assert charts["Songs by Ada Vint"] == ids((2, "NOV"), (2, "ADV"), (2, "EXH"), (2, "INF"))


def test_any_text_is_stored_as_it_is(catalogue: Catalogue) -> None:
    odd = 'tab\t line\n back\\slash "quotes" {braces}, NULL \\N é 夜 \u007f'
    catalogue.documents["songs-iidx"][0] |= {"title": odd, "altTitles": [odd, "", "NULL"]}
    catalogue.documents["charts-iidx"][0]["chartID"] = odd

    catalogue.load()

    assert catalogue.rows("SELECT title, alt_titles FROM songs WHERE game = 'iidx' AND id = 1") == [
        (odd, [odd, "", "NULL"])
    ]
    assert odd in catalogue.rows("SELECT chart_id FROM folder_charts")


# --- loading again ---------------------------------------------------------------------


def test_the_same_files_again_change_nothing(catalogue: Catalogue) -> None:
    before = catalogue.state()

    summary = catalogue.load()

    assert summary.changes == 0
    assert all(each.skipped for each in summary.collections)
    assert catalogue.state() == before


def test_a_file_that_is_only_written_differently_changes_no_document(
    catalogue: Catalogue,
) -> None:
    before = catalogue.state()
    for name, content in catalogue.documents.items():
        turned = [dict(reversed(each.items())) for each in reversed(content)]
        catalogue.documents[name] = turned

    summary = catalogue.load()

    assert summary.changes == 0
    assert not any(each.skipped for each in summary.collections)
    after = catalogue.state()
    assert after.pop("seed_collections") != before.pop("seed_collections")
    assert after == before


def test_a_changed_document_is_replaced_and_no_other(catalogue: Catalogue) -> None:
    catalogue.documents["songs-iidx"][0]["title"] = "Paper Lantern"

    summary = catalogue.load()

    assert changes(summary) == {"songs-iidx": (0, 1, 0, 0)}
    assert catalogue.rows("SELECT title FROM songs WHERE game = 'iidx' ORDER BY id LIMIT 2") == [
        "Paper Lantern",
        "Clockwork Orchard",
    ]


def test_documents_of_every_kind_are_replaced(catalogue: Catalogue) -> None:
    documents = catalogue.documents
    documents["charts-sdvx"][0]["data"]["inGameID"] = 9101
    documents["folders"][0]["title"] = "Third level"
    documents["tables"][0]["description"] = "Other words."
    documents["quests"][0]["desc"] = "Other words."
    documents["questlines"][0]["name"] = "Other words."

    summary = catalogue.load()

    names = ("charts-sdvx", "folders", "tables", "quests", "questlines")
    assert changes(summary) == dict.fromkeys(names, (0, 1, 0, 0))
    assert summary.changed_quests == [documents["quests"][0]["questID"]]
    assert "Other words." in catalogue.rows("SELECT name FROM questlines")


def test_the_version_of_a_game_rises_with_its_songs_and_charts_only(catalogue: Catalogue) -> None:
    before = catalogue.version("iidx"), catalogue.version("sdvx")
    catalogue.documents["songs-iidx"][0]["title"] = "Paper Lantern"
    catalogue.documents["folders"][-1]["title"] = "Very first steps"

    catalogue.load()

    assert (catalogue.version("iidx"), catalogue.version("sdvx")) == (before[0] + 1, before[1])


def test_charts_that_change_move_between_folders(catalogue: Catalogue) -> None:
    chart = catalogue.chart("sdvx", 1, "MXM")
    chart |= {"level": "20", "levelNum": 20}

    summary = catalogue.load()

    change = summary.lookups["sdvx"]
    assert (change.added, change.removed) == (1, 2)
    assert len(summary.changed_folders) == 3
    assert summary.rerated == {"sdvx": {chart["chartID"]}}
    assert catalogue.rows(
        "SELECT title FROM folders JOIN folder_charts USING (folder_id) WHERE chart_id = :chart",
        chart=chart["chartID"],
    ) == ["Level 20"]


def test_songs_that_change_move_their_charts_between_folders(catalogue: Catalogue) -> None:
    catalogue.documents["songs-sdvx"][1]["artist"] = "Somebody else"

    summary = catalogue.load()

    assert (summary.lookups["sdvx"].added, summary.lookups["sdvx"].removed) == (0, 4)


def test_charts_of_songs_whose_data_change_are_rated_anew(catalogue: Catalogue) -> None:
    catalogue.documents["songs-iidx"][0]["title"] = "Paper Lantern"
    catalogue.documents["songs-iidx"][6]["data"]["genre"] = "ECHO"

    assert catalogue.load().rerated == {
        "iidx": {
            chart["chartID"] for chart in catalogue.documents["charts-iidx"] if chart["songID"] == 7
        }
    }


def test_the_look_up_can_be_refreshed_from_the_database_alone(catalogue: Catalogue) -> None:
    with catalogue.engine.begin() as connection:
        assert refresh_lookup(connection, "sdvx").folders == []
        connection.execute(
            text(
                "INSERT INTO charts SELECT game, 'new', song_id, playtype, difficulty, level,"
                " level_num, false, versions, data, content_hash FROM charts"
                " WHERE game = 'sdvx' AND level = '19' LIMIT 1"
            )
        )
        change = refresh_lookup(connection, "sdvx")

    assert (change.added, change.removed) == (3, 0)


def test_charts_that_only_change_versions_are_not_rated_anew(catalogue: Catalogue) -> None:
    catalogue.documents["charts-iidx"][0]["versions"] = ["27"]

    assert catalogue.load().rerated == {}


# --- documents that are gone -----------------------------------------------------------


def test_documents_that_nothing_needs_are_removed(catalogue: Catalogue) -> None:
    catalogue.drop("songs-iidx", id=7)
    charts = catalogue.drop("charts-iidx", songID=7)
    [table] = catalogue.drop("tables", tableID="iidx-SP-picks")
    for folder in table["folders"]:
        catalogue.drop("folders", folderID=folder)
    catalogue.drop("questlines")

    summary = catalogue.load()

    assert changes(summary) == {
        "songs-iidx": (0, 0, 1, 0),
        "charts-iidx": (0, 0, 2, 0),
        "folders": (0, 0, 2, 0),
        "tables": (0, 0, 1, 0),
        "questlines": (0, 0, 1, 0),
    }
    looked_up = catalogue.rows("SELECT folder_id, chart_id FROM folder_charts")
    assert not {chart for _, chart in looked_up} & {chart["chartID"] for chart in charts}
    assert not {folder for folder, _ in looked_up} & set(table["folders"])


def test_goals_are_neither_changed_nor_removed(catalogue: Catalogue) -> None:
    before = catalogue.state()["goals"]
    catalogue.drop("quests")
    catalogue.drop("questlines")
    catalogue.documents["goals"] = [catalogue.documents["goals"][0] | {"name": "Other words."}]

    summary = catalogue.load()

    assert "goals" not in changes(summary)
    assert catalogue.state()["goals"] == before


def test_a_collection_that_is_not_in_the_folder_is_left_as_it_is(catalogue: Catalogue) -> None:
    before = catalogue.state()
    catalogue.drop("tables", tableID="iidx-SP-picks")
    catalogue.documents = {"tables": catalogue.documents["tables"]}

    summary = catalogue.load()

    after = catalogue.state()
    assert changes(summary) == {"tables": (0, 0, 1, 0)}
    assert [name for name in before if before[name] != after[name]] == [
        "tables",
        "seed_collections",
    ]
    assert {"folders", "goals", "quests", "questlines"} < set(summary.absent)


# --- games whose songs and charts players add ------------------------------------------


def add_bms(catalogue: Catalogue, *numbers: int) -> None:
    """Songs with one chart each, and a folder that holds all of them."""
    data = {"data¬tableFolders¬table": "x"}
    folder = catalogue.documents["folders"][0] | {"game": "bms", "playtype": "7K", "data": data}
    folder["folderID"] = folder_id("bms", "7K", data)
    catalogue.documents["folders"].append(folder)
    catalogue.documents["songs-bms"] = [
        {
            "id": number,
            "title": f"Song {number}",
            "artist": "",
            "altTitles": [],
            "searchTerms": [],
            "data": dict.fromkeys(("genre", "subtitle", "subartist", "tableString")),
        }
        for number in numbers
    ]
    catalogue.documents["charts-bms"] = [_bms_chart(number) for number in numbers]


def _bms_chart(number: int) -> dict[str, Any]:
    return {
        "chartID": f"bms-{number}",
        "songID": number,
        "playtype": "7K",
        "difficulty": "CHART",
        "level": "?",
        "levelNum": 0,
        "isPrimary": True,
        "versions": [],
        "data": {
            "notecount": 100,
            "hashMD5": f"md5-{number}",
            "hashSHA256": f"sha256-{number}",
            "tableFolders": [{"table": "x", "level": "1"}],
        },
    }


def test_songs_and_charts_of_bms_are_never_removed(catalogue: Catalogue) -> None:
    add_bms(catalogue, 1, 2)
    catalogue.load()
    catalogue.drop("songs-bms", id=2)
    catalogue.drop("charts-bms", songID=2)

    summary = catalogue.load()

    assert changes(summary) == {}
    for query in ("SELECT chart_id FROM charts", "SELECT 'bms-' || id FROM songs"):
        assert catalogue.rows(f"{query} WHERE game = 'bms' ORDER BY 1") == ["bms-1", "bms-2"]


def test_charts_that_only_the_database_has_stay_in_their_folders(catalogue: Catalogue) -> None:
    add_bms(catalogue, 1, 2)
    catalogue.load()
    catalogue.drop("songs-bms", id=2)
    catalogue.drop("charts-bms", songID=2)

    change = catalogue.load().lookups["bms"]

    assert (change.rows, change.added, change.removed) == (2, 0, 0)
