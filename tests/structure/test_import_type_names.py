"""What an import type takes is what it declares: no beginning of its name says it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.structure.sources import LAYERS, sources

_PREFIX = re.compile(r"(api|file|ir)/(\w+-)?")
_LIKE = re.compile(r"LIKE '(api|file|ir)/")
_TESTS = ("startswith", "removeprefix", "partition", "split")

# An index of the last release, which its syncs are still held to.
_OF_THE_LAST_RELEASE = "common/jobs/job_tables.py"


def prefix_tests(tree: ast.AST) -> Iterator[int]:
    """The lines in which a text, or a column, is asked whether it begins like import types."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and _LIKE.search(str(node.value)):
            yield node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            given = [each for argument in node.args for each in ast.walk(argument)]
            if node.func.attr in _TESTS and any(
                isinstance(each, ast.Constant) and _PREFIX.fullmatch(str(each.value))
                for each in given
            ):
                yield node.lineno


def test_no_prefix_of_an_import_type_is_looked_at() -> None:
    found = [
        f"{source.path}:{line}"
        for source in sources(*LAYERS, "tests", "bench")
        for line in prefix_tests(source.tree)
        if source.path != _OF_THE_LAST_RELEASE
    ]
    assert not found


@pytest.mark.parametrize(
    "code",
    [
        "name.startswith('api/')",
        "import_type.startswith(('file/', 'ir/'))",
        "name.removeprefix('api/cg-')",
        "text('SELECT 1 FROM jobs WHERE import_type LIKE \\'api/%\\'')",
    ],
)
def test_a_test_of_a_prefix_is_noticed(code: str) -> None:
    assert list(prefix_tests(ast.parse(code))) == [1]
