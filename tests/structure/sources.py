"""The project's source files, as the checks of its structure read them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("api", "worker", "common", "cli")


@dataclass(frozen=True)
class Source:
    """A Python file. path: below the project, with slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    def docstrings(self) -> Iterator[str]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                docstring = ast.get_docstring(node)
                if docstring is not None:
                    yield docstring


def sources(*folders: str) -> Iterator[Source]:
    """Every module below the folders, in the order of their paths."""
    for folder in folders:
        yield from below(folder)


@cache
def below(folder: str) -> tuple[Source, ...]:
    """Kept, for they are parsed a dozen times else; forgotten after the last test of structure."""
    return tuple(
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / folder).rglob("*.py"))
    )
