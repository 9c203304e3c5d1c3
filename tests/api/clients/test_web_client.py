"""The web client: it logs in by a cookie, asks who that is, imports a file and takes it back."""

from __future__ import annotations

import json

from cli.accounts import create_user
from tests.support.browser import Browser
from tests.support.http import encode_multipart
from tests.support.stack import Stack, batch_manual, wait_for

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


def test_from_a_file_to_its_revert(service: Stack) -> None:
    """The calls of its pages of imports, in the order in which it makes them."""
    create_user(service.engine, "importing_by_hand", password=PASSWORD)
    browser = Browser(service)
    user_id = browser.log_in("importing_by_hand", PASSWORD).json["body"]["userID"]
    assert browser("GET", f"/api/v1/users/{user_id}/recent-imports").json["body"] == []

    # The page of an import type sends the form, and asks once a second.
    content = json.dumps(batch_manual(3)).encode()
    kind, form = encode_multipart(
        {"importType": "file/batch-manual"}, "scoreData", "scores.json", content
    )
    sent = browser.send("POST", "/api/v1/import/file", form, kind)
    assert sent.status == 202, sent.raw
    import_id = sent.json["body"]["importID"]
    assert sent.json["body"]["url"].startswith(service.url)

    def ended() -> bool:
        poll = browser("GET", f"/api/v1/imports/{import_id}/poll-status").json["body"]
        return bool(poll["importStatus"] == "completed")

    wait_for(ended, "the import's end")
    shown = browser("GET", f"/api/v1/imports/{import_id}").json["body"]
    assert shown["import"]["userID"] == user_id
    assert len(shown["scores"]) == 3
    assert {song["id"] for song in shown["songs"]} == {1}
    (stats,) = browser("GET", f"/api/v1/users/{user_id}/game-stats").json["body"]
    assert (stats["game"], stats["playtype"]) == ("sdvx", "Single")

    # Its list of imports; each row opens the import, and has a button that takes it back.
    user = browser("GET", "/api/v1/users/importing_by_hand").json["body"]
    assert user["id"] == user_id
    listed = browser("GET", f"/api/v1/users/{user_id}/imports?").json["body"]
    assert [each["importID"] for each in listed] == [import_id]
    reverted = browser("POST", f"/api/v1/imports/{import_id}/revert")
    assert (reverted.status, reverted.json["description"]) == (200, "Reverted import.")
    assert browser("GET", f"/api/v1/imports/{import_id}").status == 404
    assert browser("GET", f"/api/v1/users/{user_id}/imports").json["body"] == []
    assert service.scalar("SELECT count(*) FROM scores WHERE user_id = :id", id=user_id) == 0
