"""Encryption of what users entrust us with: tokens, PINs and card numbers of other services.

Fernet (AES-128 in CBC mode with an HMAC), with keys that an operator can change: the first one
encrypts, and all of them decrypt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class Unreadable(Exception):
    """None of the keys opens it, or it was sealed for somebody else."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose credentials they are, and with which service."""

    user_id: int
    service: str


class _Sealed(msgspec.Struct, array_like=True):
    """What is encrypted: the owner stands in it, so that rows cannot be exchanged."""

    user_id: int
    service: str
    secrets: dict[str, str]


class Vault:
    """Seals and opens credentials.

    Parameters:
        keys: of Fernet, at least one; the first one seals.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._newest = Fernet(keys[0])

    def seal(self, owner: Owner, secrets: Mapping[str, str]) -> bytes:
        content = _Sealed(owner.user_id, owner.service, dict(secrets))
        return self._fernet.encrypt(msgspec.msgpack.encode(content))

    def open(self, owner: Owner, sealed: bytes) -> dict[str, str]:
        """Raises Unreadable."""
        try:
            content = msgspec.msgpack.decode(self._fernet.decrypt(sealed), type=_Sealed)
        except (InvalidToken, msgspec.MsgspecError):
            raise Unreadable from None
        if (content.user_id, content.service) != (owner.user_id, owner.service):
            raise Unreadable
        return content.secrets

    def is_sealed_with_newest(self, sealed: bytes) -> bool:
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True


def new_key() -> str:
    return Fernet.generate_key().decode()
