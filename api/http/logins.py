"""Logging in and out, and registering: what the API and the pages share.

Source: specification, http-api-users.md section 7.
"""

from __future__ import annotations

from typing import Final

from flask import Response, request
from sqlalchemy import Connection

from api.http import attempts, context, identity
from api.http.identity import cookie_name
from api.http.service import service
from common.accounts import login_rows, passwords, user_rows
from common.accounts.proofs import proof_hash
from common.accounts.user_rows import BANNED, NewUser
from common.database.statements import Row
from common.errors import UserError

# One text for both: nobody learns who has an account.
WRONG: Final = "There is no such user, or this is not their password."


def log_in(username: str, password: str) -> tuple[Row, str]:
    """The user, and what the cookie is to hold. Raises UserError."""
    here = service()
    counted = attempts.attempt(here.settings, here.redis, username)
    with here.engine.connect() as connection:
        row = user_rows.named_exactly(connection, username)
        stored = None if row is None else login_rows.password_of(connection, row.id)
    if not passwords.matches(stored, password) or row is None or stored is None:
        raise UserError(401, WRONG, "WRONG_CREDENTIALS")
    if row.auth_level == BANNED:
        raise UserError(403, f"You are banned from {here.settings.name}", "BANNED")
    counted.succeeded()
    with here.engine.begin() as connection:
        if passwords.is_dated(stored):
            login_rows.set_password(connection, row.id, passwords.hashed(password))
        _end_present_session(connection)
        return row, _begin_session(connection, row.id)


def log_in_by_token(token: str) -> str:
    """Begins a session that may do what the token may: what the cookie is to hold.

    Raises UserError.
    """
    here = service()
    counted = attempts.attempt(here.settings, here.redis, proof_hash(token))
    credentials = identity.Credentials(None, f"Bearer {token}")
    found = identity.resolve(credentials, here.engine, here.settings.name)
    assert found.user_id is not None  # a token that is nobody's is refused
    counted.succeeded()
    with here.engine.begin() as connection:
        _end_present_session(connection)
        return _begin_session(connection, found.user_id, token)


def register(
    username: str, password: str, email: str | None, invite_code: str | None
) -> tuple[Row, str]:
    """The new user, and what the cookie is to hold. Raises UserError."""
    here = service()
    mode = here.settings.registration
    if mode == "off":
        raise UserError(501, "Signups are not currently enabled.", "REGISTRATION_OFF")
    if mode == "invite" and not invite_code:
        raise UserError(400, "An invite code is needed to register.", "INVITE_NEEDED")
    # Each attempt counts, so that nobody makes accounts by the hundred.
    attempts.attempt(here.settings, here.redis, username)
    password_hash = passwords.hashed(password)
    with here.engine.begin() as connection:
        if mode == "invite" and not login_rows.accept(connection, invite_code or ""):
            raise UserError(401, "This invite code is not valid.", "INVITE_NOT_VALID")
        row = create_account(connection, NewUser(username), password_hash, email)
        if mode == "invite":
            login_rows.used_by(connection, invite_code or "", row.id)
        _end_present_session(connection)
        return row, _begin_session(connection, row.id)


def create_account(
    connection: Connection, new: NewUser, password_hash: str | None, email: str | None
) -> Row:
    """Makes a user, with a password where one is given. Raises UserError."""
    try:
        row = user_rows.create(connection, new)
    except user_rows.NameTaken as problem:
        raise UserError(409, "This username is already in use.", "USERNAME_TAKEN") from problem
    if password_hash is not None:
        try:
            login_rows.set_password(connection, row.id, password_hash, email)
        except login_rows.EmailTaken as problem:
            raise UserError(409, "This email is already in use.", "EMAIL_TAKEN") from problem
    return row


def _begin_session(connection: Connection, user_id: int, token: str | None = None) -> str:
    user_rows.seen(connection, user_id)
    agent = request.headers.get("User-Agent", "")
    days = service().settings.session_days
    return login_rows.begin_session(connection, user_id, agent, days, token)


def _end_present_session(connection: Connection) -> None:
    session = context.current().identity.session
    if session is not None:
        login_rows.end_session(connection, session)


def log_out() -> None:
    """Ends the session of the request. Raises UserError where there is none."""
    session = context.current().identity.session
    if session is None:
        raise UserError(409, "You are not logged in.", "NOT_LOGGED_IN")
    with service().engine.begin() as connection:
        login_rows.end_session(connection, session)


def remember(response: Response, session: str) -> Response:
    """Has the browser send the session from now on."""
    settings = service().settings
    response.set_cookie(
        cookie_name(settings.name),
        session,
        max_age=settings.session_days * 24 * 60 * 60,
        httponly=True,
        secure=settings.our_url.startswith("https:"),
        samesite=settings.session_same_site,
    )
    return response


def forget(response: Response) -> Response:
    """Has the browser send it no more."""
    settings = service().settings
    response.delete_cookie(
        cookie_name(settings.name),
        httponly=True,
        secure=settings.our_url.startswith("https:"),
        samesite=settings.session_same_site,
    )
    return response
