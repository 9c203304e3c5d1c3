"""What profiles were, and their end.

Source: specification, http-api-inspect.md sections 3.2 and 3.7, v3/http-api.md section 4.3.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from flask import Response
from marshmallow import Schema

from api.http import owners
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import ProfilePath, of_profile
from api.http.parameters import one_of, words
from api.http.service import service
from api.jobs import job_answers
from common.accounts import login_rows, passwords
from common.errors import UserError
from common.imports.import_documents import Submitted
from common.jobs.accepting import NewJob
from common.jobs.arguments import Destruction
from common.profiles import profile_rows, snapshot_rows
from common.profiles.profile_documents import AlgRanking
from common.scores import score_rows
from common.text.canonical import new_job_id

blueprint = ApiBlueprint("histories", __name__)

USUAL: Final = "3mo"
# In days; of what is older than that there are no snapshots.
DURATIONS: Final = {"week": 7, "month": 28, USUAL: 84, "year": 336, "all": 36_500}

History = Schema.from_dict(
    {"duration": one_of(tuple(DURATIONS), required=False, meaning="how far back")}, name="History"
)
Password = Schema.from_dict(
    {"!password": words(passwords.SHORTEST, passwords.LONGEST, required=True)}, name="Password"
)


class Snapshot(msgspec.Struct):
    """What a profile was at a time. playcount: of scores."""

    ratings: dict[str, float | None]
    classes: dict[str, str | None]
    rankings: dict[str, AlgRanking]
    playcount: int
    timestamp: int


@of_profile(blueprint, "GET", "/history")
@endpoint(
    "What a profile is now, and what it was day by day, newest first.",
    query=History(),
    answers=list[Snapshot],
)
def history(at: ProfilePath, query: dict[str, Any]) -> Response:
    days = DURATIONS[query.get("duration", USUAL)]
    with service().engine.connect() as connection:
        standings = profile_rows.standings(connection, at.user_id, at.gpt)
        present = Snapshot(
            ratings=at.stats.ratings,
            classes=at.stats.classes,
            rankings={alg: AlgRanking(*standing) for alg, standing in standings.items()},
            playcount=score_rows.count(connection, at.user_id, at.gpt),
            timestamp=snapshot_rows.now(connection),
        )
        rows = snapshot_rows.since(connection, at.user_id, at.gpt, days)
    before = [
        Snapshot(
            row.ratings,
            row.classes,
            {alg: AlgRanking(**standing) for alg, standing in row.rankings.items()},
            row.playcount,
            row.taken_at,
        )
        for row in rows
    ]
    return success(f"Successfully returned history for the past {days} days.", [present, *before])


@of_profile(blueprint, "DELETE")
@endpoint(
    "Deletes a profile: scores, personal bests, sessions, stats and settings of the game.",
    in_person=True,
    own_gates=True,
    body=Password(),
    answers=dict[str, Any],
    other_answers={202: ("It takes longer; poll the URL.", Submitted)},
    errors={
        403: "The user is somebody else, not here in person, or the password is wrong"
        " (`WRONG_CREDENTIALS`).",
        404: "There is no such user, or the user has not played the game.",
    },
)
def destroy(at: ProfilePath, body: dict[str, Any]) -> Response:
    owners.require_self(at.user_id)
    with service().engine.connect() as connection:
        stored = login_rows.password_of(connection, at.user_id)
    if not passwords.matches(stored, body["!password"]):
        raise UserError(403, "Invalid password.", "WRONG_CREDENTIALS")
    arguments = Destruction(at.gpt.game, at.gpt.playtype)
    return job_answers.when_done(NewJob(at.user_id, new_job_id(), arguments))
