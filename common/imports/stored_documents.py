"""Rows of the database as the documents of the wire. Source: specification, documents.md."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, text

from common.accounts import user_documents


def import_document(row: Row[Any], score_ids: list[str]) -> dict[str, Any]:
    """The ImportDocument of a row of `imports`; its scoreIDs are in processing order."""
    return {
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


def find_import(connection: Connection, import_id: str) -> dict[str, Any] | None:
    """The ImportDocument with this id, or None."""
    row = find_import_row(connection, import_id)
    if row is None:
        return None
    score_ids = connection.scalars(
        text(
            "SELECT score_id FROM scores"
            " WHERE user_id = :user_id AND import_id = :import_id ORDER BY position"
        ),
        {"user_id": row.user_id, "import_id": import_id},
    ).all()
    return import_document(row, list(score_ids))


def find_import_row(connection: Connection, import_id: str) -> Row[Any] | None:
    """The row of `imports` with this id, or None."""
    return connection.execute(
        text("SELECT * FROM imports WHERE import_id = :import_id"), {"import_id": import_id}
    ).one_or_none()


def time_on_the_wire(value: float | None) -> int | float | None:
    """A stored time; fractions of a millisecond only where a client sent one."""
    return int(value) if value is not None and float(value).is_integer() else value


def score_document(row: Row[Any]) -> dict[str, Any]:
    """The ScoreDocument of a row of `scores`."""
    return {
        "scoreID": row.score_id,
        "userID": row.user_id,
        "game": row.game,
        "playtype": row.playtype,
        "songID": row.song_id,
        "chartID": row.chart_id,
        "isPrimary": row.is_primary,
        "service": row.service,
        "importType": row.import_type,
        "timeAchieved": time_on_the_wire(row.time_achieved),
        "timeAdded": row.time_added,
        "comment": row.comment,
        "highlight": row.highlight,
        "scoreData": row.score_data,
        "scoreMeta": row.score_meta,
        "calculatedData": row.calculated_data,
    }


def song_document(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "artist": row.artist,
        "altTitles": row.alt_titles,
        "searchTerms": row.search_terms,
        "data": row.data,
    }


def chart_document(row: Row[Any]) -> dict[str, Any]:
    return {
        "chartID": row.chart_id,
        "songID": row.song_id,
        "playtype": row.playtype,
        "difficulty": row.difficulty,
        "level": row.level,
        "levelNum": row.level_num,
        "isPrimary": row.is_primary,
        "versions": row.versions,
        "data": row.data,
    }


def session_document(row: Row[Any]) -> dict[str, Any]:
    return {
        "userID": row.user_id,
        "sessionID": row.session_id,
        "scoreIDs": row.score_ids,
        "name": row.name,
        "desc": row.desc,
        "game": row.game,
        "playtype": row.playtype,
        "timeInserted": row.time_inserted,
        "timeStarted": time_on_the_wire(row.time_started),
        "timeEnded": time_on_the_wire(row.time_ended),
        "calculatedData": row.calculated_data,
        "highlight": row.highlight,
    }


def user_document(row: Row[Any]) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(user_documents.user(row))
    return document
