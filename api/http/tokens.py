"""Tokens that were good a moment ago, so that a client which polls has its own looked up rarely.

Whether one still is good is asked for all of them at once, at most once a second, however many
clients there are: a token that was revoked, has expired or belongs to a banned user is refused
within two seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from api.http.identity import BANNED, bearer_token, token_hash
from common.database.engine import autocommit

log = logging.getLogger(__name__)

# Seconds after which it is asked again, and after which an answer is too old to go by.
ASK_AFTER = 1.0
TRUST = 1.8
# Seconds that a token is among those asked about after it was last seen.
RECENT = 30.0
# Seconds that one request waits for another's asking. PostgreSQL hangs if it takes that long,
# and what anybody may read is not kept back for it.
PATIENCE = 1.0
# Seconds that it is remembered whose a token is: that decides only where requests are counted.
OWNERS = 3600.0
MOST = 20_000

_STILL_GOOD = text(
    """
    SELECT token_hash FROM api_tokens JOIN users ON users.id = user_id
    WHERE token_hash = ANY(:hashes) AND auth_level <> :banned
      AND (expires_at IS NULL OR expires_at > extract(epoch FROM now()) * 1000)
    """
)


@dataclass(slots=True)
class _Token:
    user_id: int
    hash: str
    seen: float
    asked: float


class RecentTokens:
    """By Authorization header. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tokens: dict[str, _Token] = {}
        self._asking = threading.Lock()

    def owner(self, header: str | None) -> int | None:
        """Whose a token was when it was last good."""
        token = self._tokens.get(header) if header else None
        return None if token is None else token.user_id

    def remember(self, header: str, user_id: int) -> None:
        """That a token has just been found good."""
        now = time.monotonic()
        if len(self._tokens) >= MOST:
            self._make_room(now)
        self._tokens[header] = _Token(user_id, token_hash(bearer_token(header) or ""), now, now)

    def forget(self, header: str | None) -> None:
        """That a token is not good any more."""
        if header:
            self._tokens.pop(header, None)

    def is_good(self, header: str) -> bool:
        """Whether a token is still good; False where it has to be looked up."""
        token = self._tokens.get(header)
        if token is None:
            return False
        now = time.monotonic()
        is_recent = now - token.seen < RECENT
        token.seen = now
        age = now - token.asked
        if age < ASK_AFTER:
            return True
        if not is_recent:
            return False
        if self._asking.acquire(timeout=0 if age < TRUST else PATIENCE):
            try:
                if time.monotonic() - token.asked >= ASK_AFTER:
                    self._ask()
            finally:
                self._asking.release()
        return header in self._tokens

    def _ask(self) -> None:
        now = time.monotonic()
        recent = {
            header: token
            for header, token in self._tokens.copy().items()
            if now - token.seen < RECENT
        }
        hashes = [token.hash for token in recent.values()]
        good = set(hashes)
        try:
            with self._engine.connect() as connection, autocommit(connection):
                rows = connection.scalars(_STILL_GOOD, {"hashes": hashes, "banned": BANNED})
                good = set(rows.all())
        except SQLAlchemyError as problem:
            log.warning("tokens of polls not checked: %s", problem)
        for header, token in recent.items():
            token.asked = now
            if token.hash not in good:
                self._tokens.pop(header, None)

    def _make_room(self, now: float) -> None:
        """Drops those not seen for long; all, where that does not help."""
        kept = {k: v for k, v in self._tokens.copy().items() if now - v.seen < OWNERS}
        self._tokens = kept if len(kept) < MOST // 2 else {}
