"""The page to link accounts with other services, as a browser uses it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from cli.accounts import create_user
from tests.services.kai import Account, Kai
from tests.support.browser import Browser
from tests.support.http import Answer, Http
from tests.support.linked import KEY
from tests.support.stack import Stack, wait_for

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def flo() -> Iterator[Kai]:
    with Kai() as kai:
        yield kai


@pytest.fixture(scope="module")
def module_settings(flo: Kai) -> dict[str, str]:
    # One thread for all requests that wait for nothing.
    return {
        **flo.environment("FLO"),
        "CREDENTIAL_KEYS": KEY,
        "WEB_WORKERS": "1",
        "WEB_THREADS": "1",
    }


def in_a_browser(service: Stack, name: str) -> Browser:
    create_user(service.engine, name, password=PASSWORD)
    browser = Browser(service)
    assert browser.log_in(name, PASSWORD).status == 200
    return browser


def link(browser: Browser, code: str) -> Answer:
    page = browser.visit("/services")
    found = re.search(r'name="form_token" value="([^"]+)"', page.raw.decode())
    assert found is not None, page.raw
    return browser.submit("/services/FLO/link", {"form_token": found[1], "code": code})


def test_a_code_that_is_pasted_links_an_account(service: Stack, flo: Kai) -> None:
    browser = in_a_browser(service, "pastes")
    assert link(browser, flo.code_for(Account("a"))).status == 303
    assert "Unlink FLO" in browser.visit("/services").raw.decode()


def test_a_service_that_is_slow_keeps_nobody_else_waiting(
    service: Stack, http: Http, flo: Kai
) -> None:
    browser = in_a_browser(service, "waits")
    flo.script.add("slow", "token", seconds=5)
    asked = len(flo.asked)
    with ThreadPoolExecutor(1) as pool:
        linking = pool.submit(link, browser, flo.code_for(Account("b")))
        wait_for(lambda: len(flo.asked) > asked, "the service was asked")
        began = time.monotonic()
        for _ in range(5):
            assert http.get("/api/v1/status").status == 200
        assert time.monotonic() - began < 3
        assert not linking.done()
        assert linking.result().status == 303
