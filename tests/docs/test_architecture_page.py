"""The page that says where everything is names files that are there."""

from __future__ import annotations

import re

from tests.support.stack import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
_FILE = re.compile(r"`((?:api|worker|common|cli|tests|migrations|docs)/(?:[\w-]+/)*(?:\w+\.\w+)?)`")


def test_every_question_is_answered_by_a_file_that_is_there() -> None:
    where = PAGE.partition("## Where is ...?")[2].partition("\n## ")[0]
    questions = [line for line in where.splitlines() if line.startswith("| ")][2:]
    assert len(questions) > 20
    unanswered = [line for line in questions if "`" not in line.split("|")[2]]
    assert not unanswered


def test_files_that_the_page_names_are_there() -> None:
    named = set(_FILE.findall(PAGE))
    assert len(named) > 50
    assert not [name for name in sorted(named) if not (ROOT / name).exists()]
