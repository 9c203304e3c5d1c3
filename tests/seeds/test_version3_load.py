"""Seeds of version 3: recognised, checked, loaded; and back to version 2's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, text

from common.catalogue import catalogue_rows, other_ids
from common.games.registry import get_gpt, is_never_whole
from common.seeds.loader import Loading, load_directory
from common.seeds.version3.conversion import made_up_chart_id
from common.seeds.violations import SeedsError
from common.text.canonical import canonical_text, folder_id, goal_id, hashed_id
from tests.seeds.catalogue import TABLES, Catalogue
from tests.seeds.version3 import as_version_3
from tests.support.shared_data import shared_folder

SUBSET = shared_folder() / "seeds-v3" / "subset"
DRY = Loading(dry_run=True)

# --- what the specification gives as test vectors ------------------------------------------------


@pytest.mark.parametrize(
    ("chart", "expected"),
    [
        ("C0000000000000000001", "cdadff7db3d21f6315c322d01fddede5eec95214"),
        ("C19d35e10e7481c15f10", "66de3a1c033e47397456bb47ed734481974f0915"),
    ],
)
def test_a_chart_without_a_legacy_id_has_one_made_of_its_own(chart: str, expected: str) -> None:
    assert made_up_chart_id(chart) == expected


def test_goal_ids_of_both_versions() -> None:
    criteria = {"key": "lamp", "mode": "single", "value": 5}
    charts = {"type": "single", "data": "C19d35e10e7481c15f10"}
    legacy = {"type": "single", "data": "66b41c0e8f23758bd7191f6e03db3ad318b698b9"}

    third = hashed_id(
        "G", canonical_text({"game": "iidx-sp", "charts": charts, "criteria": criteria})
    )

    assert third == "G82b65d092a5da05bad2b1b116fe8f31e844e55340343b2a2b7a5def5ad1944da"
    assert goal_id("iidx", "SP", legacy, criteria) == (
        "Gcea58fb099db74612d9654c4e8fec345154ce00c31d7525ea03efc7389a27c09"
    )


# --- the example catalogue in version 3's form ---------------------------------------------------


def stored(engine: Engine) -> dict[str, list[Any]]:
    """All that a load writes, but for version 3's IDs."""
    found = {}
    with engine.connect() as connection:
        for table, order in TABLES.items():
            if table not in ("catalogue_versions", "seed_collections"):
                rows = connection.execute(text(f"SELECT * FROM {table} ORDER BY {order}"))
                found[table] = [
                    {
                        name: value
                        for name, value in row._mapping.items()
                        if name not in ("v3_id", "slug")
                    }
                    for row in rows
                ]
    return found


@pytest.fixture
def songs_and_charts(unloaded: Catalogue) -> Catalogue:
    """Only what every game has."""
    unloaded.documents = {
        name: documents
        for name, documents in unloaded.documents.items()
        if name.startswith(("songs-", "charts-")) and not name.endswith(("-bms", "-pms", "-usc"))
    }
    return unloaded


def test_the_same_catalogue_in_either_form_is_the_same(
    songs_and_charts: Catalogue, tmp_path: Path
) -> None:
    songs_and_charts.load()
    before = stored(songs_and_charts.engine)
    third = as_version_3(songs_and_charts, tmp_path / "third")

    there = load_directory(songs_and_charts.engine, third)
    back = songs_and_charts.load()

    assert there.changes == back.changes == 0
    assert stored(songs_and_charts.engine) == before


def test_ids_of_both_versions_find_the_same(songs_and_charts: Catalogue, tmp_path: Path) -> None:
    songs_and_charts.load()
    chart = songs_and_charts.documents["charts-sdvx"][0]
    with songs_and_charts.engine.connect() as connection:
        derived = other_ids.other_ids(connection, "charts", "sdvx", [chart["chartID"]])
    assert derived[chart["chartID"]].startswith("C")

    load_directory(songs_and_charts.engine, as_version_3(songs_and_charts, tmp_path / "third"))

    own = f"C{chart['chartID'][:19]}"
    with songs_and_charts.engine.connect() as connection:
        now = other_ids.other_ids(connection, "charts", "sdvx", [chart["chartID"]])
        asked = [own, derived[chart["chartID"]], chart["chartID"], "C0"]
        keys = other_ids.keys_of(connection, "charts", asked)
        songs = other_ids.songs_of(connection, "sdvx")
    assert now == {chart["chartID"]: own}
    assert keys == dict.fromkeys(asked[:3], chart["chartID"])
    assert songs[f"S{chart['songID']:019x}"] == chart["songID"]


