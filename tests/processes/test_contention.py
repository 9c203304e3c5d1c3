"""Imports of different users neither block nor deadlock each other, and change nothing of theirs.

Many users play the same charts at once, take scores back, delete some, and have orphans tried
again, while the catalogue is changed under them. What each has in the end is what the same
doings give one after the other, in one process.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine, text

from cli.local import EmbeddedPostgres
from common import locks
from common.clock import now_ms
from common.games.registry import get_gpt
from common.jobs.job_tables import JobKind
from common.scores.ranking_rows import user_rankings
from tests.seeds.catalogue import Catalogue
from tests.support.acts import QUEST, accepted
from tests.support.fresh import fresh_database
from tests.support.http import Http
from tests.support.importer import Importer, a_runtime
from tests.support.stack import Player, Stack, wait_for
from worker.targets import subscriptions

pytestmark = pytest.mark.processes

USERS = 24
SCORES = 250  # an import
SONGS = {
    1: ("NOV", "ADV", "EXH", "MXM"),
    2: ("NOV", "ADV", "EXH", "INF"),
    3: ("NOV", "ADV", "EXH", "GRV"),
    4: ("NOV", "ADV", "EXH", "HVN"),
    5: ("NOV", "ADV", "EXH", "VVD"),
    6: ("NOV", "ADV", "EXH", "XCD", "ULT"),
}
CHARTS = [(song, difficulty) for song, difficulties in SONGS.items() for difficulty in difficulties]
# Its level changes while everybody imports: ratings follow.
RELEVELLED = (5, "EXH")
# It is added then: what was played on it before is an orphan.
ADDED = (4, "MXM")
HOUR = 60 * 60 * 1000
# A lock that somebody waits for longer than this is reported.
MOMENT = "1ms"


@pytest.fixture
def settings() -> dict[str, str]:
    return {"EXTERNAL_SCORE_IMPORT_WORKER_CONCURRENCY": "2", "WEB_THREADS": str(USERS)}


@pytest.mark.long
def test_many_users_on_the_same_charts_get_what_each_would_get_alone(
    stack: Stack,
    postgres: EmbeddedPostgres,
    template: str,
    tmp_path: Path,
) -> None:
    names = [f"player{number}" for number in range(USERS)]
    waits_of_users = watch_locks(stack, postgres)
    stack.start_web()
    stack.start_beat()
    for name in ("one", "two", "three"):
        stack.start_worker(name)
    players = [stack.user(name, "submit_score", "delete_score") for name in names]
    for player in players:
        follow_targets(stack.engine, player.user_id)
    catalogue = changed(Catalogue(stack.engine, tmp_path / "seeds"))
    began, ended = play_at_once(stack, players, catalogue)

    jobs = stack.query("SELECT kind, state, attempts, started_at, finished_at FROM jobs")
    assert {(job.state, job.attempts) for job in jobs} == {("completed", 1)}
    imports = [job for job in jobs if job.kind == "import"]
    assert len(imports) == 4 * USERS
    assert any(job.finished_at < began for job in imports)
    assert any(job.started_at > ended for job in imports)
    assert waits_of_users() == []

    found = {player.user_id: state(stack.engine, player.user_id) for player in players}
    with fresh_database(postgres, template) as url, a_runtime(url, stack.redis) as runtime:
        changed(Catalogue(runtime.engine, tmp_path / "seeds")).load()
        importers = [Importer(runtime, name) for name in names]
        for number, importer in enumerate(importers):
            follow_targets(runtime.engine, importer.user_id)
            play_alone(importer, number)
        for importer in importers:
            assert found[importer.user_id] == state(runtime.engine, importer.user_id)


# --- what the users do ---------------------------------------------------------------------


def follow_targets(engine: Engine, user_id: int) -> None:
    with engine.begin() as connection:
        subscriptions.subscribe_quest(
            connection, user_id, get_gpt("sdvx", "Single"), QUEST, now_ms()
        )


def document(number: int, first: int, *, with_added: bool = False) -> bytes:
    """SCORES plays of the user with this number, from the `first`-th on.

    with_added: and ten on the chart that the catalogue lacks at first.
    """
    rng = random.Random(number)
    plays = [a_play(rng, place, rng.choice(CHARTS)) for place in range(first + SCORES)][first:]
    if with_added:
        plays += [a_play(rng, 10_000 + place, ADDED) for place in range(10)]
    meta = {"game": "sdvx", "playtype": "Single", "service": "tests"}
    return orjson.dumps({"meta": meta, "scores": plays})


def a_play(rng: random.Random, place: int, chart: tuple[int, str]) -> dict[str, Any]:
    """Twenty plays, a minute each, are a session."""
    song, difficulty = chart
    return {
        "matchType": "tachiSongID",
        "identifier": str(song),
        "difficulty": difficulty,
        "score": rng.randrange(8_000_000, 10_000_000),
        "lamp": rng.choice(["FAILED", "CLEAR", "EXCESSIVE CLEAR"]),
        "timeAchieved": 1_600_000_000_000 + place // 20 * 4 * HOUR + place % 20 * 60_000,
    }


def play_at_once(stack: Stack, players: list[Player], catalogue: Catalogue) -> tuple[int, int]:
    """All of them at the same time, and a load in the middle; when that began and ended."""
    loaded = Event()
    with ThreadPoolExecutor(len(players)) as threads:
        playing = [
            threads.submit(play_over_http, player, number, loaded)
            for number, player in enumerate(players)
        ]
        try:
            finished = "SELECT count(*) FROM jobs WHERE state = 'completed'"
            wait_for(lambda: stack.scalar(finished) >= len(players), "the first imports")
            began = now_ms()
            catalogue.load()
            ended = now_ms()
        finally:
            loaded.set()
        for one in playing:
            one.result()
    # The load has left jobs of its own.
    unfinished = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"
    wait_for(lambda: not stack.scalar(unfinished), "the end of all jobs")
    return began, ended


def play_over_http(player: Player, number: int, loaded: Event) -> None:
    http = Http(player.stack.port)
    headers = {"Authorization": f"Bearer {player.token}"}

    def ask(method: str, path: str) -> None:
        answer = http.request(method, f"/api/v1{path}", headers=headers)
        assert answer.status in (200, 202), answer.raw
        if answer.status == 202:
            job_id = answer.json["body"]["importID"]
            state = "SELECT state FROM jobs WHERE job_id = :id"
            wait_for(lambda: player.stack.scalar(state, id=job_id) == "completed", path)

    first, second, third = (
        player.submit(document(number, place, with_added=place == 0)) for place in (0, 200, 400)
    )
    player.client.wait(second)
    ask("POST", f"/imports/{second.import_id}/revert")
    ask("DELETE", f"/scores/{player.client.wait(first)['scoreIDs'][0]}")
    fourth = player.submit(document(number, 300))
    loaded.wait()
    ask("POST", "/import/orphans")
    for submitted in (third, fourth):
        player.client.wait(submitted)


def play_alone(importer: Importer, number: int) -> None:
    """The same, one after the other in this process."""
    first, second, _ = (
        importer.imported(document(number, place, with_added=place == 0)) for place in (0, 200, 400)
    )
    importer.run(accepted(importer, JobKind.REVERT, importID=second["importID"]))
    importer.run(accepted(importer, JobKind.DELETION, scoreIDs=first["scoreIDs"][:1]))
    importer.imported(document(number, 300))


def changed(catalogue: Catalogue) -> Catalogue:
    """The example catalogue with one more chart, and another level for one that there is."""
    song, difficulty = ADDED
    like = catalogue.chart("sdvx", song, "HVN")
    new = {**like, "chartID": "an-added-chart", "difficulty": difficulty}
    catalogue.documents["charts-sdvx"].append(new)
    catalogue.chart("sdvx", *RELEVELLED).update(level="19", levelNum=19)
    return catalogue


# --- what they have in the end -------------------------------------------------------------

# Without what is random (ids, names) or tells when something happened here.
STATE = {
    "scores": "score_id, chart_id, song_id, is_primary, service, import_type, time_achieved,"
    " comment, highlight, score_data, score_meta, calculated_data",
    "personal_bests": "chart_id, song_id, is_primary, highlight, time_achieved, ranking_values,"
    " score_data, calculated_data, composed_from",
    "sessions": "game, playtype, score_ids, time_started, time_ended, calculated_data",
    "user_game_stats": "game, playtype, ratings, classes",
    "goal_subscriptions": "goal_id, progress, progress_human, out_of, out_of_human, achieved,"
    " was_instantly_achieved, was_assigned_standalone",
    "quest_subscriptions": "quest_id, progress, achieved, was_instantly_achieved",
    "orphan_scores": "orphan_id",
    "score_blacklist": "score_id",
}


def state(engine: Engine, user_id: int) -> dict[str, Any]:
    """Everything that follows from what the user did, and the ranks on the charts played."""
    with engine.connect() as connection:
        found: dict[str, Any] = {
            table: sorted(
                repr(tuple(row))
                for row in connection.execute(
                    text(f"SELECT {columns} FROM {table} WHERE user_id = :user_id"),
                    {"user_id": user_id},
                )
            )
            for table, columns in STATE.items()
        }
        charts = connection.scalars(
            text("SELECT chart_id FROM personal_bests WHERE user_id = :user_id"),
            {"user_id": user_id},
        ).all()
        found["ranks"] = user_rankings(connection, user_id, charts)
    return found


# --- who waited ----------------------------------------------------------------------------


# Of no user: the file of a table grows, or the catalogue is about to change.
_OF_NOBODY = re.compile(
    r"on extension of relation"
    rf"|on advisory lock \[\d+,0,({locks.CATALOGUE}|{locks.STORING}),1\]"
)
# A user's jobs are touched by that user's workers alone: for a moment, where two of them meet.
_OF_ONE_USER = 'in relation "jobs"'
_WAIT = re.compile(r"process \d+ still waiting for ")
_DEADLOCK = re.compile(r"process \d+ detected deadlock ")


def watch_locks(stack: Stack, postgres: EmbeddedPostgres) -> Callable[[], list[str]]:
    """Returns what tells of every wait of one user for another so far, and of every deadlock.

    PostgreSQL itself reports them, of all sessions that begin after this call.
    """
    database = stack.scalar("SELECT current_database()")
    with stack.engine.begin() as connection:
        for setting in ("log_lock_waits = on", f"deadlock_timeout = '{MOMENT}'"):
            connection.execute(text(f"ALTER DATABASE {database} SET {setting}"))
    stack.engine.dispose()
    log = postgres.folder / "postgres.log"
    begin = log.stat().st_size

    def bad(entry: str) -> bool:
        if _DEADLOCK.match(entry):
            return True
        first_line = entry.partition("\n")[0]
        return (
            _WAIT.match(entry) is not None
            and _OF_NOBODY.search(first_line) is None
            and _OF_ONE_USER not in entry
        )

    def waits() -> list[str]:
        # An entry holds the details and the statement, which stand in the lines behind.
        entries = log.read_bytes()[begin:].decode(errors="replace").split(" LOG:  ")
        return [entry[:2000] for entry in entries if bad(entry)]

    return waits
