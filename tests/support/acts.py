"""Everything that a user can do to scores, and a user who has some already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from sqlalchemy import text

from common.jobs import arguments as job_arguments
from common.jobs.accepting import NewJob, accept
from common.jobs.job_tables import JobKind
from common.text.canonical import new_job_id
from tests.support.follower import Follower
from tests.support.importer import Importer
from worker.runtime import Runtime

QUEST: Final = "937cc5c048395b34943c67f9f44268be5c039179"
# Played, but not in the catalogue unless `add_missing_chart` put it there.
MISSING: Final = (1, "ULT")
CHARTS: Final = [(1, "ADV"), (1, "MXM"), (5, "VVD"), (6, "ULT"), (3, "GRV"), MISSING]


def a_player(runtime: Runtime, name: str) -> Follower:
    """Follows a quest and a goal, and has an import, an orphan and a session behind him."""
    player = Follower(runtime, name)
    player.join(QUEST)
    player.follow("single", player.chart(1, "ADV"), key="score", value=9_500_000)
    player.imported(plays(9_000_000))
    return player


def plays(score: int) -> dict[str, Any]:
    """A batch-manual document with this score on each of CHARTS."""
    return {
        "meta": {"game": "sdvx", "playtype": "Single", "service": "tests"},
        "scores": [
            {
                "matchType": "tachiSongID",
                "identifier": str(song),
                "difficulty": difficulty,
                "score": score,
                "lamp": "CLEAR",
                "timeAchieved": 1_700_000_000_000 + minute * 60_000,
            }
            for minute, (song, difficulty) in enumerate(CHARTS)
        ],
    }


_ADD_CHART = """
    INSERT INTO charts (game, chart_id, song_id, playtype, difficulty, level, level_num,
                        is_primary, versions, data, content_hash)
    SELECT game, 'missing', :song, playtype, :difficulty, level, level_num, true, versions, data,
           ''
    FROM charts WHERE game = 'sdvx' AND song_id = 1 AND difficulty = 'EXH'
"""
_NEW_VERSION = "UPDATE catalogue_versions SET version = version + 1 WHERE game = 'sdvx'"


def add_missing_chart(runtime: Runtime) -> None:
    """What was an orphan can become a score; that nobody tries at once leaves it to the test."""
    with runtime.engine.begin() as connection:
        song, difficulty = MISSING
        connection.execute(text(_ADD_CHART), {"song": song, "difficulty": difficulty})
        connection.execute(text(_NEW_VERSION))


# --- acts: each accepts a job, and returns its ID ------------------------------------------


def accepted(player: Importer, kind: JobKind, **arguments: Any) -> str:
    job = NewJob(player.user_id, new_job_id(), job_arguments.read(kind, arguments))
    with player.runtime.engine.begin() as connection:
        accept(connection, job)
    return job.job_id


def an_import(player: Follower) -> str:
    return player.accept(plays(9_800_000))


def a_revert(player: Follower) -> str:
    return accepted(player, JobKind.REVERT, importID=newest(player, "import_id"))


def a_deletion(player: Follower) -> str:
    score_ids = [newest(player, "score_id")]
    return accepted(player, JobKind.DELETION, scoreIDs=score_ids, blacklist=True)


def an_edit(player: Follower) -> str:
    score_id = newest(player, "score_id")
    return accepted(player, JobKind.EDIT, scoreID=score_id, changes={"highlight": True})


def orphans_again(player: Follower) -> str:
    return accepted(player, JobKind.ORPHANS)


ACTS: Final[list[Callable[[Follower], str]]] = [
    an_import,
    a_revert,
    a_deletion,
    an_edit,
    orphans_again,
]

every_act = pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)


def do_everything(player: Follower) -> None:
    for act in ACTS:
        outcome = player.run(act(player))
        assert outcome.error_message is None, (act, outcome)


def newest(player: Importer, column: str) -> str:
    """Of the user's score that was stored last."""
    rows = player.query(
        f"SELECT {column} FROM scores WHERE user_id = :user_id"
        " ORDER BY time_added DESC, position DESC LIMIT 1",
        user_id=player.user_id,
    )
    return str(rows[0][0])


# --- what comes of it ----------------------------------------------------------------------


def content(player: Importer) -> dict[str, list[Any]]:
    """What the player has, without what tells users and moments apart."""
    columns = {
        "scores": "chart_id, is_primary, score_data, calculated_data",
        "orphan_scores": "data, err_msg",
        "personal_bests": "chart_id, is_primary, score_data, calculated_data",
        "sessions": "cardinality(score_ids), calculated_data",
        "user_game_stats": "ratings, classes",
        "imports": "errors",
    }
    return {
        table: sorted(
            player.query(
                f"SELECT {those} FROM {table} WHERE user_id = :user_id", user_id=player.user_id
            ),
            key=str,
        )
        for table, those in columns.items()
    }
