"""Pages that the code names are there: of the specification, of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.structure.sources import LAYERS, ROOT, sources

SPECIFICATION = ROOT / "docs" / "spec"

_PAGE = re.compile(r"(?<![\w./-])(?:[\w-]+/)*[\w-]+\.md\b")
_LINK = re.compile(r"(?<![\w./-])(?:\.\./)*(?:[\w-]+/)*[\w-]+\.md\b")
# A page of the specification with the sections that are named of it.
_SECTIONS = re.compile(
    r"(?P<page>(?:[\w-]+/)*[\w-]+\.md)\s+sections?\s+(?P<sections>\d+(?:(?:,|-|\s+to|\s+and)\s*\d+)*)"
)


def pages_named(text: str) -> set[str]:
    return set(_PAGE.findall(text))


def is_there(page: str, place: Path) -> bool:
    """Whether a page is one of the specification, of the documentation, or beside who names it."""
    folders = (SPECIFICATION, ROOT / "docs", ROOT, place.parent)
    return any((folder / page).is_file() for folder in folders)


@pytest.mark.parametrize("layer", [*LAYERS, "migrations"])
def test_pages_that_code_names_are_there(layer: str) -> None:
    missing = {
        f"{source.path}: {page}"
        for source in sources(layer)
        for page in pages_named(source.text)
        if not is_there(page, ROOT / source.path)
    }
    assert not missing


@pytest.mark.parametrize("folder", ["tests", "bench"])
def test_pages_that_docstrings_of_tests_name_are_there(folder: str) -> None:
    missing = {
        f"{source.path}: {page}"
        for source in sources(folder)
        for docstring in source.docstrings()
        for page in pages_named(docstring)
        if not is_there(page, ROOT / source.path)
    }
    assert not missing


def test_the_sections_that_code_names_are_there() -> None:
    missing = set()
    for source in sources(*LAYERS):
        # A docstring's line may end between the page and its section.
        for named in _SECTIONS.finditer(source.text.replace("\n", " ")):
            page = SPECIFICATION / named["page"]
            if page.is_file():
                there = headings(page)
                missing |= {
                    f"{source.path}: {named['page']} section {number}"
                    for number in re.findall(r"\d+", named["sections"])
                    if number not in there
                }
    assert not missing


def headings(page: Path) -> set[str]:
    """The numbers of a page's sections."""
    return set(re.findall(r"^#+ (\d+)\b", page.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize(
    "page", [path.relative_to(SPECIFICATION).as_posix() for path in SPECIFICATION.rglob("*.md")]
)
def test_pages_of_the_specification_name_pages_that_are_there(page: str) -> None:
    path = SPECIFICATION / page
    missing = {
        named
        for named in _LINK.findall(path.read_text(encoding="utf-8"))
        if "*" not in named
        and not any((folder / named).is_file() for folder in (path.parent, SPECIFICATION, ROOT))
    }
    assert not missing


def test_a_page_that_is_not_there_is_noticed() -> None:
    assert pages_named('"""Source: specification, games/README.md and nowhere.md."""') == {
        "games/README.md",
        "nowhere.md",
    }
    assert not is_there("nowhere.md", ROOT / "common" / "numbers.py")
