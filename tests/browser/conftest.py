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
    Page,
    sync_playwright,
)

from tests.browser import chromium
from tests.browser.windows import Shot, Window
from tests.support.stack import Stack

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
