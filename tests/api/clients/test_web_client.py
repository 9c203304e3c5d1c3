"""The web client up to its page of imports: it logs in by a cookie, and asks who that is."""

from __future__ import annotations

from cli.accounts import create_user
from tests.support.browser import Browser
from tests.support.stack import Stack

PASSWORD = "correct horse battery"


def test_from_the_configuration_to_the_logged_in_user(service: Stack) -> None:
    create_user(service.engine, "browsing", password=PASSWORD)
    browser = Browser(service)
    config = browser("GET", "/api/v1/config").json["body"]
    assert {"NAME", "TYPE", "GAMES", "IMPORT_TYPES", "SIGNUPS_ENABLED"} <= set(config)
    # Nobody is logged in, and that is no error of the page's.
    assert browser("GET", "/api/v1/users/me").status == 401
    login = browser.log_in("browsing", PASSWORD)
    user_id = login.json["body"]["userID"]
    me = browser("GET", "/api/v1/users/me").json["body"]
    assert me["id"] == user_id
    settings = browser("GET", f"/api/v1/users/{user_id}/settings").json["body"]
    assert settings["preferences"]["developerMode"] is False
    assert browser("GET", f"/api/v1/users/{user_id}/notifications").json["body"] == []
    assert browser("GET", f"/api/v1/users/{user_id}/game-stats").json["body"] == []
    assert browser("GET", f"/api/v1/users/{user_id}/is-email-verified").json["body"] is True
    assert browser("GET", "/api/v1/status").json["body"]["whoami"] == user_id
