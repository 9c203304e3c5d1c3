"""What a player does, in a real browser, on the real service."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Window
from tests.support.stack import batch_manual

pytestmark = pytest.mark.processes

Shot = Callable[[Page, str], None]


def drop(page: Page, name: str, content: bytes) -> None:
    """Gives a file to the first page."""
    page.locator("#files").set_input_files(
        [{"name": name, "mimeType": "application/json", "buffer": content}]
    )


def test_a_file_is_dropped_watched_read_and_taken_back(window: Window, shot: Shot) -> None:
    page = window.user("anna")
    document = batch_manual(3)
    document["scores"].append({**document["scores"][0], "identifier": "404404"})
    document["scores"].append({**document["scores"][0], "lamp": "NO SUCH LAMP"})
    drop(page, "scores.json", orjson.dumps(document))
    item = page.locator("#queue li")
    expect(item.locator(".hint")).to_have_text("It looks like file/batch-manual.")
    shot(page, "upload")
    item.get_by_role("button", name="Import").click()
    expect(item.locator(".said")).to_contain_text("3 scores, 2 errors, 0 duplicates")
    item.get_by_role("link", name="See what came of it").click()
    expect(page.locator("#score-count")).to_have_text("3")
    shot(page, "import")
