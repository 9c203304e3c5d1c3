"""The pages to log in, to register and to log out."""

from __future__ import annotations

from flask import Response, request

from api.http import context, forms, logins
from api.http.service import service
from api.v1.auth import credentials, registration
from api.web.rendering import blueprint as pages_blueprint
from api.web.rendering import fields_of_own_form, leave, local, page
from common.errors import UserError

blueprint = pages_blueprint("account_pages", __name__)
blueprint.template_folder = "templates"


@blueprint.get("/login")
def login_page() -> Response:
    return _login(local(request.args.get("next")), "", None)


@blueprint.post("/login")
def log_in() -> Response:
    fields = forms.fields()
    after = local(fields.get("next"))
    username = fields.get("username", "")
    try:
        given = credentials(fields)
        _, session = logins.log_in(given["username"], given["!password"])
    except UserError as problem:
        return _login(after, username, problem)
    return logins.remember(leave(after), session)


@blueprint.post("/login/token")
def log_in_by_token() -> Response:
    """For who has a token, and no password here: the session may do what the token may."""
    fields = forms.fields()
    after = local(fields.get("next"))
    try:
        session = logins.log_in_by_token(fields.get("token", "").strip())
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
def registration_page() -> Response:
    return _registration(local(request.args.get("next")), {}, None)


@blueprint.post("/register")
def register() -> Response:
    fields = forms.fields()
    after = local(fields.get("next"))
    try:
        given = registration(fields)
        _, session = logins.register(
            given["username"], given["!password"], given.get("email"), given.get("inviteCode")
        )
    except UserError as problem:
        return _registration(after, fields, problem)
    return logins.remember(leave(after), session)


def _registration(after: str, fields: dict[str, str], problem: UserError | None) -> Response:
    return page(
        "register.html",
        200 if problem is None else problem.status,
        title="Register",
        next=after,
        fields=fields,
        problem=None if problem is None else problem.message,
        registration=service().settings.registration,
    )


@blueprint.post("/logout")
def log_out() -> Response:
    fields_of_own_form()
    logins.log_out()
    return logins.forget(leave("/login"))
