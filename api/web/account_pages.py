"""The pages to log in, to register and to log out."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from api.http import context, logins
from api.http.service import service
from api.v1.auth import credentials, registration
from api.web.page_parameters import NO_FIELDS, PageParameters, takes, trimmed, way_on
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import leave, page
from common.errors import UserError

blueprint = pages_blueprint("account_pages", __name__)
blueprint.template_folder = "templates"


class NextQuery(PageParameters):
    """Where a login leads to."""

    next = way_on()


class LoginForm(NextQuery):
    """A user and their password; `credentials` says what is wrong with them."""

    username = fields.String()
    password = fields.String()


class TokenLoginForm(NextQuery):
    """A token instead."""

    token = trimmed()


class RegistrationForm(LoginForm):
    """A new user; `registration` says what is wrong with them."""

    email = fields.String()
    inviteCode = fields.String()


@blueprint.get("/login")
@takes(query=NextQuery())
def login_page(*, query: dict[str, Any]) -> Response:
    return _login(query["next"], "", None)


@blueprint.post("/login")
@takes(guests_form=LoginForm())
def log_in(*, form: dict[str, Any]) -> Response:
    after = form["next"]
    try:
        proven = credentials(form)
        _, session = logins.log_in(proven["username"], proven["!password"])
    except UserError as problem:
        return _login(after, form.get("username", ""), problem)
    return logins.remember(leave(after), session)


@blueprint.post("/login/token")
@takes(guests_form=TokenLoginForm())
def log_in_by_token(*, form: dict[str, Any]) -> Response:
    """For who has a token, and no password here: the session may do what the token may."""
    after = form["next"]
    try:
        session = logins.log_in_by_token(form.get("token", ""))
    except UserError as problem:
        return _login(after, "", problem)
    return logins.remember(leave(after), session)


def _login(after: str, username: str, problem: UserError | None) -> Response:
    whoami = context.current().identity
    if whoami.session is not None and problem is None:
        return leave(after)
    return page(
        "login.html",
        200 if problem is None else problem.status,
        title="Log in",
        next=after,
        username=username,
        problem=None if problem is None else problem.message,
        registration=service().settings.registration,
    )


@blueprint.get("/register")
@takes(query=NextQuery())
def registration_page(*, query: dict[str, Any]) -> Response:
    return _registration(query, None)


@blueprint.post("/register")
@takes(guests_form=RegistrationForm())
def register(*, form: dict[str, Any]) -> Response:
    try:
        new = registration(form)
        _, session = logins.register(
            new["username"], new["!password"], new.get("email"), new.get("inviteCode")
        )
    except UserError as problem:
        return _registration(form, problem)
    return logins.remember(leave(form["next"]), session)


def _registration(form: dict[str, Any], problem: UserError | None) -> Response:
    return page(
        "register.html",
        200 if problem is None else problem.status,
        title="Register",
        next=form["next"],
        fields=form,
        problem=None if problem is None else problem.message,
        registration=service().settings.registration,
    )


@blueprint.post("/logout")
@takes(form=NO_FIELDS)
def log_out() -> Response:
    logins.log_out()
    return logins.forget(leave("/login"))
