"""One service and one browser for all tests of a module; each test has a window of its own.

Of every page it is noted what went wrong in it, and what it asked of whom: a test whose pages
complained in the console, or asked another host for anything, fails.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)

from cli.accounts import create_user
from common.accounts.user_rows import ADMINISTRATOR, USER
from tests.browser import chromium
from tests.support.stack import Player, Stack

PASSWORD = "correct horse battery"
# Where screenshots go; none are made without it.
SCREENSHOTS = os.environ.get("SCREENSHOTS")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = chromium.executable()
    if found is None:
        pytest.skip(chromium.MISSING)
    with sync_playwright() as playwright:
        # As root, which continuous integration is, Chromium has no sandbox.
        started = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        yield started
        started.close()


# Keeps a picture of a page, by a name.
Shot = Callable[[Page, str], None]


def player_of(service: Stack, name: str) -> Player:
    """A user as tests look into the database for what is theirs."""
    user_id = service.scalar("SELECT id FROM users WHERE username = :name", name=name)
    return Player(service, user_id, "")


class Window:
    """A window of the browser, with cookies of its own.

    Parameters:
        expected: parts of complaints that a test provokes.
    """

    def __init__(self, service: Stack, context: BrowserContext) -> None:
        self.service = service
        self.context = context
        self.expected: list[str] = []
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        context.set_default_timeout(20_000)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.service.url, "data:", "blob:")):
            self.elsewhere.append(request.url)

    def page(self, path: str = "/") -> Page:
        """Another tab."""
        page = self.context.new_page()
        page.goto(self.service.url + path)
        return page

    def user(self, name: str, *, admin: bool = False) -> Page:
        """A new user, logged in, at the first page."""
        level = ADMINISTRATOR if admin else USER
        create_user(self.service.engine, name, password=PASSWORD, auth_level=level)
        page = self.page("/login")
        log_in(page, name)
        return page

    def check(self) -> None:
        found = [
            each for each in self.complaints if not any(part in each for part in self.expected)
        ]
        assert not found
        assert not self.elsewhere


def log_in(page: Page, name: str) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.get_by_role("button", name="Log out").wait_for()


@pytest.fixture
def window(service: Stack, browser: Browser) -> Iterator[Window]:
    context = browser.new_context(
        accept_downloads=True, locale="en-GB", timezone_id="UTC", reduced_motion="reduce"
    )
    found = Window(service, context)
    yield found
    context.close()
    found.check()


@pytest.fixture(scope="session")
def shot() -> Shot:
    """Keeps a picture of a page where SCREENSHOTS names a folder."""

    def keep(page: Page, name: str) -> None:
        if SCREENSHOTS:
            page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png", full_page=False)

    return keep


@pytest.fixture(scope="session")
def check_accessibility() -> Callable[[Page], None]:
    """Holds a page against axe's rules, in light and in dark: nothing serious may be found."""
    script = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")

    def check(page: Page) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(script)
            found = page.evaluate("axe.run().then((result) => result.violations)")
            bad = [
                f"{each['id']}: {node['target']} {node['failureSummary']}"
                for each in found
                if each["impact"] in ("serious", "critical")
                for node in each["nodes"]
            ]
            assert not bad, f"{page.url}, {scheme}"

    return check