def test_folders_are_found_by_slug_first(songs_and_charts: Catalogue, tmp_path: Path) -> None:
    """Then by id, and legacy id: http-api.md of version 3, section 1.3."""
    songs_and_charts.load()
    third = as_version_3(songs_and_charts, tmp_path / "third")
    folders = [
        {
            "id": f"F{slug:0<19}",
            "legacyFolderID": legacy,
            "slug": slug,
            "game": "sdvx",
            "title": title,
            "inactive": False,
            "searchTerms": [],
            "versionFilter": [],
            "where": f"chart.level = '{level}'",
        }
        for slug, legacy, title, level in [
            ("eleven", "F11", "Level 11", 11),
            ("F11", "F12", "Level 12", 12),
        ]
    ]
    (third / "folders.json").write_bytes(orjson.dumps(folders))
    load_directory(songs_and_charts.engine, third)
    sdvx = get_gpt("sdvx", "Single")

    def found(name: str) -> tuple[str, str] | None:
        with songs_and_charts.engine.connect() as connection:
            row = catalogue_rows.find_folder(connection, sdvx, name)
        return row and (row.title, row.slug)

    assert found("eleven") == found("Feleven0000000000000") == ("Level 11", "eleven")
    assert found("F11") == found("F12") == found("FF110000000000000000") == ("Level 12", "F11")
    assert found("twelve") is None

    folders[0]["slug"] = "11"
    (third / "folders.json").write_bytes(orjson.dumps(folders))
    load_directory(songs_and_charts.engine, third)
    assert found("11") == found("eleven") == ("Level 11", "11")


def test_a_chart_that_comes_back_has_the_id_it_was_known_by(
    songs_and_charts: Catalogue, tmp_path: Path
) -> None:
    songs_and_charts.load()
    load_directory(songs_and_charts.engine, as_version_3(songs_and_charts, tmp_path / "third"))
    charts = songs_and_charts.documents["charts-sdvx"]
    chart = charts.pop(0)
    songs_and_charts.load()
    charts.insert(0, chart)

    songs_and_charts.load()

    with songs_and_charts.engine.connect() as connection:
        shown = connection.execute(
            text("SELECT v3_id FROM charts WHERE chart_id = :chart"), {"chart": chart["chartID"]}
        )
        assert shown.scalar_one() == f"C{chart['chartID'][:19]}"


@pytest.mark.parametrize(
    ("kind", "key"),
    [("songs", "id"), ("charts", "chart_id"), ("folders", "folder_id"), ("tables", "table_id")],
)
def test_new_rows_have_the_id_that_the_database_would_derive(
    catalogue: Catalogue, kind: str, key: str
) -> None:
    catalogue.load()
    select = text(f"SELECT game, {key}, v3_id FROM {kind} ORDER BY game, {key}")
    with catalogue.engine.connect() as connection:
        rows = connection.execute(select).all()
        assert rows
        for game, value, shown in rows:
            assert shown == other_ids.derive(kind, game, value)
        connection.execute(text(f"UPDATE {kind} SET v3_id = NULL"))
        connection.execute(text("DELETE FROM other_ids"))
        other_ids.name_all(connection, {})
        assert connection.execute(select).all() == rows
        connection.rollback()


def test_a_dry_run_tells_and_changes_nothing(songs_and_charts: Catalogue) -> None:
    before = stored(songs_and_charts.engine)

    told = load_directory(songs_and_charts.engine, songs_and_charts.write(), DRY)

    assert told.changes > 0
    assert stored(songs_and_charts.engine) == before
    assert songs_and_charts.load().changes == told.changes


def test_charts_of_playtypes_without_a_file_stay(
    songs_and_charts: Catalogue, tmp_path: Path
) -> None:
    songs_and_charts.load()
    third = as_version_3(songs_and_charts, tmp_path / "third")
    (third / "charts-iidx-dp.json").unlink()

    assert load_directory(songs_and_charts.engine, third).changes == 0


