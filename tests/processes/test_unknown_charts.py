"""The queue of unknown charts cannot damage the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from cli.local import EmbeddedRedis
from common.catalogue.collections import FIRST_SONG_OF_PLAYERS
from common.jobs import arguments
from common.jobs.accepting import NewJob, accept
from common.seeds.violations import SeedsError
from common.text.canonical import new_job_id
from tests.seeds.catalogue import Catalogue
from tests.support.importer import Importer, a_runtime
from tests.worker.import_types.hooks.beatoraja_documents import MD5, SHA256, play
from worker.import_types.hooks.beatoraja_charts import MOST_NOTES, TEXT_LIMIT
from worker.runtime import Runtime

pytestmark = pytest.mark.processes

UPSTREAM = "f" * 40  # the ID that the chart has in seeds


@pytest.fixture
def runtime(database: str, server_folder: Path) -> Iterator[Runtime]:
    with (
        EmbeddedRedis(server_folder / "redis-of-unknown-charts") as redis,
        a_runtime(database, redis) as made,
    ):
        yield made


@pytest.fixture
def catalogue(runtime: Runtime, tmp_path: Path) -> Catalogue:
    return Catalogue(runtime.engine, tmp_path / "seeds")


def played(player: Importer, **more: Any) -> None:
    """The player's client tells of a play, and the jobs that follow from it are run."""
    job = NewJob(
        player.user_id,
        new_job_id(),
        arguments.Import(),
        import_type="ir/beatoraja",
        payload=orjson.dumps(play(**more)),
    )
    with player.runtime.engine.begin() as connection:
        accept(connection, job)
    assert player.run(job.job_id).error_message is None


def settle(player: Importer) -> None:
    """Runs all jobs of all users that wait."""
    mine = player.user_id
    while queued := player.query(
        "SELECT user_id, job_id FROM jobs WHERE state = 'queued' ORDER BY sequence LIMIT 1"
    ):
        player.user_id = queued[0].user_id
        assert player.run(queued[0].job_id).error_message is None
    player.user_id = mine


@pytest.fixture
def players(runtime: Runtime) -> list[Importer]:
    """Three, whose plays made the chart real."""
    everybody = [Importer(runtime, name) for name in ("alice", "bob", "carol")]
    for player in everybody:
        played(player)
    settle(everybody[0])
    return everybody


def stored(player: Importer, table: str = "scores") -> list[tuple[Any, ...]]:
    columns = "user_id, score_id, chart_id" if table == "scores" else "user_id, chart_id"
    rows = player.query(f"SELECT {columns} FROM {table} WHERE game = 'bms' ORDER BY 1, 2")
    return [tuple(row) for row in rows]


def seeds_with_the_chart(catalogue: Catalogue) -> None:
    """Seeds in which another song has the number after the last, and this one its own IDs."""
    nothing = dict.fromkeys(("genre", "subtitle", "subartist", "tableString"))
    catalogue.documents["songs-bms"] = [
        {"id": n, "title": title, "artist": "", "altTitles": [], "searchTerms": [], "data": nothing}
        for n, title in ((1, "Another"), (2, "Example, as seeds call it"))
    ]
    other = {
        "chartID": "e" * 40,
        "songID": 1,
        "playtype": "7K",
        "difficulty": "CHART",
        "level": "?",
        "levelNum": 0,
        "isPrimary": True,
        "versions": [],
        "data": {
            "notecount": 100,
            "hashMD5": "other",
            "hashSHA256": "other",
            "tableFolders": [],
        },
    }
    same = {
        **other,
        "chartID": UPSTREAM,
        "songID": 2,
        "level": "12",
        "data": {**other["data"], "notecount": 521, "hashMD5": MD5, "hashSHA256": SHA256},
    }
    catalogue.documents["charts-bms"] = [other, same]


def test_players_songs_and_charts_have_ids_that_no_seeds_have(players: list[Importer]) -> None:
    ((song_id, chart_id, other_song, other_chart),) = players[0].query(
        "SELECT song_id, chart_id, songs.v3_id, charts.v3_id FROM charts"
        " JOIN songs USING (game) WHERE game = 'bms' AND songs.id = song_id"
    )
    assert song_id >= FIRST_SONG_OF_PLAYERS
    assert (other_song[0], other_chart[0]) == ("S", "C"), "known to both versions at once"
    assert [row[2] for row in stored(players[0])] == [chart_id] * 3


