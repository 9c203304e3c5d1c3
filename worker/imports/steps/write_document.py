"""Step 9: the ImportDocument."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, text

from worker.imports.flow import MESSAGE_LIMIT, Collected, Converted, ImportHead, NewScore, Timings

_INSERT = text(
    """
    INSERT INTO imports (user_id, import_id, import_type, user_intent, game, playtypes, errors,
                         created_sessions, class_deltas, goal_info, quest_info, skipped,
                         warnings, time_started, time_finished, timings)
    VALUES (:user_id, :import_id, :import_type, :user_intent, :game, :playtypes, :errors,
            :created_sessions, :class_deltas, :goal_info, :quest_info, :skipped,
            :warnings, :time_started, :time_finished, :timings)
    """
)


def assemble(
    head: ImportHead,
    collected: Collected,
    converted: Converted,
    new: list[NewScore],
    finished: int,
    **derived: list[dict[str, Any]],
) -> dict[str, Any]:
    """The ImportDocument. `derived`: createdSessions, classDeltas, goalInfo, questInfo."""
    playtypes = list(dict.fromkeys(score.chart.playtype for score in new))
    errors = sorted(converted.errors, key=lambda error: error.position)
    return {
        "importID": head.import_id,
        "userID": head.user_id,
        "importType": collected.import_type.name,
        "userIntent": head.user_intent,
        "game": collected.game.id,
        "playtypes": playtypes,
        "idStrings": [f"{collected.game.id}:{playtype}" for playtype in playtypes],
        "scoreIDs": [score.score_id for score in new],
        "errors": [error.document() for error in errors],
        **derived,
        "skipped": converted.skipped.document(),
        "warnings": [warning[:MESSAGE_LIMIT] for warning in collected.parsed.warnings],
        "timeStarted": head.started,
        "timeFinished": finished,
    }


def store(connection: Connection, document: dict[str, Any], timings: Timings) -> None:
    """Writes the document; its scoreIDs are the scores that carry its importID."""

    def as_json(value: Any) -> str:
        return orjson.dumps(value).decode()

    connection.execute(
        _INSERT,
        {
            "user_id": document["userID"],
            "import_id": document["importID"],
            "import_type": document["importType"],
            "user_intent": document["userIntent"],
            "game": document["game"],
            "playtypes": document["playtypes"],
            "errors": as_json(document["errors"]),
            "created_sessions": as_json(document["createdSessions"]),
            "class_deltas": as_json(document["classDeltas"]),
            "goal_info": as_json(document["goalInfo"]),
            "quest_info": as_json(document["questInfo"]),
            "skipped": as_json(document["skipped"]),
            "warnings": as_json(document["warnings"]),
            "time_started": document["timeStarted"],
            "time_finished": document["timeFinished"],
            "timings": as_json(timings.milliseconds),
        },
    )
