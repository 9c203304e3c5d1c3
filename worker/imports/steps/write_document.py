"""Step 9: the ImportDocument."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from worker.imports.flow import MESSAGE_LIMIT, Collected, Converted, ImportHead, NewScore, Timings
from worker.records import imports


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
    if collected.parsed.classes_by_hand:
        playtypes = list(dict.fromkeys(delta["playtype"] for delta in derived["classDeltas"]))
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
    imports.insert(connection, document, timings.milliseconds)
