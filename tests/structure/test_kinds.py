"""What is added is added in one place: kinds of jobs, import types, endpoints."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import get_type_hints

import pytest

from common.jobs.arguments import OF_KIND
from common.jobs.job_tables import JobKind
from tests.structure.sources import sources
from worker import kinds
from worker.import_types.base import Body, Upload, Upstream
from worker.import_types.registry import IMPORT_TYPES
from worker.work import Work

IDS = list(IMPORT_TYPES)


def test_every_kind_of_job_has_arguments_and_a_function() -> None:
    assert set(OF_KIND) == set(JobKind)
    assert set(kinds.RUN) == set(OF_KIND.values())


@pytest.mark.parametrize("kind", JobKind)
def test_the_functions_of_kinds_have_one_signature(kind: JobKind) -> None:
    run = kinds.RUN[OF_KIND[kind]]
    first, second = inspect.signature(run).parameters
    hints = get_type_hints(run)
    assert (hints[first], hints[second]) == (Work, OF_KIND[kind])


@pytest.mark.parametrize("name", IDS)
def test_an_import_type_declares_its_input_and_its_parser_takes_it(name: str) -> None:
    import_type = IMPORT_TYPES[name]
    assert import_type.input in (Upload, Body, Upstream)
    (given,) = inspect.signature(import_type.parse).parameters.values()
    assert given.name == import_type.input.__name__.lower()


def import_types_defined() -> Iterator[str]:
    """Names that classes of import types give themselves."""
    for source in sources("worker/import_types"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "name":
                value = node.value
                if isinstance(value, ast.Constant) and "/" in str(value.value):
                    yield str(value.value)


def test_every_import_type_is_registered() -> None:
    defined = set(import_types_defined())
    assert {"file/batch-manual", "ir/usc"} <= defined
    assert defined <= set(IMPORT_TYPES)
