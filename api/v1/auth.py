"""Logging in and out, registering, changing a password, and where one is logged in.

Source: specification, http-api-users.md section 7.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from flask import Response, request
from marshmallow import EXCLUDE, Schema

from api.http import attempts, context, cross_site, logins
from api.http.answers import success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.parameters import check, text_like, words
from api.http.service import service
from common.accounts import login_rows, passwords, user_rows
from common.accounts.user_documents import UserDocument
from common.accounts.user_documents import user as user_document
from common.errors import UserError

blueprint = ApiBlueprint("auth", __name__)

USERNAME: Final = text_like(
    user_rows.USERNAME.pattern,
    f"Expected string to match /^{user_rows.USERNAME.pattern}$/u",
    example="alice",
)
EMAIL: Final = text_like(
    r"[^\s@]{1,100}@[^\s@]{1,150}",
    "Expected an e-mail address.",
    example="alice@example.org",
    required=False,
)
LIMITED: Final = {429: "Too many attempts failed; `Retry-After` says when to come back."}
PASSWORD: Final = words(passwords.SHORTEST, passwords.LONGEST, required=True)


def _schema(name: str, fields: dict[str, Any]) -> Schema:
    """A body whose further keys are passed over: clients send a captcha, for one."""
    return Schema.from_dict(fields, name=name)(unknown=EXCLUDE)


LOGIN: Final = _schema("Login", {"username": USERNAME, "!password": PASSWORD})
REGISTRATION: Final = _schema(
    "Registration",
    {
        "username": USERNAME,
        "!password": PASSWORD,
        "email": EMAIL,
        "inviteCode": words(1, 100),
    },
)
PASSWORD_CHANGE: Final = _schema(
    "PasswordChange", {"!oldPassword": PASSWORD, "!password": PASSWORD}
)


def credentials(form: dict[str, str]) -> dict[str, Any]:
    """The fields of a form as the body of a login. Raises UserError."""
    return check(LOGIN, _without_blanks(form))


def registration(form: dict[str, str]) -> dict[str, Any]:
    """The fields of a form as the body of a registration. Raises UserError."""
    return check(REGISTRATION, _without_blanks(form))


def _without_blanks(form: dict[str, str]) -> dict[str, str]:
    renamed = {"!password" if name == "password" else name: value for name, value in form.items()}
    return {name: value for name, value in renamed.items() if value}


class LoggedIn(msgspec.Struct):
    """Who is logged in now; the session is in a cookie."""

    userID: int


class LoginSessionDocument(msgspec.Struct, kw_only=True):
    """A browser that is logged in. Times: milliseconds since the epoch."""

    loginID: str
    userAgent: str
    createdAt: int
    expiresAt: int
    isThisOne: bool


@blueprint.before_request
def from_own_pages() -> None:
    """Nobody is logged in or out by a page of another site."""
    if request.method != "GET":
        cross_site.require_own_page(request, service().settings)


@blueprint.post("/auth/login")
@endpoint(
    "Logs a browser in, by a cookie.",
    body=LOGIN,
    answers=LoggedIn,
    errors={401: "No such user, or not their password (`WRONG_CREDENTIALS`).", **LIMITED},
    limits=("LOGIN_RATE_LIMIT",),
)
def log_in(*, body: dict[str, Any]) -> Response:
    row, session = logins.log_in(body["username"], body["!password"])
    answer = success(
        f"Successfully logged in as {row.username} (#{row.id})", LoggedIn(userID=row.id)
    )
    return logins.remember(answer, session)


@blueprint.post("/auth/register")
@endpoint(
    "Makes an account, and logs the browser in.",
    body=REGISTRATION,
    answers=UserDocument,
    errors={
        400: "The form cannot be taken, or lacks an invite (`INVITE_NEEDED`).",
        401: "The invite code is not valid (`INVITE_NOT_VALID`).",
        409: "The username or the e-mail address is taken (`USERNAME_TAKEN`, `EMAIL_TAKEN`).",
        501: "Nobody can register here (`REGISTRATION_OFF`).",
        **LIMITED,
    },
    limits=("LOGIN_RATE_LIMIT",),
)
def register(*, body: dict[str, Any]) -> Response:
    row, session = logins.register(
        body["username"], body["!password"], body.get("email"), body.get("inviteCode")
    )
    answer = success(f"Successfully created account {row.username}!", user_document(row))
    return logins.remember(answer, session)


@blueprint.post("/auth/logout")
@endpoint(
    "Ends the session of the request.",
    answers=dict[str, Any],
    errors={409: "There is no session (`NOT_LOGGED_IN`)."},
)
def log_out() -> Response:
    logins.log_out()
    return logins.forget(success("Logged Out.", {}))


@blueprint.post("/users/<user>/change-password")
@endpoint(
    "Changes the user's password, and logs them out everywhere else.",
    in_person=True,
    body=PASSWORD_CHANGE,
    answers=dict[str, Any],
    errors={
        401: "The old password is not theirs (`WRONG_CREDENTIALS`).",
        404: "There is no such user.",
        **LIMITED,
    },
    limits=("LOGIN_RATE_LIMIT",),
)
def change_password(user: int, *, body: dict[str, Any]) -> Response:
    here = service()
    counted = attempts.attempt(here.settings, here.redis, f"#{user}")
    with here.engine.connect() as connection:
        stored = login_rows.password_of(connection, user)
    if not passwords.matches(stored, body["!oldPassword"]):
        raise UserError(401, "The old password is not yours.", "WRONG_CREDENTIALS")
    counted.succeeded()
    password_hash = passwords.hashed(body["!password"])
    with here.engine.begin() as connection:
        login_rows.set_password(connection, user, password_hash)
        login_rows.end_sessions(connection, user, but=context.current().identity.session)
    return success("Changed password.", {})


@blueprint.get("/users/<user>/logins")
@endpoint(
    "Where the user is logged in, the newest first.",
    in_person=True,
    answers=list[LoginSessionDocument],
    errors={404: "There is no such user."},
)
def list_logins(user: int) -> Response:
    this_one = context.current().identity.session
    with service().engine.connect() as connection:
        rows = login_rows.sessions_of(connection, user)
    documents = [
        LoginSessionDocument(
            loginID=row.session_hash[:24],
            userAgent=row.user_agent,
            createdAt=row.created_at,
            expiresAt=row.expires_at,
            isThisOne=row.session_hash == this_one,
        )
        for row in rows
    ]
    return success(f"Returned {len(documents)} logins.", documents)


@blueprint.delete("/users/<user>/logins")
@endpoint(
    "Logs the user out everywhere, but for the session of the request.",
    in_person=True,
    answers=dict[str, int],
    errors={404: "There is no such user."},
)
def end_logins(user: int) -> Response:
    with service().engine.begin() as connection:
        ended = login_rows.end_sessions(connection, user, but=context.current().identity.session)
    return success(f"Ended {ended} logins.", {"ended": ended})


@blueprint.delete("/users/<user>/logins/<login>")
@endpoint(
    "Logs one browser out.",
    in_person=True,
    answers=dict[str, Any],
    errors={404: "There is no such user, or no such login."},
)
def end_login(user: int, login: str) -> Response:
    with service().engine.begin() as connection:
        if not login_rows.end_named(connection, user, login):
            raise UserError(404, "There is no such login.")
    return success("Logged Out.", {})
