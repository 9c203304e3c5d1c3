"""Passwords, kept as argon2id with the parameters that RFC 9106 recommends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from common.errors import UserError

SHORTEST: Final = 8  # characters
LONGEST: Final = 1000

# Each takes 64 MiB and a processor for some time: more at a time make none of them faster.
_PLACES: Final = threading.BoundedSemaphore(2)
_PATIENCE: Final = 5.0  # seconds

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@contextmanager
def _place() -> Iterator[None]:
    if not _PLACES.acquire(timeout=_PATIENCE):
        raise UserError(503, "Too many people are logging in at the moment. Try again.")
    try:
        yield
    finally:
        _PLACES.release()


def hashed(password: str) -> str:
    """What is stored of a password. Raises UserError 503 where too many want this at a time."""
    with _place():
        return _hasher.hash(password)


def matches(stored: str | None, password: str) -> bool:
    """Whether this is the password; it takes as long where there is none. Raises UserError 503."""
    with _place():
        try:
            return _hasher.verify(stored or _nobodys(), password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_dated(stored: str) -> bool:
    """Whether a password would be stored with other parameters today."""
    return _hasher.check_needs_rehash(stored)


@cache
def _nobodys() -> str:
    """The hash of a password that is nobody's."""
    return _hasher.hash("nobody's password")
