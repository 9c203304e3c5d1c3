"""A chat bot: users link their accounts by OAuth2, and it acts for them with what it gets."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from cli.accounts import create_user
from tests.api.web.test_account_pages import form_of
from tests.support.browser import Browser
from tests.support.http import Http
from tests.support.stack import Stack

CALLBACK = "https://bot.example.org/oauth/callback"
PASSWORD = "correct horse battery"


def test_linking_an_account(service: Stack, http: Http) -> None:
    # Its author registers it.
    create_user(service.engine, "bot_author", password=PASSWORD)
    author = Browser(service)
    author.log_in("bot_author", PASSWORD)
    client = author(
        "POST",
        "/api/v1/clients/create",
        {
            "name": "Bot",
            "redirectUri": CALLBACK,
            "webhookUri": None,
            "apiKeyTemplate": None,
            "apiKeyFilename": None,
            "permissions": ["customise_score", "submit_score"],
        },
    ).json["body"]

    # It sends a user to the page, with a context of its own.
    create_user(service.engine, "chatting", password=PASSWORD)
    user = Browser(service)
    path = f"/oauth/request-auth?clientID={client['clientID']}&context=discord-123"
    asked = user.visit(path)
    assert asked.status == 200
    login = {**form_of(asked), "username": "chatting", "password": PASSWORD}
    assert user.submit("/login", login).headers["Location"] == path
    asked = user.visit(path)
    assert "submit_score" in asked.raw.decode()
    sent = user.submit(path, {**form_of(asked), "answer": "allow"})
    address = sent.headers["Location"]
    assert address.startswith(CALLBACK + "?")
    query = parse_qs(urlsplit(address).query)
    assert query["context"] == ["discord-123"]

    # It exchanges the code, with an Authorization header that is empty.
    headers = {
        "Content-Type": "application/json",
        "Authorization": "",
        "User-Agent": "Tachi-bot v2.2.0",
        "accept": "*/*",
    }
    body = {
        "code": query["code"][0],
        "client_id": client["clientID"],
        "client_secret": client["clientSecret"],
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
    }
    answer = http.request("POST", "/api/v1/oauth/token", json.dumps(body).encode(), headers)
    assert answer.status == 200
    token = answer.json["body"]
    assert token["permissions"] == {"customise_score": True, "submit_score": True}
    assert token["fromAPIClient"] == client["clientID"]
    assert isinstance(token["userID"], int)

    # It looks its user up, by the token and by the number.
    bearer = {"Authorization": f"Bearer {token['token']}"}
    me = http.get("/api/v1/users/me", bearer).json["body"]
    assert (me["id"], me["username"]) == (token["userID"], "chatting")
    assert http.get(f"/api/v1/users/{token['userID']}", bearer).json["body"] == me
    status = http.get("/api/v1/status", bearer).json["body"]
    assert {"submit_score", "customise_score"} <= set(status["permissions"])

    # The user unlinks it.
    listed = user("GET", "/api/v1/users/me/api-tokens").json["body"]
    assert [each["identifier"] for each in listed] == ["Bot Token"]
    assert user("DELETE", f"/api/v1/users/me/api-tokens/{listed[0]['token']}").status == 200
    assert http.get("/api/v1/users/me", bearer).status == 401


def test_the_page_of_another_web_client_asks_for_the_code(service: Stack, http: Http) -> None:
    """Tachi's own page shows the client itself, and asks for a code without naming it."""
    create_user(service.engine, "bot_maker", password=PASSWORD)
    user = Browser(service)
    user.log_in("bot_maker", PASSWORD)
    body = {"name": "Another bot", "redirectUri": CALLBACK, "permissions": ["submit_score"]}
    client = user("POST", "/api/v1/clients/create", body).json["body"]
    shown = user("GET", f"/api/v1/clients/{client['clientID']}").json["body"]
    assert user("GET", f"/api/v1/users/{shown['author']}").json["body"]["username"] == "bot_maker"
    code = user("POST", "/api/v1/oauth/create-code").json["body"]["code"]
    exchange = {
        "code": code,
        "client_id": client["clientID"],
        "client_secret": client["clientSecret"],
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
    }
    headers = {"Content-Type": "application/json"}
    answer = http.request("POST", "/api/v1/oauth/token", json.dumps(exchange).encode(), headers)
    assert answer.status == 200
