"""What several tests need stands in tests/support: a conftest has fixtures, which pytest finds."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.structure.sources import sources


def imports_of_a_conftest(tree: ast.AST) -> Iterator[int]:
    """The lines in which a conftest is imported, or something of one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        else:
            continue
        if any(module.rpartition(".")[2] == "conftest" for module in modules):
            yield node.lineno


def test_no_test_imports_a_conftest() -> None:
    found = [
        f"{source.path}:{line}: take it from tests/support"
        for source in sources("tests", "bench")
        for line in imports_of_a_conftest(source.tree)
    ]
    assert not found


def test_an_import_is_noticed() -> None:
    code = "from tests.worker.conftest import Importer\nimport tests.conftest\nimport conftests\n"
    assert list(imports_of_a_conftest(ast.parse(code))) == [1, 2]
