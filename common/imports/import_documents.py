"""Imports as documents. Source: specification, documents.md sections 1 and 2.

Times are milliseconds since the epoch.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import Connection

from common.accounts.user_documents import UserDocument
from common.database.statements import Row
from common.games.registry import GAMES
from common.games.version3 import version3_id
from common.imports import import_rows
from common.wire import Wire


class ImportErrorLine(msgspec.Struct, kw_only=True):
    """An entry of the input that became no score, or not all of it.

    index: the entry's place in the input. identifier, difficulty: as the input spells them.
    """

    type: str
    message: str
    index: int | UnsetType = UNSET
    identifier: str | UnsetType | None = UNSET
    difficulty: str | UnsetType | None = UNSET


class CreatedSession(msgspec.Struct, kw_only=True):
    """A session that the import made, or added to."""

    sessionID: str
    type: Literal["Created", "Appended"]


class ClassDelta(msgspec.Struct, kw_only=True):
    """A class that changed. old: null = there was none. new: null = there is none any more.

    game: as the service's dialect has it. gameID: what version 3 calls the game.
    """

    game: str
    gameID: str | UnsetType = UNSET
    playtype: str
    set: str
    old: str | None
    new: str | None


class SkippedEntries(msgspec.Struct, kw_only=True):
    """Entries that left neither a score nor an error, by reason."""

    notPlayed: int = 0
    notTracked: int = 0
    duplicates: int = 0
    blacklisted: int = 0


class ImportDocument(msgspec.Struct, kw_only=True):
    """A finished import. scoreIDs: in the order of the input.

    gptStrings: idStrings under the name that a server of version 2 sends it by.
    gameGroup, games: of version 3: what it calls the game, and its games that got scores;
    without scores, those that got classes.
    """

    importID: str
    userID: int
    importType: str
    userIntent: bool
    game: str
    playtypes: list[str]
    idStrings: list[str]
    gptStrings: list[str]
    gameGroup: str | UnsetType = UNSET
    games: list[str] | UnsetType = UNSET
    scoreIDs: list[str]
    errors: list[ImportErrorLine]
    createdSessions: list[CreatedSession]
    classDeltas: list[ClassDelta]
    goalInfo: list[dict[str, Any]]
    questInfo: list[dict[str, Any]]
    skipped: SkippedEntries
    warnings: list[str]
    timeStarted: int
    timeFinished: int


class ImportSummary(msgspec.Struct, kw_only=True):
    """A finished import in short. scores, errors: how many there are."""

    importID: str
    importType: str
    game: str
    playtypes: list[str]
    scores: int
    errors: int
    timeStarted: int
    timeFinished: int


class TrackerError(msgspec.Struct, kw_only=True):
    """Why an import failed. statusCode: null where the fault is ours."""

    message: str
    statusCode: int | None


class ImportTracker(msgspec.Struct, kw_only=True):
    """An import that failed as a whole. timeStarted: when it was submitted."""

    type: Literal["FAILED"]
    importID: str
    importType: str
    userID: int
    userIntent: bool
    timeStarted: int
    error: TrackerError


class ImportList(msgspec.Struct):
    """Imports, and whose they are, each user once."""

    imports: list[ImportDocument]
    users: list[UserDocument]


class FailedImportList(msgspec.Struct):
    """Imports that failed, and whose they are, each user once."""

    failedImports: list[ImportTracker]
    users: list[UserDocument]


class ImportTypeCount(msgspec.Struct):
    """How often an import type was used lately."""

    importType: str
    count: int


class Submitted(msgspec.Struct):
    """An import that was accepted. url: where to ask how it stands."""

    url: str
    importID: str


class OrphansTriedAgain(msgspec.Struct):
    """What became of orphans. failed: still orphans; success: scores now; removed: neither."""

    processed: int
    failed: int
    success: int
    removed: int


def tracker(row: Any) -> ImportTracker:
    """A row of `import_rows.failed`."""
    return ImportTracker(
        type="FAILED",
        importID=row.import_id,
        importType=row.import_type,
        userID=row.user_id,
        userIntent=row.user_intent,
        timeStarted=row.accepted_at,
        error=TrackerError(message=row.error_message or "", statusCode=row.error_status),
    )


def summary(row: Any) -> ImportSummary:
    """A row of `import_rows.summaries`."""
    return ImportSummary(
        importID=row.import_id,
        importType=row.import_type,
        game=row.game,
        playtypes=row.playtypes,
        scores=row.scores,
        errors=row.errors,
        timeStarted=row.time_started,
        timeFinished=row.time_finished,
    )


def import_document(row: Row, score_ids: list[str], wire: Wire) -> dict[str, Any]:
    """The ImportDocument of a row of `imports`; its scoreIDs are in processing order."""
    document = {
        "importID": row.import_id,
        "userID": row.user_id,
        "importType": row.import_type,
        "userIntent": row.user_intent,
        "game": row.game,
        "playtypes": row.playtypes,
        "idStrings": [f"{row.game}:{playtype}" for playtype in row.playtypes],
        "scoreIDs": score_ids,
        "errors": row.errors,
        "createdSessions": row.created_sessions,
        "classDeltas": row.class_deltas,
        "goalInfo": row.goal_info,
        "questInfo": row.quest_info,
        "skipped": row.skipped,
        "warnings": row.warnings,
        "timeStarted": row.time_started,
        "timeFinished": row.time_finished,
    }
    return of_wire(document, wire)


def of_wire(document: dict[str, Any], wire: Wire) -> dict[str, Any]:
    """An ImportDocument as clients know it: with what version 3 has in it, where that is asked for.

    The published name of its list of games is `idStrings`; servers of version 2 send the list as
    `gptStrings`. What version 2 has stays: it collides in one place only, the game of a class.

    Source: specification, v3/http-api.md sections 2 and 10.
    """
    document = {**document, "gptStrings": document["idStrings"]}
    if wire is Wire.V2:
        return document
    game = GAMES[document["game"]]
    deltas = [
        {**delta, "gameID": version3_id(game.playtypes[delta["playtype"]])}
        for delta in document["classDeltas"]
    ]
    if wire is Wire.V3:
        deltas = [{**delta, "game": delta["gameID"]} for delta in deltas]
    games = [version3_id(game.playtypes[playtype]) for playtype in document["playtypes"]]
    return {
        **document,
        "gameGroup": game.id,
        "games": games or list(dict.fromkeys(delta["gameID"] for delta in deltas)),
        "classDeltas": deltas,
    }


def find_import(connection: Connection, import_id: str, wire: Wire) -> dict[str, Any] | None:
    """The ImportDocument with this id, or None."""
    row = import_rows.find(connection, import_id)
    if row is None:
        return None
    return import_document(row, import_rows.score_ids(connection, row), wire)
