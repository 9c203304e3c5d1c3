"""Passwords, logins and invites in the database, as hashes. All SQL on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, text
from sqlalchemy.exc import IntegrityError

from common.accounts.proofs import new_proof, proof_hash
from common.accounts.user_rows import SEEN_AGAIN
from common.clock import NOW_MS
from common.errors import ScoreImportError

DAY: Final = 24 * 60 * 60 * 1000  # milliseconds
# Browsers that one user may be logged in with; the oldest is logged out for a new one.
SESSIONS: Final = 50


class EmailTaken(ScoreImportError):
    """Another user has this e-mail address."""


_PASSWORD = text("SELECT password_hash FROM logins WHERE user_id = :user_id")
_SET_PASSWORD = text(
    f"""
    INSERT INTO logins (user_id, password_hash, email, changed_at)
    VALUES (:user_id, :password_hash, :email, {NOW_MS})
    ON CONFLICT (user_id) DO UPDATE
    SET password_hash = excluded.password_hash, changed_at = excluded.changed_at,
        email = coalesce(excluded.email, logins.email)
    """  # noqa: S608 (a constant of ours)
)
_BEGIN = text(
    f"""
    INSERT INTO login_sessions
        (user_id, session_hash, user_agent, created_at, expires_at, token_hash)
    VALUES (:user_id, :session_hash, :user_agent, {NOW_MS},
            least({NOW_MS} + :lasts, (SELECT expires_at FROM api_tokens
                                      WHERE user_id = :user_id AND token_hash = :token_hash)),
            :token_hash)
    """  # noqa: S608 (a constant of ours)
)
_TRIM = text(
    f"""
    DELETE FROM login_sessions WHERE user_id = :user_id AND (expires_at <= {NOW_MS}
      OR session_hash IN (
        SELECT session_hash FROM login_sessions WHERE user_id = :user_id
        ORDER BY created_at DESC OFFSET :most))
    """  # noqa: S608 (a constant of ours)
)
_FIND = text(
    f"""
    SELECT login_sessions.user_id, username, auth_level, permissions,
           last_seen < {NOW_MS} - :again AS unseen
    FROM login_sessions JOIN users ON users.id = login_sessions.user_id
    LEFT JOIN api_tokens USING (user_id, token_hash)
    WHERE session_hash = :session_hash AND login_sessions.expires_at > {NOW_MS}
    """  # noqa: S608 (a constant of ours)
)
_OF_USER = text(
    f"""
    SELECT * FROM login_sessions WHERE user_id = :user_id AND expires_at > {NOW_MS}
    ORDER BY created_at DESC
    """  # noqa: S608 (a constant of ours)
)
_END = text("DELETE FROM login_sessions WHERE session_hash = :session_hash")
_END_OTHERS = text(
    """
    DELETE FROM login_sessions
    WHERE user_id = :user_id AND session_hash IS DISTINCT FROM :but
    """
)
_END_NAMED = text(
    "DELETE FROM login_sessions WHERE user_id = :user_id AND left(session_hash, 24) = :name"
)
_REMOVE_ENDED = text(f"DELETE FROM login_sessions WHERE expires_at <= {NOW_MS}")  # noqa: S608
_INVITE = text(
    f"""
    INSERT INTO invites (code_hash, note, created_at, expires_at)
    VALUES (:code_hash, :note, {NOW_MS}, {NOW_MS} + CAST(:lasts AS bigint))
    """  # noqa: S608 (a constant of ours)
)
_ACCEPT = text(
    f"""
    UPDATE invites SET used_at = {NOW_MS}
    WHERE code_hash = :code_hash AND used_at IS NULL
      AND (expires_at IS NULL OR expires_at > {NOW_MS})
    """  # noqa: S608 (a constant of ours)
)
_USED_BY = text("UPDATE invites SET used_by = :user_id WHERE code_hash = :code_hash")
_INVITES = text(
    """
    SELECT invites.*, username FROM invites LEFT JOIN users ON users.id = used_by
    ORDER BY created_at
    """
)


# --- passwords -----------------------------------------------------------------------------


def password_of(connection: Connection, user_id: int) -> str | None:
    """The stored form of the user's password."""
    found: str | None = connection.scalar(_PASSWORD, {"user_id": user_id})
    return found


def set_password(
    connection: Connection, user_id: int, password_hash: str, email: str | None = None
) -> None:
    """Raises EmailTaken. email: None leaves it as it is."""
    parameters = {"user_id": user_id, "password_hash": password_hash, "email": email}
    try:
        with connection.begin_nested():
            connection.execute(_SET_PASSWORD, parameters)
    except IntegrityError as error:
        raise EmailTaken(str(email)) from error


# --- sessions ------------------------------------------------------------------------------


def begin_session(
    connection: Connection, user_id: int, user_agent: str, days: int, token: str | None = None
) -> str:
    """Logs a browser in: what its cookie is to hold, which is not stored.

    token: what it logs in with; the session may do no more, and lasts no longer.
    """
    session = new_proof()
    parameters: dict[str, Any] = {"session_hash": proof_hash(session), "lasts": days * DAY}
    parameters["token_hash"] = None if token is None else proof_hash(token)
    connection.execute(_BEGIN, {"user_id": user_id, "user_agent": user_agent[:200], **parameters})
    connection.execute(_TRIM, {"user_id": user_id, "most": SESSIONS})
    return session


def find_session(connection: Connection, session: str) -> Row[Any] | None:
    """Whose a session is. unseen: it is time to write down that they were here.

    permissions: of the token it was begun with; None where that was a password.
    """
    parameters = {"session_hash": proof_hash(session), "again": SEEN_AGAIN}
    return connection.execute(_FIND, parameters).one_or_none()


def sessions_of(connection: Connection, user_id: int) -> Sequence[Row[Any]]:
    """The newest first."""
    return connection.execute(_OF_USER, {"user_id": user_id}).all()


def end_session(connection: Connection, session_hash: str) -> None:
    connection.execute(_END, {"session_hash": session_hash})


def end_sessions(connection: Connection, user_id: int, *, but: str | None = None) -> int:
    """Logs the user out everywhere, but for the session with this hash; how many those were."""
    return connection.execute(_END_OTHERS, {"user_id": user_id, "but": but}).rowcount


def end_named(connection: Connection, user_id: int, name: str) -> bool:
    """Ends the user's session whose hash begins so; whether there was one."""
    return connection.execute(_END_NAMED, {"user_id": user_id, "name": name}).rowcount > 0


def remove_ended(connection: Connection) -> int:
    """Removes sessions that have ended by themselves; how many those were."""
    return connection.execute(_REMOVE_ENDED).rowcount


# --- invites -------------------------------------------------------------------------------


def invite(connection: Connection, note: str, days: int | None) -> str:
    """A code that lets one person register; only its hash is stored."""
    code = new_proof()
    lasts = None if days is None else days * DAY
    connection.execute(_INVITE, {"code_hash": proof_hash(code), "note": note, "lasts": lasts})
    return code


def accept(connection: Connection, code: str) -> bool:
    """Uses an invite up; whether it was good."""
    return connection.execute(_ACCEPT, {"code_hash": proof_hash(code)}).rowcount > 0


def used_by(connection: Connection, code: str, user_id: int) -> None:
    connection.execute(_USED_BY, {"code_hash": proof_hash(code), "user_id": user_id})


def invites(connection: Connection) -> Sequence[Row[Any]]:
    return connection.execute(_INVITES).all()
