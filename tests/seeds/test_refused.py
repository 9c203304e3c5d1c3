"""All of a load or nothing: broken seeds, failing databases, two loads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from common.catalogue.locking import hold_catalogue, keep_catalogue
from common.database.engine import open_engine
from common.games.registry import GAMES
from common.seeds.loader import load_directory
from common.seeds.violations import SeedsError
from tests.seeds.catalogue import INSERT_SCORE, Catalogue, changes, score_values
from tests.support.stack import wait_for


def test_broken_seeds_are_refused_whole(catalogue: Catalogue) -> None:
    before = catalogue.state()
    catalogue.documents["songs-iidx"][0]["title"] = "A perfectly good change"
    catalogue.documents["charts-sdvx"][3]["songID"] = 404
    catalogue.documents["tables"][0]["shelf"] = "upper"

    with pytest.raises(SeedsError) as refused:
        catalogue.load()

    assert [each[:3] for each in refused.value.violations] == [
        ("tables.json", "iidx-SP-levels", "shape"),
        ("charts-sdvx.json", catalogue.documents["charts-sdvx"][3]["chartID"], "reference"),
    ]
    assert catalogue.state() == before


def test_of_a_file_that_cannot_be_read_nothing_else_is_said(catalogue: Catalogue) -> None:
    folder = catalogue.write()
    (folder / "songs-iidx.json").write_text("[{")

    with pytest.raises(SeedsError) as refused:
        load_directory(catalogue.engine, folder)

    [violation] = refused.value.violations
    assert violation[:3] == ("songs-iidx.json", "", "file")


def test_a_folder_that_is_not_there_is_refused(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(SeedsError, match="there is no such folder"):
        load_directory(catalogue.engine, tmp_path / "nowhere")


def test_a_partial_folder_is_held_against_the_database(catalogue: Catalogue) -> None:
    documents = catalogue.documents
    catalogue.documents = {"charts-iidx": documents["charts-iidx"], "goals": documents["goals"]}
    catalogue.documents["charts-iidx"][0]["songID"] = 404

    with pytest.raises(SeedsError) as refused:
        catalogue.load()

    assert [each.detail for each in refused.value.violations] == ["songID: there is no song 404"]


def test_nothing_is_left_of_a_load_that_the_database_ends(catalogue: Catalogue) -> None:
    """The last collection cannot be written, after all others were."""
    before = catalogue.state()
    catalogue.documents["songs-iidx"][0]["title"] = "A perfectly good change"
    catalogue.documents["charts-sdvx"][0] |= {"level": "20", "levelNum": 20}
    catalogue.documents["questlines"][0]["name"] = "unlucky"
    with catalogue.engine.begin() as connection:
        connection.execute(text("ALTER TABLE questlines ADD CHECK (name <> 'unlucky')"))

    with pytest.raises(DBAPIError):
        catalogue.load()

    assert catalogue.state() == before


def test_a_game_that_the_server_does_not_know_is_loaded_and_named(unloaded: Catalogue) -> None:
    summary = unloaded.load(games={"iidx": GAMES["iidx"]})

    assert summary.unchecked == ["sdvx", "wacca"]
    assert changes(summary)["charts-sdvx"] == (25, 0, 0, 0)


def test_what_was_loaded_unchecked_is_checked_once_its_game_is_known(unloaded: Catalogue) -> None:
    unloaded.documents["charts-sdvx"][0]["data"]["colour"] = "red"
    unloaded.load(games={})

    with pytest.raises(SeedsError, match=r"data\.colour is an unknown key"):
        unloaded.load()


# --- two loads at once -----------------------------------------------------------------


def waiting(catalogue: Catalogue) -> int:
    """How many sessions wait for a lock."""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return int(catalogue.rows(query)[0])


def test_two_loads_wait_for_each_other_and_the_second_finds_nothing_to_do(
    unloaded: Catalogue,
) -> None:
    folder = unloaded.write()
    engines = [open_engine(unloaded.engine.url.render_as_string(False)) for _ in range(2)]
    with ThreadPoolExecutor() as pool:
        with unloaded.engine.begin() as connection:
            hold_catalogue(connection)
            loads = [pool.submit(load_directory, engine, folder) for engine in engines]
            wait_for(lambda: waiting(unloaded) == 2, "both loads wait")
        summaries = [load.result(timeout=30) for load in loads]
    for engine in engines:
        engine.dispose()

    inserted, nothing = sorted(summaries, key=lambda each: -each.changes)
    assert changes(inserted) == {
        name: (len(content), 0, 0, 0) for name, content in unloaded.documents.items()
    }
    assert nothing.changes == 0
    assert unloaded.version("iidx") == 1


def test_readers_see_the_old_catalogue_until_the_new_one_is_complete(catalogue: Catalogue) -> None:
    catalogue.documents["songs-iidx"][0]["title"] = "Paper Lantern"
    catalogue.documents["questlines"][0]["name"] = "Held up"
    query = "SELECT title FROM songs WHERE game = 'iidx' AND id = 1"
    folder = catalogue.write()
    engine = open_engine(catalogue.engine.url.render_as_string(False))

    with ThreadPoolExecutor() as pool:
        with catalogue.engine.begin() as connection:
            # The load gets as far as the questlines and no further.
            connection.execute(text("LOCK TABLE questlines IN EXCLUSIVE MODE"))
            load = pool.submit(load_directory, engine, folder)
            wait_for(lambda: waiting(catalogue) == 1, "the load waits")
            assert catalogue.rows(query) == ["Paper Lanterns"]
        load.result(timeout=30)
    engine.dispose()

    assert catalogue.rows(query) == ["Paper Lantern"]


def test_a_vanished_chart_is_not_removed_under_an_import_that_stores_a_score_on_it(
    catalogue: Catalogue,
) -> None:
    chart = catalogue.drop("charts-sdvx", songID=1, difficulty="ADV")[0]
    folder = catalogue.write()
    engine = open_engine(catalogue.engine.url.render_as_string(False))
    with ThreadPoolExecutor() as pool:
        with catalogue.engine.begin() as importing:
            keep_catalogue(importing)
            importing.execute(INSERT_SCORE, score_values(1, "sdvx", chart))
            load = pool.submit(load_directory, engine, folder)
            wait_for(lambda: waiting(catalogue) == 1, "the load waits for the import")
        with pytest.raises(SeedsError, match="still has 1 score"):
            load.result(timeout=30)
    engine.dispose()