def test_a_load_leaves_players_songs_alone_whatever_numbers_it_brings(
    players: list[Importer], catalogue: Catalogue
) -> None:
    rows = "SELECT to_jsonb(songs) FROM songs WHERE game = 'bms' AND id > 1"
    before = players[0].query(rows)
    seeds_with_the_chart(catalogue)
    for collection in ("songs-bms", "charts-bms"):
        catalogue.documents[collection].pop()
    catalogue.load()
    assert players[0].query(rows) == before


def test_a_load_that_meets_a_players_chart_joins_it_by_hash(
    players: list[Importer], catalogue: Catalogue
) -> None:
    before, bests = stored(players[0]), stored(players[0], "personal_bests")
    assert len(before) == len(bests) == 3
    seeds_with_the_chart(catalogue)

    catalogue.load()
    settle(players[0])

    assert stored(players[0]) == before, "attached, with their own IDs"
    assert stored(players[0], "personal_bests") == bests
    chart_id = before[0][2]
    ((joined, song_id, level, notes),) = players[0].query(
        "SELECT chart_id, song_id, level, data->>'notecount' FROM charts"
        " WHERE game = 'bms' AND data->>'hashSHA256' = :sha",
        sha=SHA256,
    )
    assert (joined, song_id, level, notes) == (chart_id, 2, "12", "521")
    assert players[0].query("SELECT DISTINCT song_id FROM scores WHERE game = 'bms'") == [(2,)]
    songs = players[0].query("SELECT id FROM songs WHERE game = 'bms' ORDER BY id")
    assert [song.id for song in songs] == [1, 2]

    played(players[0])
    assert stored(players[0]) == before, "recognised when it is sent again"
    catalogue.documents["songs-bms"][1]["artist"] = "Somebody"
    catalogue.documents["charts-bms"][1]["level"] = "13"
    catalogue.load()
    assert stored(players[0]) == before
    levels = players[0].query(
        "SELECT chart_id, level FROM charts WHERE game = 'bms' AND level = '13'"
    )
    assert [tuple(row) for row in levels] == [(chart_id, "13")]


def test_goals_and_folders_of_the_seeds_are_about_the_joined_chart(
    players: list[Importer], catalogue: Catalogue
) -> None:
    seeds_with_the_chart(catalogue)
    goal = {
        **catalogue.documents["goals"][0],
        "goalID": "Ga3417e850bb6cdcd707a12b008aa5403b75a3e9c07639f4860db7b8018faed10",
        "game": "bms",
        "playtype": "7K",
        "charts": {"type": "single", "data": UPSTREAM},
        "criteria": {"key": "lamp", "value": 4, "mode": "single"},
    }
    catalogue.documents["goals"].append(goal)
    catalogue.load()
    ((charts,),) = players[0].query("SELECT charts FROM goals WHERE game = 'bms'")
    assert charts["data"] == stored(players[0])[0][2]


def test_seeds_that_use_the_ids_of_players_songs_are_refused(catalogue: Catalogue) -> None:
    seeds_with_the_chart(catalogue)
    catalogue.documents["songs-bms"][1]["id"] = FIRST_SONG_OF_PLAYERS
    catalogue.documents["charts-bms"][1]["songID"] = FIRST_SONG_OF_PLAYERS
    with pytest.raises(SeedsError, match="reserved"):
        catalogue.load()


def test_texts_and_note_counts_of_unknown_charts_are_bounded(runtime: Runtime) -> None:
    player = Importer(runtime)
    long = "x" * 100_000
    texts = dict.fromkeys(("title", "subtitle", "genre", "artist", "subartist"), long)
    played(player, chart=texts)
    ((song,),) = player.query("SELECT song FROM orphan_charts")
    assert len(song["title"]) == len(song["artist"]) == TEXT_LIMIT
    assert len(song["data"]["subtitle"]) == TEXT_LIMIT
    played(player, sha256="a" * 64, chart={"notes": MOST_NOTES + 1})
    assert len(player.query("SELECT FROM orphan_charts")) == 1, "not in the queue"
    assert len(player.query("SELECT FROM orphan_scores")) == 2, "the scores are kept as orphans"
