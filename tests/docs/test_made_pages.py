"""Pages that are made are what they would be if they were made now."""

from __future__ import annotations

from tests.docs.made_pages import DOCS, command_page, pages


def test_made_pages_are_as_they_would_be_made() -> None:
    stale = [
        path.relative_to(DOCS).as_posix()
        for path, text in pages().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, "run `make docs`"


def test_every_command_and_option_is_told_of() -> None:
    page = command_page()
    for part in ("score-import imports revert", "--only-failed-from", "score-import seeds load"):
        assert part in page
