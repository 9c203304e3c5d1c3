"""An operator moves from a catalogue of version 2 to one of version 3, and back again.

Users who played and follow goals and quests notice nothing of it in the end: every row of theirs
is what it was.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from cli.local import EmbeddedRedis
from common.all_tables import Base
from common.catalogue.index import GameCatalogue
from common.database.engine import open_engine
from common.games.model import GPT
from common.games.registry import all_gpts, get_gpt
from common.jobs.job_tables import JobState
from common.seeds.loader import Loading, load_directory
from common.targets.construct import InvalidGoal
from common.targets.refusals import SubscriptionRefused
from tests.common.games.strategies import spread
from tests.seeds.catalogue import Catalogue
from tests.seeds.version3 import OTHER_DATA, as_version_3
from tests.support.follower import Follower
from tests.support.fresh import fresh_database
from tests.support.importer import a_runtime
from tests.support.shared_data import shared_folder
from worker.runtime import Runtime

V2 = shared_folder() / "seeds" / "collections"
V3 = shared_folder() / "seeds-v3" / "subset"

# What jobs leave behind of themselves; all else that is a user's is compared.
OF_JOBS = {"jobs", "job_attempts", "job_payloads", "job_answers"}
OF_USERS = [
    table.name
    for table in Base.metadata.sorted_tables
    if "user_id" in table.columns and table.name not in OF_JOBS
]
MINUTE = 60_000
UNBOUNDED = 9_000_000  # a score, where the metric is bounded by the chart alone


class Player(Follower):
    """Plays whatever the catalogue has, and follows what it offers."""

    def __init__(self, runtime: Runtime, name: str, seed: int) -> None:
        super().__init__(runtime, name)
        self.random = random.Random(seed)

    def everything(self) -> dict[str, list[str]]:
        """All rows of the user, whole but for when a goal's progress changed last.

        By the specification a recalculation counts for that, and folders were others meanwhile.
        """
        return {
            table: sorted(
                repr({**row._mapping, "last_interaction": None})
                for row in self.query(
                    f"SELECT * FROM {table} WHERE user_id = :user_id", user_id=self.user_id
                )
            )
            for table in OF_USERS
        }

    def settle(self) -> int:
        """Runs the user's queued jobs; how many there were."""
        count = 0
        while queued := self.query(
            "SELECT job_id FROM jobs WHERE user_id = :user_id AND state = 'queued'"
            " ORDER BY sequence",
            user_id=self.user_id,
        ):
            assert self.run(queued[0].job_id).state == JobState.COMPLETED
            count += 1
        return count

    def play_anything(self, gpt: GPT, catalogue: GameCatalogue, most: int) -> int:
        """Imports scores on many charts; how many were none that may be."""
        self.gpt = gpt
        refused = {*gpt.refused_difficulties, *gpt.untracked_difficulties}
        charts = [
            chart
            for chart in catalogue.charts
            if chart.playtype == gpt.playtype
            and chart.isPrimary
            and chart.difficulty not in {*refused, *gpt.difficulty_stands_for}
            and (gpt.difficulties is None or chart.difficulty in gpt.difficulties)
        ]
        scores: list[dict[str, Any]] = [{**self._found(gpt, charts[0]), "identifier": "4040404"}]
        for chart in self.random.sample(charts, min(most, len(charts))):
            for attempt in range(3):
                metrics = {
                    name: self._any_value(name, spread(metric, chart)[min(attempt, 1) :])
                    for name, metric in gpt.provided.items()
                }
                time = 1_690_006_400_000 + self.random.randrange(9) * 300 * MINUTE + len(scores)
                scores.append({**self._found(gpt, chart), **metrics, "timeAchieved": time})
        scores[0] |= {name: scores[1][name] for name in gpt.provided}
        meta = {"game": gpt.game, "playtype": gpt.playtype, "service": "tests"}
        document = self.imported({"meta": meta, "scores": scores})
        # Many draws contradict themselves.
        assert len(document["scoreIDs"]) > most // 10, document["errors"][:3]
        return len(document["errors"])

    def _any_value(self, name: str, values: Sequence[Any]) -> Any:
        """One of the values, within what is possible where the metric itself has no bound."""
        if isinstance(values[-1], str) or values[-1] < 2 * UNBOUNDED:
            return self.random.choice(values)
        if name.lower().endswith("percent"):
            return self.random.randrange(5000, 10_000) / 100
        return self.random.randrange(UNBOUNDED)

    @staticmethod
    def _found(gpt: GPT, chart: Any) -> dict[str, Any]:
        if "tachiSongID" in gpt.match_types:
            by = ("tachiSongID", str(chart.songID))
        else:
            by = ("itgChartHash", chart.data.hashGSv3)
        return {"matchType": by[0], "identifier": by[1], "difficulty": chart.difficulty}

    def follow_anything(self) -> None:
        """Goals on charts that were played and folders of them; quests that the catalogue has."""
        played = [
            row.chart_id
            for row in self.query(
                "SELECT chart_id FROM personal_bests WHERE user_id = :user_id AND game = :game"
                " AND playtype = :playtype ORDER BY chart_id",
                user_id=self.user_id,
                game=self.gpt.game,
                playtype=self.gpt.playtype,
            )
        ]
        folders = self.query(
            "SELECT folder_id, count(*) FROM folder_charts JOIN folders USING (folder_id)"
            " WHERE game = :game AND playtype = :playtype AND chart_id = ANY(:charts)"
            " GROUP BY folder_id ORDER BY 2 DESC, 1 LIMIT 3",
            game=self.gpt.game,
            playtype=self.gpt.playtype,
            charts=played,
        )
        targets: list[tuple[str, Any]] = [("single", chart) for chart in played[:2]]
        targets += [("multi", played[:4])] + [("folder", row.folder_id) for row in folders]
        enums = [name for name, metric in self.gpt.provided.items() if hasattr(metric, "values")]
        for kind, data in targets:
            for value in (1, 2, 3):
                with suppress(SubscriptionRefused, InvalidGoal):
                    self.follow(kind, data, key=(enums or ["lamp"])[0], value=value)
        # Chosen by the user, though achieved ones may not be: they stay, whatever quests hold.
        self.execute("UPDATE goal_subscriptions SET was_assigned_standalone = true")
        for (quest_id,) in self.query(
            "SELECT quest_id FROM quests WHERE game = :game AND playtype = :playtype",
            game=self.gpt.game,
            playtype=self.gpt.playtype,
        ):
            with suppress(SubscriptionRefused):
                self.join(quest_id)


