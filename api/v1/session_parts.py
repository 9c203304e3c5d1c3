"""Sessions in parts: in short, and their scores a page at a time."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from flask import Response
from sqlalchemy import Connection

from api.http import pages
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import ProfilePath, of_profile
from api.http.service import service
from common.catalogue import catalogue_documents, catalogue_rows
from common.catalogue.catalogue_documents import ChartDocument, SongDocument
from common.database.statements import Row
from common.errors import UserError
from common.scores import score_documents, score_rows
from common.scores.score_documents import ScoreDocument
from common.sessions import session_rows
from common.sessions.session_documents import ScoreInfo
from common.sessions.session_info import info_of_scores

blueprint = ApiBlueprint("session_parts", __name__)

NO_SESSION: Final = {404: "There is no such session."}
# Of the place where a page of sessions ends: when the session ended, sessionID.
_PLACE: Final = (float, str)


class SessionSummary(msgspec.Struct, kw_only=True):
    """A session in short. scores: how many it has. calculatedData: its ratings."""

    sessionID: str
    userID: int
    game: str
    playtype: str
    name: str
    desc: str | None
    timeStarted: float
    timeEnded: float
    scores: int
    calculatedData: dict[str, float | None]


class SessionScores(msgspec.Struct, kw_only=True):
    """Scores of a session with their songs and charts, and what they improved."""

    scores: list[ScoreDocument]
    songs: list[SongDocument]
    charts: list[ChartDocument]
    scoreInfo: list[ScoreInfo]


@of_profile(blueprint, "GET", "/sessions/summaries")
@endpoint(
    "A player's sessions in short, newest first.",
    query=pages.Page(),
    answers=list[SessionSummary],
    headers=pages.LINK,
)
def session_summaries(at: ProfilePath, query: dict[str, Any]) -> Response:
    limit, after = query["limit"], pages.place(query, _PLACE)
    with service().engine.connect() as connection:
        rows = session_rows.recent(connection, at.user_id, at.gpt, limit + 1, after)
    rows = pages.finish(rows, limit, session_rows.place_of)
    return success(f"Returned {len(rows)} sessions.", [*map(_summary, rows)])


@blueprint.get("/sessions/<session_id>/summary")
@endpoint("A session in short, without its scores.", answers=SessionSummary, errors=NO_SESSION)
def session_summary(session_id: str) -> Response:
    with service().engine.connect() as connection:
        row = _find(connection, session_id)
    return success("Returned the session.", _summary(row))


@blueprint.get("/sessions/<session_id>/scores")
@endpoint(
    "A session's scores in their order, and what each improved.",
    query=pages.Page(),
    answers=SessionScores,
    headers=pages.LINK,
    errors=NO_SESSION,
)
def session_scores(session_id: str, query: dict[str, Any]) -> Response:
    limit, after = query["limit"], pages.place(query, (int,))
    first = 0 if after is None else max(0, after[0])
    wire = service().settings.dialect
    with service().engine.connect() as connection:
        row = _find(connection, session_id)
        wanted = [*enumerate(row.score_ids[first : first + limit + 1], first + 1)]
        ids = [each for _, each in pages.finish(wanted, limit, lambda each: (each[0],))]
        places = {score_id: place for place, score_id in enumerate(ids)}
        scores = sorted(
            score_rows.scores_by_id(connection, row.user_id, ids),
            key=lambda score: places[score.score_id],
        )
        found = catalogue_rows.of_rows(connection, row.game, scores)
        charts, songs = catalogue_documents.charts(found.charts, found.songs, wire, found.ids)
        body = SessionScores(
            scores=[score_documents.score(score, wire, found.ids) for score in scores],
            songs=songs,
            charts=charts,
            scoreInfo=info_of_scores(connection, row, ids),
        )
    return success(f"Returned {len(scores)} scores.", body)


def _find(connection: Connection, session_id: str) -> Row:
    row = session_rows.find(connection, session_id)
    if row is None:
        raise UserError(404, "This session does not exist.")
    return row


def _summary(row: Row) -> SessionSummary:
    return SessionSummary(
        sessionID=row.session_id,
        userID=row.user_id,
        game=row.game,
        playtype=row.playtype,
        name=row.name,
        desc=row.desc,
        timeStarted=row.time_started,
        timeEnded=row.time_ended,
        scores=len(row.score_ids),
        calculatedData=row.calculated_data,
    )
