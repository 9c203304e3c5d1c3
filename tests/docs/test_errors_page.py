"""docs/errors.md lists the codes of failures: all there are, and no others."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from common.errors import CODES
from common.jobs.job_tables import JobKind
from common.jobs.outcomes import failure_code
from tests.structure.sources import sources
from tests.support.stack import ROOT

PAGE: Final = ROOT / "docs" / "errors.md"
_CODE: Final = re.compile(r"[A-Z]+(_[A-Z]+)*")


def codes_in(tree: ast.AST) -> Iterator[str]:
    """The codes that a module gives to failures."""
    for node in ast.walk(tree):
        given: list[ast.expr | None] = []
        if isinstance(node, ast.Call):
            if ast.unparse(node.func).endswith("Error"):
                given += node.args[2:3]
            given += [keyword.value for keyword in node.keywords if keyword.arg == "code"]
        elif isinstance(node, ast.Dict):
            given += [
                value
                for key, value in zip(node.keys, node.values, strict=True)
                if isinstance(key, ast.Constant) and key.value == "code"
            ]
        for value in given:
            text = value.value if isinstance(value, ast.Constant) else None
            if isinstance(text, str) and _CODE.fullmatch(text):
                yield text


def test_the_page_lists_the_codes_there_are() -> None:
    of_imports = {failure_code(JobKind.IMPORT, status) for status in (400, 401, 410)}
    found = {*CODES.values(), *of_imports}
    for source in sources("api", "common", "worker"):
        found |= {*codes_in(source.tree)}
    listed = re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(set(listed)), "one line each"
    assert set(listed) == found


def test_codes_are_found_wherever_they_are_written() -> None:
    module = 'UserError(400, "x", "ONE")\nfailure(400, "x", code="TWO")\n{"code": "THREE"}'
    assert {*codes_in(ast.parse(module))} == {"ONE", "TWO", "THREE"}
