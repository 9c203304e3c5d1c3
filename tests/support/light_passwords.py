"""Passwords of tests take a thousandth of the work: people log in hundreds of times."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST

from common.accounts import passwords


def lighten() -> None:
    """In this process and its forks; one that is started anew does the whole work."""
    passwords._hasher = PasswordHasher.from_parameters(CHEAPEST)