def players_of(runtime: Runtime, gpts: Sequence[GPT], most: int) -> Iterator[Player]:
    """Somebody for each GPT, who played and follows."""
    for number, gpt in enumerate(gpts):
        player = Player(runtime, f"player{number}", number)
        with runtime.engine.connect() as connection:
            catalogue = runtime.catalogues.get(connection, gpt.game)
        player.play_anything(gpt, catalogue, most)
        player.follow_anything()
        player.settle()
        yield player


def check_there_and_back(players: Sequence[Player], there: Path, back: Path) -> int:
    """Moves to one folder and to the other; how many jobs of users that took."""
    engine = players[0].runtime.engine
    before = [player.everything() for player in players]
    assert all(each["scores"] and each["personal_bests"] and each["sessions"] for each in before)
    assert any(each["goal_subscriptions"] for each in before)
    jobs = 0
    for folder in (there, back):
        load_directory(engine, folder, Loading(retire=True))
        for player in players:
            player.clock.now += MINUTE
        jobs += sum(player.settle() for player in players)
        ids = [player.everything()["scores"] for player in players]
        assert [len(each) for each in ids] == [len(each["scores"]) for each in before]
    differing = {}
    for player, then in zip(players, before, strict=True):
        now = player.everything()
        assert now.keys() == then.keys()
        for table, rows in then.items():
            if now[table] != rows:
                differing[player.gpt.id, table] = sorted({*rows} ^ {*now[table]})[:4]
    assert not differing
    return jobs


