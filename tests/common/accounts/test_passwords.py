"""What is stored of a password."""

from __future__ import annotations

import subprocess
import sys

from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from common.accounts.passwords import hashed, is_dated, matches
from tests.support.stack import ROOT

PASSWORD = "correct horse battery"


def test_it_is_hashed_with_the_parameters_that_rfc_9106_recommends() -> None:
    # Anew: in this process it is done with less, as everybody's in tests.
    code = f"from common.accounts.passwords import hashed; print(hashed({PASSWORD!r}))"
    stored = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()
    assert extract_parameters(stored) == RFC_9106_LOW_MEMORY
    assert matches(stored, PASSWORD)
    assert not matches(stored, PASSWORD + "?")


def test_who_has_none_matches_nothing() -> None:
    assert not matches(None, "nobody's password")
    assert not matches("no hash", PASSWORD)


def test_what_was_hashed_with_other_parameters_is_dated() -> None:
    assert is_dated(PasswordHasher(time_cost=2, memory_cost=1024).hash(PASSWORD))
    assert not is_dated(hashed(PASSWORD))
