"""Sessions. Source: specification, http-api-inspect.md sections 2 and 3.5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from flask import Response
from marshmallow import INCLUDE, Schema
from sqlalchemy import Connection

from api.http import context, gates, owners, pages, queries
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.game_paths import ProfilePath, of_profile
from api.http.parameters import flag, words
from api.http.service import service
from common.accounts import user_documents
from common.catalogue import catalogue_documents, catalogue_rows
from common.database.statements import Row
from common.errors import UserError
from common.profiles import profile_rows
from common.scores import score_documents, score_rows
from common.sessions import session_documents, session_rows
from common.sessions.folder_raises import raises_of
from common.sessions.session_answers import (
    AdjacentSessions,
    FolderRaise,
    LastSession,
    WholeSession,
)
from common.sessions.session_documents import SessionDocument, SessionEvent
from common.sessions.session_info import score_info, score_infos
from common.wire import Wire

blueprint = ApiBlueprint("sessions", __name__)

MOST: Final = 100

NO_SESSION: Final = {404: "There is no such session."}

# Of the place where a page ends: when the session ended, sessionID.
_PLACE: Final = (float, str)


class SessionEdit(Schema):
    """The body of PATCH /sessions/:sessionID."""

    class Meta:
        unknown = INCLUDE

    name = words(3, 80)
    desc = words(3, 120, nullable=True)
    highlight = flag()


@blueprint.get("/sessions/<session_id>")
@endpoint(
    "A session with its scores, and what they improved.", answers=WholeSession, errors=NO_SESSION
)
def session(session_id: str) -> Response:
    wire = service().settings.dialect
    with service().engine.connect() as connection:
        row = _find(connection, session_id)
        scores = score_rows.scores_by_id(connection, row.user_id, row.score_ids)
        found = catalogue_rows.of_rows(connection, row.game, scores)
        charts, songs = catalogue_documents.charts(found.charts, found.songs, wire, found.ids)
        users = profile_rows.users_by_id(connection, [row.user_id])
        body = WholeSession(
            session=session_documents.session(row, wire),
            songs=songs,
            charts=charts,
            scores=[score_documents.score(score, wire, found.ids) for score in scores],
            user=user_documents.user(users[0]) if users else None,
            scoreInfo=score_info(connection, row),
        )
        if wire.has_v3:
            body.index = session_rows.index_of(connection, row)
    return success(f"Successfully returned session {row.name}.", body)


@blueprint.patch("/sessions/<session_id>")
@endpoint(
    "Sets a session's name, description and highlight.",
    body=SessionEdit(),
    answers=SessionDocument,
    errors={403: "The session is somebody else's, or the permission is missing.", **NO_SESSION},
)
def edit_session(session_id: str, body: dict[str, Any]) -> Response:
    changes: dict[str, Any] = {
        name: value for name, value in body.items() if name in ("name", "desc", "highlight")
    }
    with service().engine.begin() as connection:
        row = _find(connection, session_id)
        _require_owner(row.user_id)
        gates.require("customise_session")
        if not changes:
            raise UserError(400, "This request modifies nothing about this session.")
        edited = session_rows.edit(connection, row.user_id, session_id, changes)
    if edited is None:
        raise UserError(404, "This session does not exist.")
    document = session_documents.session(edited, service().settings.dialect)
    return success("Updated Session.", document)


def _require_owner(owner: int) -> None:
    whoami = context.current().identity
    if whoami.user_id is None:
        raise UserError(401, "You are not authorised to modify this session.")
    if whoami.user_id != owner and not whoami.is_admin:
        raise UserError(403, "You are not authorised to modify this session.")


@blueprint.get("/sessions/<session_id>/adjacent")
@endpoint("The sessions before and after one.", answers=AdjacentSessions, errors=NO_SESSION)
def adjacent(session_id: str) -> Response:
    wire = service().settings.dialect
    with service().engine.connect() as connection:
        row = _find(connection, session_id)
        before, after = session_rows.neighbours(connection, row)
    body = AdjacentSessions(
        None if before is None else session_documents.session(before, wire),
        None if after is None else session_documents.session(after, wire),
    )
    return success("Returned adjacent sessions.", body)


@blueprint.get("/sessions/<session_id>/folder-raises")
@endpoint(
    "What a session improved, counted by folder and value.",
    answers=list[FolderRaise],
    errors=NO_SESSION,
)
def folder_raises(session_id: str) -> Response:
    with service().engine.connect() as connection:
        row = _find(connection, session_id)
        body = raises_of(connection, row, service().settings.dialect)
    return success("Retrieved folder raises.", body)


def _find(connection: Connection, session_id: str) -> Row:
    row = session_rows.find(connection, session_id)
    if row is None:
        raise UserError(404, "This session does not exist.")
    return row


# --- of a player ---------------------------------------------------------------------------


@of_profile(blueprint, "GET", "/sessions")
@endpoint(
    "A player's sessions whose names hold a text.",
    query=queries.Search(),
    answers=list[SessionDocument],
)
def sessions(at: ProfilePath, query: dict[str, Any]) -> Response:
    part = queries.required_search(query, "Invalid value for search parameter.")
    with service().engine.connect() as connection:
        rows = session_rows.named(connection, at.user_id, at.gpt, part, MOST)
    documents = [session_documents.session(row, at.wire) for row in rows]
    for document in documents:
        document.textScore = len(part) / max(1, len(document.name))
    return success(f"Retrieved {len(rows)} sessions.", documents)


@of_profile(blueprint, "GET", "/sessions/best")
@endpoint(
    "The sessions with the highest ratings.", query=queries.Alg(), answers=list[SessionDocument]
)
def sessions_best(at: ProfilePath, query: dict[str, Any]) -> Response:
    alg = query.get("alg") or at.gpt.default_session_rating
    if alg not in at.gpt.session_ratings:
        names = ", ".join(at.gpt.session_ratings)
        raise UserError(400, f"Invalid algorithm '{alg}' provided. Expected any of {names}.")
    with service().engine.connect() as connection:
        rows = session_rows.best(connection, at.user_id, at.gpt, alg, MOST)
        documents = _with_info(connection, rows, at.wire)
    return success(f"Retrieved {len(rows)} sessions.", documents)


@of_profile(blueprint, "GET", "/sessions/highlighted")
@endpoint(
    "The sessions that a player highlighted, newest first.",
    query=pages.Page(),
    answers=list[SessionDocument],
    headers=pages.LINK,
)
def sessions_highlighted(at: ProfilePath, query: dict[str, Any]) -> Response:
    return _page(at, query, highlighted=True)


@of_profile(blueprint, "GET", "/sessions/recent")
@endpoint(
    "A player's sessions, newest first.",
    query=pages.Page(),
    answers=list[SessionDocument],
    headers=pages.LINK,
)
def sessions_recent(at: ProfilePath, query: dict[str, Any]) -> Response:
    return _page(at, query, highlighted=False)


def _page(at: ProfilePath, query: dict[str, Any], *, highlighted: bool) -> Response:
    limit, after = query["limit"], pages.place(query, _PLACE)
    read = session_rows.highlighted if highlighted else session_rows.recent
    with service().engine.connect() as connection:
        rows = read(connection, at.user_id, at.gpt, limit + 1, after)
        rows = pages.finish(rows, limit, session_rows.place_of)
        documents = _with_info(connection, rows, at.wire)
    return success(f"Returned {len(rows)} sessions.", documents)


def _with_info(connection: Connection, rows: Sequence[Row], wire: Wire) -> list[SessionDocument]:
    infos = score_infos(connection, rows)
    documents = [session_documents.session(row, wire) for row in rows]
    for document in documents:
        document.scoreInfo = infos[document.sessionID]
    return documents


@of_profile(blueprint, "GET", "/sessions/last")
@endpoint("A player's last session.", answers=LastSession, errors={404: "There is none."})
def sessions_last(at: ProfilePath) -> Response:
    with service().engine.connect() as connection:
        rows = session_rows.recent(connection, at.user_id, at.gpt, 1)
        if not rows:
            raise UserError(404, "This user has not got any sessions!")
        info = score_info(connection, rows[0])
    body = LastSession(session_documents.session(rows[0], at.wire), info)
    return success("Returned a session.", body)


@of_profile(blueprint, "GET", "/sessions/calendar")
@endpoint("When a player's sessions were.", answers=list[SessionEvent])
def sessions_calendar(at: ProfilePath) -> Response:
    with service().engine.connect() as connection:
        rows = session_rows.calendar(connection, at.user_id, at.gpt)
    events = [session_documents.event(row, at.wire) for row in rows]
    return success(f"Found {len(rows)} events.", events)


@blueprint.get("/users/<user>/sessions/calendar")
@endpoint(
    "When a user's sessions were, in all games.",
    answers=list[SessionEvent],
    errors={404: "There is no such user."},
)
def calendar_of_user(user: str) -> Response:
    engine, wire = service().engine, service().settings.dialect
    user_id = owners.user_of(user, engine)
    with engine.connect() as connection:
        rows = session_rows.calendar_of_all(connection, user_id)
    events = [session_documents.event(row, wire) for row in rows]
    return success(f"Found {len(rows)} events.", events)
