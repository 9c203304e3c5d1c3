"""One profile of hypothesis for the whole suite: how slow a machine is fails no test."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.structure.sources import sources

PROFILE = "tests/conftest.py"


def of_its_own(tree: ast.AST) -> Iterator[int]:
    """The lines of settings that say how long an example may take, or what is too slow."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "deadline" and _is_settings(tree):
            yield node.value.lineno
        if isinstance(node, ast.Attribute) and node.attr in ("too_slow", "data_too_large"):
            yield node.lineno


def _is_settings(tree: ast.AST) -> bool:
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return any(node.module == "hypothesis" for node in imports)


def test_no_test_has_a_profile_of_its_own() -> None:
    found = [
        f"{source.path}:{line}"
        for source in sources("tests")
        if source.path != PROFILE
        for line in of_its_own(source.tree)
    ]
    assert not found


def test_settings_of_its_own_are_noticed() -> None:
    code = "from hypothesis import settings, HealthCheck\n@settings(deadline=None)\ndef f(): pass\n"
    code += "slow = HealthCheck.too_slow\n"
    assert sorted(of_its_own(ast.parse(code))) == [2, 4]
