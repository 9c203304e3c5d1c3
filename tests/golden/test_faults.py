"""The faults that recorded cases are to notice: each still applies, and is one.

That they are noticed is seen by `make golden-faults`, which takes minutes.
"""

from __future__ import annotations

import ast

import pytest

from tests.golden.faults import FAULTS, PROJECT, Fault, modules_of, place_of
from tests.golden.runner import golden_folder


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_applies_to_one_module(fault: Fault) -> None:
    modules = modules_of(PROJECT)
    text = modules[place_of(fault, modules)]
    faulty = text.replace(fault.text, fault.instead)
    assert ast.dump(ast.parse(faulty)) != ast.dump(ast.parse(text))


def test_there_are_recorded_cases_for_each_fault() -> None:
    if not golden_folder().is_dir():
        pytest.skip(f"there are no recorded cases in {golden_folder()}")
    for fault in FAULTS:
        assert all(list(golden_folder().glob(pattern)) for pattern in fault.files)
