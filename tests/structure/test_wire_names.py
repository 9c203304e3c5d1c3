"""camelCase is the wire's: fields of documents and schemas have it, nothing of ours does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.structure.sources import LAYERS, sources

_CAMEL = re.compile(r"_*[a-z][a-z0-9]*[A-Z]")


def of_ours(tree: ast.AST, *, of_a_document: bool = False) -> Iterator[tuple[int, str]]:
    """(line, name) of functions, parameters and variables in camelCase, fields of documents aside.

    A document is a class that is made of another: a struct, a schema, a typed dictionary.
    """
    for node in ast.iter_child_nodes(tree):
        within = of_a_document and not isinstance(node, ast.FunctionDef | ast.Lambda)
        name = ""
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = node.name
        elif isinstance(node, ast.arg):
            name = node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and not within:
            name = node.id
        elif isinstance(node, ast.ClassDef):
            within = bool(node.bases)
        if _CAMEL.match(name):
            yield node.lineno, name
        yield from of_ours(node, of_a_document=within)


def test_names_of_ours_are_not_in_camel_case() -> None:
    found = [
        f"{source.path}:{line}: {name}"
        for source in sources(*LAYERS)
        if not source.path.startswith("worker/services/protocol/")
        for line, name in of_ours(source.tree)
    ]
    assert not found


def test_a_name_in_camel_case_is_noticed() -> None:
    code = (
        "class A(Struct):\n    songID: int\n    def f(self):\n        chartID = 1\n"
        "class B:\n    songID: int\ndef g(userID): pass\n"
    )
    assert list(of_ours(ast.parse(code))) == [(4, "chartID"), (6, "songID"), (7, "userID")]
