"""What belongs together is handed on as one object: a function has six parameters at most."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.structure.sources import LAYERS, sources

MOST = 6


def trains(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, name) of functions with more parameters, their own object aside.

    Two kinds are no functions to be called, but lists of fields: a command, whose parameters
    are its options, and a function of which every parameter but the first must be named, which
    makes one thing of what it declares.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        in_order = [*node.args.posonlyargs, *node.args.args]
        if in_order and in_order[0].arg in ("self", "cls"):
            in_order = in_order[1:]
        declares = len(in_order) <= 1 and node.name != "__init__"
        if len(in_order) + len(node.args.kwonlyargs) > MOST and not (declares or _command(node)):
            yield node.lineno, node.name


def _command(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("command(" in ast.unparse(each) for each in node.decorator_list)


def test_no_function_has_a_train_of_parameters() -> None:
    found = [
        f"{source.path}:{line}: {name}"
        for source in sources(*LAYERS, "client/src", "bench")
        for line, name in trains(source.tree)
    ]
    assert not found


def test_a_train_is_noticed() -> None:
    code = (
        "def six(a, b, c, d, *, e=1, f=2): pass\n"
        "def seven(a, b, c, d, *, e, f, g=None): pass\n"
        "class A:\n    def six(self, a, b, c, d, e, f): pass\n"
        "    def __init__(self, *, a, b, c, d, e, f, g): pass\n"
        "def declared(a, *, b, c, d, e, f, g): pass\n"
        "@click.command()\ndef command(a, b, c, d, e, f, g): pass\n"
    )
    assert list(trains(ast.parse(code))) == [(2, "seven"), (5, "__init__")]
