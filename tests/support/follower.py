"""A user who follows goals and quests, and plays."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import msgspec
import orjson

from common.games.model import GPT
from common.games.registry import get_gpt
from common.jobs import arguments as job_arguments
from common.jobs.accepting import NewJob, accept
from common.jobs.job_tables import JobKind
from common.targets.subscriptions import GoalSubscription
from common.targets.target_documents import GoalCharts, GoalCriteria
from common.text.canonical import new_job_id
from tests.support.importer import Importer
from worker.runtime import Runtime
from worker.targets import evaluation, subscriptions
from worker.targets.subscriptions import JoinedQuest

NOW = 1_700_000_000_000


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


class Follower(Importer):
    def __init__(
        self, runtime: Runtime, name: str = "alice", game: str = "sdvx", playtype: str = "Single"
    ) -> None:
        self.clock = Clock()
        super().__init__(dataclasses.replace(runtime, clock=self.clock), name)
        self.gpt: GPT = get_gpt(game, playtype)

    # --- the catalogue -----------------------------------------------------------------------

    def chart(self, song: int, difficulty: str) -> str:
        """The chartID."""
        ((chart_id,),) = self.query(
            "SELECT chart_id FROM charts WHERE game = :game AND playtype = :playtype"
            " AND song_id = :song AND difficulty = :difficulty",
            game=self.gpt.game,
            playtype=self.gpt.playtype,
            song=song,
            difficulty=difficulty,
        )
        return str(chart_id)

    def folder(self, name: str, chart_ids: Sequence[str]) -> str:
        """A folder of these charts; its folderID."""
        self.execute(
            "INSERT INTO folders (folder_id, game, playtype, title, type, data, inactive,"
            " search_terms, content_hash) VALUES (:name, :game, :playtype, :name, 'static', '[]',"
            " false, '{}', '')",
            name=name,
            game=self.gpt.game,
            playtype=self.gpt.playtype,
        )
        self.execute(
            "INSERT INTO folder_charts (folder_id, chart_id) SELECT :name, unnest(:charts)",
            name=name,
            charts=list(chart_ids),
        )
        return name

    def quest(self, name: str, goal_ids: Sequence[str]) -> str:
        """A quest with a section for each of these goals; its questID."""
        data = [{"title": "section", "goals": [{"goalID": goal_id}]} for goal_id in goal_ids]
        self.execute(
            'INSERT INTO quests (quest_id, game, playtype, name, "desc", quest_data, content_hash)'
            " VALUES (:name, :game, :playtype, :name, '', :data, '')",
            name=name,
            game=self.gpt.game,
            playtype=self.gpt.playtype,
            data=orjson.dumps(data).decode(),
        )
        return name

    # --- subscribing -------------------------------------------------------------------------

    def begin(self) -> Any:
        return self.runtime.engine.begin()

    def follow(
        self, kind: str, data: Any, *, standalone: bool = False, **criteria: Any
    ) -> GoalSubscription:
        """Subscribes to a goal, by default as if through a quest: then any state will do."""
        with self.begin() as connection:
            return subscriptions.subscribe_goal(
                connection,
                self.user_id,
                subscriptions.ChosenGoal(
                    self.gpt,
                    GoalCharts(kind, data),
                    GoalCriteria(**{"mode": "single", **criteria}),
                ),
                self.clock(),
                standalone=standalone,
            )[1]

    def unfollow(self, goal_id: str) -> None:
        with self.begin() as connection:
            subscriptions.unsubscribe_goal(connection, self.user_id, goal_id)

    def join(self, quest_id: str) -> JoinedQuest:
        with self.begin() as connection:
            return subscriptions.subscribe_quest(
                connection, self.user_id, self.gpt, quest_id, self.clock()
            )

    def leave(self, quest_id: str) -> None:
        with self.begin() as connection:
            subscriptions.unsubscribe_quest(connection, self.user_id, self.gpt, quest_id)

    def re_evaluate(self, *chart_ids: str) -> None:
        with self.begin() as connection:
            evaluation.re_evaluate(connection, self.user_id, self.gpt.game, chart_ids, self.clock())

    # --- playing -----------------------------------------------------------------------------

    def play(self, *scores: tuple[Any, ...]) -> Any:
        """Imports scores: song, difficulty, score, lamp and any other fields; the document."""
        return self.imported(
            {
                "meta": {
                    "game": self.gpt.game,
                    "playtype": self.gpt.playtype,
                    "service": "tests",
                },
                "scores": [
                    {
                        "matchType": "tachiSongID",
                        "identifier": str(song),
                        "difficulty": difficulty,
                        "score": score,
                        "lamp": lamp,
                        **dict(*more),
                    }
                    for song, difficulty, score, lamp, *more in scores
                ],
            }
        )

    def do(self, kind: JobKind, **arguments: Any) -> None:
        """A job that must succeed."""
        job = NewJob(self.user_id, new_job_id(), job_arguments.read(kind, arguments))
        with self.begin() as connection:
            accept(connection, job)
        outcome = self.run(job.job_id)
        assert outcome.error_message is None, outcome

    def revert(self, import_id: str) -> None:
        self.do(JobKind.REVERT, importID=import_id)

    def lose(self, *chart_ids: str) -> None:
        """The personal bests on these charts are gone, as after a revert."""
        self.execute(
            "DELETE FROM personal_bests WHERE user_id = :user_id AND chart_id = ANY(:charts)",
            user_id=self.user_id,
            charts=list(chart_ids),
        )

    # --- what is stored ----------------------------------------------------------------------

    def goal(self, goal_id: str) -> Any:
        (row,) = self.query(
            "SELECT * FROM goal_subscriptions WHERE user_id = :user_id AND goal_id = :goal_id",
            user_id=self.user_id,
            goal_id=goal_id,
        )
        return row

    def quest_row(self, quest_id: str) -> Any:
        (row,) = self.query(
            "SELECT * FROM quest_subscriptions WHERE user_id = :user_id AND quest_id = :quest_id",
            user_id=self.user_id,
            quest_id=quest_id,
        )
        return row

    def goal_ids(self) -> set[str]:
        return {
            row.goal_id
            for row in self.query(
                "SELECT goal_id FROM goal_subscriptions WHERE user_id = :user_id",
                user_id=self.user_id,
            )
        }

    def events(self, event_type: str) -> list[Any]:
        """The contents of the events of this type, in their order."""
        rows = self.query(
            "SELECT content FROM outbox_events WHERE type = :type ORDER BY id", type=event_type
        )
        return [row.content for row in rows]


def stat(subscription: Any) -> dict[str, Any]:
    """The GoalStat of a subscription, stored (a row) or not."""
    if isinstance(subscription, GoalSubscription):
        document = msgspec.to_builtins(subscription)
        return {key: document[key] for key in STAT}
    return {
        "progress": subscription.progress,
        "progressHuman": subscription.progress_human,
        "outOf": subscription.out_of,
        "outOfHuman": subscription.out_of_human,
        "achieved": subscription.achieved,
    }


STAT = ("progress", "progressHuman", "outOf", "outOfHuman", "achieved")
