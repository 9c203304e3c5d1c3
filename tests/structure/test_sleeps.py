"""Tests wait for conditions, never for a fixed time."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.structure.sources import sources


def fixed_sleeps(tree: ast.AST) -> Iterator[int]:
    """The lines of sleeps that are not in a loop which asks for something else than the time."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.While) and _is_condition(node.test):
            continue
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("time.sleep", "sleep"):
            yield node.lineno
        yield from fixed_sleeps(node)


def _is_condition(test: ast.expr) -> bool:
    return not isinstance(test, ast.Constant) and "monotonic" not in ast.unparse(test)


def test_no_test_sleeps_for_a_fixed_time() -> None:
    # A fault of a soak lasts for its time; that is what it is.
    found = [
        f"{source.path}:{line}"
        for source in sources("tests")
        if not str(source.path).startswith("tests/soak/")
        for line in fixed_sleeps(source.tree)
    ]
    assert not found


def test_a_fixed_sleep_is_noticed() -> None:
    waiting = "while not done():\n    time.sleep(1)\n"
    assert list(fixed_sleeps(ast.parse(waiting + "time.sleep(1)\n"))) == [3]
    assert list(fixed_sleeps(ast.parse("while True:\n    time.sleep(1)\n"))) == [2]
    assert list(fixed_sleeps(ast.parse("while time.monotonic() < 1:\n    time.sleep(1)\n"))) == [2]
