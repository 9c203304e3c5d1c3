"""Routes that are only ever matched."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import BuildError

from api.http.matched_rule import MatchedRule


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__, static_folder=None)
    app.url_rule_class = MatchedRule
    app.add_url_rule("/users/<int:user_id>", "user", lambda user_id: f"user {user_id}")
    return app


def test_a_route_is_matched_with_its_parts(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/users/7").text == "user 7"
    assert client.get("/users/seven").status_code == 404


def test_its_address_is_not_built(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(BuildError):
        app.url_for("user", user_id=7)
