"""Windows of a browser, and what tests do in them."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from cli.accounts import create_user
from common.accounts.user_rows import ADMINISTRATOR, USER
from tests.support.stack import Player, Stack

PASSWORD = "correct horse battery"

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