def test_users_are_as_they_were_after_a_catalogue_of_version_3_and_back(
    runtime: Runtime, tmp_path: Path
) -> None:
    """The one of version 3 has other levels, lacks a chart and has a new one."""
    catalogue = Catalogue(runtime.engine, tmp_path / "second")
    catalogue.documents = {
        name: documents
        for name, documents in catalogue.documents.items()
        if not (name.startswith(("songs-", "charts-")) and name.endswith(OTHER_DATA))
    }
    second = catalogue.write()
    third = as_version_3(catalogue, tmp_path / "third")
    path = third / "charts-sdvx.json"
    charts = orjson.loads(path.read_bytes())
    for chart in charts[1:]:
        chart["levelNum"] = chart["levelNum"] - 0.5
    charts[1]["difficulty"] = "NBL"
    path.write_bytes(orjson.dumps(charts[1:]))
    gpts = [gpt for gpt in all_gpts() if gpt.game in ("sdvx", "iidx", "wacca")]
    players = list(players_of(runtime, gpts, 4))
    assert check_there_and_back(players, third, second) > 0


def test_of_what_a_folder_does_not_speak_nothing_that_users_follow_ends(
    runtime: Runtime, tmp_path: Path
) -> None:
    """A folder of version 3 with the files of all games, but nothing of two playtypes."""
    catalogue = Catalogue(runtime.engine, tmp_path / "second")
    second = catalogue.write()
    absent = [get_gpt("iidx", "DP"), get_gpt("sdvx", "Single")]
    third = as_version_3(catalogue, tmp_path / "third")
    for name in ("charts-iidx-dp", "charts-sdvx", "songs-sdvx"):
        (third / f"{name}.json").unlink()
    write_common_files(third, folder_of="wacca")
    players = list(players_of(runtime, absent, 4))
    before = [player.everything() for player in players]
    assert all(each["goal_subscriptions"] for each in before)
    assert before[1]["quest_subscriptions"]

    load_directory(runtime.engine, third, Loading(retire=True))
    for player in players:
        player.settle()

    assert [player.everything() for player in players] == before
    # Of the others it is the folder that says what is there.
    for table in ("folders", "tables", "quests"):
        left = set(catalogue.rows(f"SELECT DISTINCT game || ':' || playtype FROM {table}"))
        assert left <= {"iidx:DP", "sdvx:Single", "wacca:Single"}, table
    check_there_and_back(players, third, second)


def write_common_files(folder: Path, folder_of: str) -> None:
    """Those of version 3 that have the documents of all games; one folder of one game."""
    common: dict[str, Any] = dict.fromkeys(("tables", "goals", "quests", "questlines"), ())
    easy: dict[str, Any] = {
        "id": f"F{1:019x}",
        "legacyFolderID": "easy",
        "game": folder_of,
        "title": "Easy",
        "slug": "easy",
        "inactive": False,
        "searchTerms": [],
        "where": "chart.level_num < 3",
    }
    for name, documents in {**common, "folders": [easy]}.items():
        (folder / f"{name}.json").write_bytes(orjson.dumps(documents))


@pytest.mark.long
@pytest.mark.skipif(
    not (V2.is_dir() and V3.is_dir()), reason=f"there are no seeds in {V2} and {V3}"
)
def test_users_of_the_whole_catalogue_are_as_they_were_after_version_3s_and_back(
    postgres: Any, empty_template: str, redis_for_workers: EmbeddedRedis
) -> None:
    with fresh_database(postgres, empty_template) as url:
        engine = open_engine(url)
        load_directory(engine, V2)
        engine.dispose()
        with a_runtime(url, redis_for_workers) as runtime:
            gpts = [
                gpt for gpt in all_gpts() if {"tachiSongID", "itgChartHash"} & set(gpt.match_types)
            ]
            players = list(players_of(runtime, gpts, 60))
            assert check_there_and_back(players, V3, V2) > 0
            with runtime.engine.connect() as connection:
                count = connection.execute(text("SELECT count(*) FROM scores")).scalar_one()
            assert count > 1000
