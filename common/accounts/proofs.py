"""Random texts that prove something, and the form in which they are stored."""

from __future__ import annotations

import hashlib
import secrets


def new_proof() -> str:
    """160 random bits as 40 hex digits: a token, a session, a code."""
    return secrets.token_hex(20)


def proof_hash(proof: str) -> str:
    """What is stored of it. With so many random bits no salt is needed."""
    return hashlib.sha256(proof.encode(errors="surrogateescape")).hexdigest()
