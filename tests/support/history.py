"""Random histories of a user: imports, their reverts, deletions, edits, goals and quests."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from common.all_tables import Base
from common.games.registry import get_gpt
from common.jobs.job_tables import JobKind
from common.targets.construct import InvalidGoal
from common.targets.refusals import SubscriptionRefused
from common.targets.target_documents import GoalCharts, GoalCriteria
from tests.support.follower import Follower
from worker.runtime import Runtime
from worker.targets.goal_rows import store_goal
from worker.targets.goals import make_goal

GPTS: Final = [("sdvx", "Single"), ("iidx", "SP"), ("iidx", "DP")]
# Few charts, so that imports meet on them. Song and difficulty.
CHARTS: Final = {
    ("sdvx", "Single"): [(1, "NOV"), (1, "ADV"), (2, "ADV"), (3, "EXH")],
    ("iidx", "SP"): [(1, "HYPER"), (1, "ANOTHER"), (2, "ANOTHER"), (3, "HYPER")],
    ("iidx", "DP"): [(1, "HYPER"), (1, "ANOTHER"), (2, "ANOTHER")],
}
SCORES: Final = {"sdvx": (7_000_000, 9_990_000), "iidx": (100, 1200)}
LAMPS: Final = {
    "sdvx": ["FAILED", "CLEAR", "EXCESSIVE CLEAR"],
    "iidx": ["FAILED", "EASY CLEAR", "CLEAR", "HARD CLEAR"],
}
DANS: Final = ["DAN_1", "DAN_5", "KAIDEN"]
# No catalogue has it, until `History.find_missing_song`.
MISSING_SONG: Final = 4242

MINUTE: Final = 60_000
DAY: Final = 24 * 60 * MINUTE

_OF_USERS: Final = [
    table.name for table in Base.metadata.sorted_tables if "user_id" in table.columns
]


class History(Follower):
    """A user to whom random things happen, one second after the other."""

    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.random = random.Random()
        self.quests: list[tuple[tuple[str, str], str]] = []
        for game, playtype in GPTS:
            self._become_player_of(game, playtype)
            charts = [self.chart(*chart) for chart in CHARTS[game, playtype]]
            self.folder(f"folder {game} {playtype}", charts)
            goals = [self._goal_of_quest(GoalCharts("single", chart)) for chart in charts[:2]]
            goals.append(self._goal_of_quest(GoalCharts("multi", charts[:3])))
            for number, chosen in enumerate((goals, goals[1:])):
                quest = self.quest(f"quest {game} {playtype} {number}", chosen)
                self.quests.append(((game, playtype), quest))

    def begin_anew(self, seed: int) -> None:
        """Nothing has happened yet, and what happens follows from the seed."""
        for table in _OF_USERS:
            self.execute(f"DELETE FROM {table}")
        self.execute("DELETE FROM charts WHERE song_id = :song", song=MISSING_SONG)
        self.execute("DELETE FROM songs WHERE id = :song", song=MISSING_SONG)
        self._new_catalogue()
        self.random = random.Random(seed)

    def happen(self, steps: int) -> None:
        weights: dict[Callable[[], object], int] = {
            self.import_random: 10,
            self.follow_random: 6,
            self.join_random: 3,
            self.revert_any: 3,
            self.delete_any: 2,
            self.reprocess: 2,
            self.edit_any: 1,
            self.find_missing_song: 1,
        }
        for step in self.random.choices(list(weights), list(weights.values()), k=steps):
            self.clock.now += 1000
            step()

    def rows(self, table: str, columns: str = "*") -> list[str]:
        """The user's rows, in no order of theirs."""
        rows = self.query(
            f"SELECT {columns} FROM {table} WHERE user_id = :user_id", user_id=self.user_id
        )
        return sorted(repr(tuple(row)) for row in rows)

    def snapshot(self, *, without: Sequence[str]) -> dict[str, list[str]]:
        """All of the user's rows, whole, in every table there is but those."""
        return {table: self.rows(table) for table in _OF_USERS if table not in without}

    # --- what can happen ---------------------------------------------------------------------

    def import_random(self, **options: Any) -> Any:
        """The ImportDocument; see `random_import`."""
        return self.imported(self.random_import(**options))

    def random_import(
        self, *, mark: int = 0, classes: bool = True, days: int | None = None
    ) -> dict[str, Any]:
        """Some scores, a few on a song that is not known.

        mark: makes the scores differ from those of imports with another one, 0 to 9.
        classes: whether there may be classes, too. days: scores are within an hour of one of so
        many days; None: at any time, or at none.
        """
        game, playtype = self.random.choice(GPTS)
        meta: dict[str, Any] = {"game": game, "playtype": playtype, "service": "tests"}
        scores = [
            self._random_score(game, playtype, mark, days)
            for _ in range(self.random.randrange(1, 8))
        ]
        document: dict[str, Any] = {"meta": meta, "scores": scores}
        if classes and game == "iidx" and self.random.random() < 0.3:
            document["classes"] = {"dan": self.random.choice(DANS)}
        return document

    def _random_score(
        self, game: str, playtype: str, mark: int, days: int | None
    ) -> dict[str, Any]:
        song, difficulty = self.random.choice(CHARTS[game, playtype])
        if self.random.random() < 0.15:
            song = MISSING_SONG
        low, high = SCORES[game]
        score: dict[str, Any] = {
            "score": self.random.randrange(low, high, 10 ** len(str(high // 1000))) // 10 * 10
            + mark,
            "lamp": self.random.choice(LAMPS[game]),
            "matchType": "tachiSongID",
            "identifier": str(song),
            "difficulty": difficulty,
        }
        if days is not None:
            minutes = self.random.randrange(days) * 24 * 60 + self.random.randrange(60)
            score["timeAchieved"] = 1_700_006_400_000 + minutes * MINUTE
        elif self.random.random() < 0.8:
            score["timeAchieved"] = 1_700_006_400_000 + self.random.randrange(40) * 25 * MINUTE
        if self.random.random() < 0.3:
            score["optional"] = {"fast": self.random.randrange(9)}
        if self.random.random() < 0.1:
            score["highlight"] = True
        return score

    def revert_any(self) -> None:
        if imports := self._ids("SELECT import_id FROM imports WHERE user_id = :user_id"):
            self.revert(self.random.choice(imports))

    def delete_any(self) -> None:
        if scores := self._ids("SELECT score_id FROM scores WHERE user_id = :user_id"):
            blacklist = self.random.random() < 0.5
            self.do(JobKind.DELETION, scoreIDs=[self.random.choice(scores)], blacklist=blacklist)

    def edit_any(self) -> None:
        if scores := self._ids("SELECT score_id FROM scores WHERE user_id = :user_id"):
            changes = {"highlight": self.random.random() < 0.7, "comment": "oh"}
            self.do(JobKind.EDIT, scoreID=self.random.choice(scores), changes=changes)

    def follow_random(self) -> None:
        """Subscribes to a goal, if the user may."""
        gpt = self.random.choice(GPTS)
        self._become_player_of(*gpt)
        charts = [self.chart(*chart) for chart in self.random.sample(CHARTS[gpt], k=3)]
        kind, data = self.random.choice(
            [
                ("single", charts[0]),
                ("multi", charts),
                ("folder", f"folder {gpt[0]} {gpt[1]}"),
            ]
        )
        criteria: dict[str, Any] = {"key": "lamp", "value": self.random.randrange(1, 4)}
        if self.random.random() < 0.5:
            low, high = SCORES[gpt[0]]
            criteria = {"key": "score", "value": self.random.randrange(low, high)}
        if kind != "single" and self.random.random() < 0.7:
            criteria |= {"mode": "absolute", "countNum": 2}
            if kind == "folder" and self.random.random() < 0.5:
                criteria |= {"mode": "proportion", "countNum": 0.5}
        with suppress(SubscriptionRefused, InvalidGoal):
            self.follow(kind, data, standalone=True, **criteria)

    def join_random(self) -> None:
        gpt, quest = self.random.choice(self.quests)
        self._become_player_of(*gpt)
        with suppress(SubscriptionRefused):
            self.join(quest)

    def find_missing_song(self) -> None:
        """Its charts are in the catalogue from now on."""
        self.execute(
            "INSERT INTO songs (game, id, title, artist, alt_titles, search_terms, data,"
            " content_hash) SELECT game, :song, 'found', artist, '{}', '{}', data, ''"
            " FROM songs WHERE id = 1 ON CONFLICT DO NOTHING",
            song=MISSING_SONG,
        )
        self.execute(
            "INSERT INTO charts (game, chart_id, song_id, playtype, difficulty, level, level_num,"
            " is_primary, versions, data, content_hash)"
            " SELECT game, 'of ' || chart_id, :song, playtype, difficulty, level, level_num, true,"
            " versions, data, '' FROM charts WHERE song_id = 1 ON CONFLICT DO NOTHING",
            song=MISSING_SONG,
        )
        self._new_catalogue()

    def reprocess(self) -> list[str]:
        """Tries the user's orphans again; the importIDs of what they became."""
        known = self._ids("SELECT import_id FROM imports WHERE user_id = :user_id")
        self.do(JobKind.ORPHANS)
        now = self._ids("SELECT import_id FROM imports WHERE user_id = :user_id")
        return [import_id for import_id in now if import_id not in known]

    # --- what it takes -----------------------------------------------------------------------

    def _become_player_of(self, game: str, playtype: str) -> None:
        self.gpt = get_gpt(game, playtype)

    def _goal_of_quest(self, charts: GoalCharts) -> str:
        with self.begin() as connection:
            goal = make_goal(connection, self.gpt, charts, GoalCriteria("single", "lamp", 2))
            store_goal(connection, goal)
        return goal.goalID

    def _new_catalogue(self) -> None:
        self.execute("UPDATE catalogue_versions SET version = version + 1")

    def _ids(self, sql: str) -> list[str]:
        """In an order that does not depend on chance."""
        return sorted(row[0] for row in self.query(sql, user_id=self.user_id))
