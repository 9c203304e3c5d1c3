"""What pages take in their addresses: whatever it is, a page comes of it, and no fault."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from api.routes import ROUTES
from api.web.page_parameters import query_of
from cli.accounts import create_user
from common.accounts.user_rows import ADMINISTRATOR
from tests.support.browser import Browser
from tests.support.http import Answer
from tests.support.stack import Stack

PASSWORD = "correct horse battery"
JUNK = ("-1", "0", "9" * 30, "²", "\0", "nonsense", "<b>", "é" * 300, "a,b", "eyJ9", "WzFd")


def pages_with_queries() -> dict[str, list[str]]:
    """Each page that takes a query, as its address, with the names of what it takes."""
    app = Flask(__name__)
    for prefix, blueprint in ROUTES:
        app.register_blueprint(blueprint, url_prefix=prefix)
    found = {}
    for rule in app.url_map.iter_rules():
        query = query_of(app.view_functions[rule.endpoint])
        if query is not None and "GET" in (rule.methods or ()):
            found[address(rule)] = [*query.load_fields]
    return found


def address(rule: Rule) -> str:
    parts = {"game": "iidx", "playtype": "SP", "user": "me", "name": "FLO"}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: parts.get(part[1], "1"), rule.rule)


PAGES = pages_with_queries()


@pytest.fixture(scope="module")
def operator(service: Stack) -> Browser:
    user_id = create_user(service.engine, "operates", password=PASSWORD)
    with service.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE users SET auth_level = %s WHERE id = %s", (ADMINISTRATOR, user_id)
        )
    browser = Browser(service)
    assert browser.log_in("operates", PASSWORD).status == 200
    return browser


def said(page: Answer) -> str:
    return unescape(page.raw.decode())


def test_there_are_pages_with_queries() -> None:
    assert PAGES["/imports"] == ["importType", "before", "beforeID", "show"]
    assert len(PAGES) >= 12


@pytest.mark.parametrize("page", PAGES)
def test_whatever_is_asked_for_a_page_comes_of_it(operator: Browser, page: str) -> None:
    for name in PAGES[page]:
        for value in JUNK:
            answer = operator.visit(page, **{name: value})
            assert answer.status < 500, (name, value, answer.raw)
            assert answer.status == 303 or "</html>" in said(answer), (name, value, answer.raw)


@pytest.mark.parametrize(
    ("page", "query", "words"),
    [
        ("/imports", {"before": "soon"}, "[before] Expected an integer between 0 and"),
        ("/imports", {"importType": "floppy"}, "[importType] Expected any of file/"),
        ("/orphans", {"after": "x"}, "Invalid pagination cursor."),
        ("/operator/jobs", {"state": "lost"}, "[state] Expected some of queued"),
        ("/operator/jobs", {"olderThan": "-1"}, "[olderThan] An age is a number of hours."),
        ("/operator/jobs", {"after": "x"}, "Invalid pagination cursor."),
        ("/operator/failures", {"hours": "many"}, "[hours] Expected a number of hours."),
        ("/imports/1", {"from": "-1"}, "[from] Expected a number."),
    ],
)
def test_what_does_not_fit_is_said_on_a_page(
    operator: Browser, page: str, query: dict[str, str], words: str
) -> None:
    answer = operator.visit(page, **query)
    assert answer.status == 400
    assert words in said(answer)


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("/imports", {"importType": "", "before": "", "show": "all"}),
        ("/operator/jobs", {"state": "", "user": " ", "olderThan": "", "done": ""}),
        ("/operator/failures", {"hours": ""}),
        ("/operator/users", {"search": " ", "from_elsewhere": "yes"}),
    ],
)
def test_fields_that_were_left_empty_ask_for_nothing(
    operator: Browser, page: str, query: dict[str, Any]
) -> None:
    assert operator.visit(page, **query).status == 200


def test_filters_stand_in_the_form_as_they_were_typed(operator: Browser) -> None:
    page = said(
        operator.visit(
            "/operator/jobs",
            user=" operates ",
            type="orphans,revert",
            olderThan="2",
            state="queued",
        )
    )
    for typed in ("orphans,revert", "operates", "2"):
        assert f'value="{typed}" autocomplete' in page or f'value="{typed}" inputmode' in page
    assert "<option selected>queued" in page