def test_a_playtype_whose_charts_come_later_keeps_no_folder_that_is_gone(
    unloaded: Catalogue, tmp_path: Path
) -> None:
    """Though the file of folders is the same as before, to the byte."""
    kept = ("songs-iidx", "charts-iidx", "folders")
    unloaded.documents = {name: unloaded.documents[name] for name in kept}
    folders = [each for each in unloaded.documents["folders"] if each["game"] == "iidx"]
    data = {"level": "5"}
    other = {"title": "Of DP", "playtype": "DP", "data": data, "type": "charts"}
    other["folderID"] = folder_id("iidx", "DP", data)
    unloaded.documents["folders"] = [*folders, folders[0] | other]
    unloaded.load()
    third = as_version_3(unloaded, tmp_path / "third")
    (third / "folders.json").write_bytes(b"[]")
    charts = third / "charts-iidx-dp.json"
    later = charts.read_bytes()
    playtypes = "SELECT DISTINCT playtype FROM folders"

    charts.unlink()
    load_directory(unloaded.engine, third)
    assert unloaded.rows(playtypes) == ["DP"]
    charts.write_bytes(later)
    load_directory(unloaded.engine, third)
    assert unloaded.rows(playtypes) == []
    # A file without charts speaks of its playtype, too.
    assert unloaded.rows("SELECT count(*) FROM charts WHERE playtype = 'DP'") != [0]
    charts.unlink()
    load_directory(unloaded.engine, third)
    charts.write_bytes(b"[]")
    load_directory(unloaded.engine, third)
    assert unloaded.rows("SELECT count(*) FROM charts WHERE playtype = 'DP'") == [0]


def test_violations_name_the_file_and_both_ids(songs_and_charts: Catalogue, tmp_path: Path) -> None:
    third = as_version_3(songs_and_charts, tmp_path / "third")
    path = third / "charts-iidx-sp.json"
    documents = orjson.loads(path.read_bytes())
    documents[0]["level"] = 12
    path.write_bytes(orjson.dumps(documents))

    with pytest.raises(SeedsError) as refused:
        load_directory(songs_and_charts.engine, third)

    legacy = documents[0]["legacyChartID"]
    named = {(each.file, each.key) for each in refused.value.violations}
    assert ("charts-iidx-sp.json", f"{documents[0]['id']} (legacy {legacy})") in named


@pytest.mark.long
@pytest.mark.skipif(not SUBSET.is_dir(), reason=f"there are no seeds of version 3 in {SUBSET}")
def test_the_published_catalogue_loads(empty: Engine) -> None:
    summary = load_directory(empty, SUBSET)

    inserted = {each.name: each.inserted for each in summary.collections}
    assert inserted["charts-sdvx"] == 8668
    assert inserted["charts-ddr"] == 6091 + 4681
    assert (inserted["folders"], inserted["tables"], inserted["goals"]) == (3079, 185, 231)
    assert load_directory(empty, SUBSET).changes == 0


V2 = shared_folder() / "seeds" / "collections"


@pytest.mark.long
@pytest.mark.skipif(
    not (SUBSET.is_dir() and V2.is_dir()), reason=f"there are no seeds in {SUBSET} and {V2}"
)
def test_the_whole_catalogue_there_and_back_is_as_it_was(empty: Engine) -> None:
    load_directory(empty, V2)
    before = stored(empty)

    told = load_directory(empty, SUBSET, DRY)
    assert stored(empty) == before
    there = load_directory(empty, SUBSET)
    assert there.changes == told.changes > 0
    load_directory(empty, V2)

    after = stored(empty)
    # Goals are never removed: users may share them.
    goals = {each["goal_id"]: each for each in after.pop("goals")}
    assert all(goals[each["goal_id"]] == each for each in before.pop("goals"))
    # Nor are charts of games whose lists are never whole.
    known = {each["chart_id"] for each in before["charts"]}
    kept = [each for each in after["charts"] if each["chart_id"] not in known]
    assert all(is_never_whole(each["game"]) for each in kept)
    for table in ("charts", "folder_charts"):
        after[table] = [each for each in after[table] if each["chart_id"] in known]
    for table, rows in before.items():
        assert after[table] == rows, table
