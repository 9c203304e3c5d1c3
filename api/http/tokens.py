"""Tokens and sessions that were good a moment ago: those of polling clients are rarely looked up.

Whether one still is good is asked for all of them at once, at most once a second, however many
clients there are: a token that was revoked, has expired or belongs to a banned user is refused
within two seconds.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.http.identity import Credentials, Identity, bearer_token
from common.accounts import token_rows
from common.accounts.proofs import proof_hash
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


@dataclass(slots=True)
class _Token:
    user_id: int
    hash: str
    seen: float
    asked: float


class RecentTokens:
    """By what requests say of who sends them. Safe to use from several threads.

    clock: monotonic seconds.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._tokens: dict[str, _Token] = {}
        self._asking = threading.Lock()

    def owner(self, credentials: Credentials) -> int | None:
        """Whose a token was when it was last good."""
        _, token = self._known(credentials)
        return None if token is None else token.user_id

    def _known(self, credentials: Credentials) -> tuple[str, _Token | None]:
        for name in credentials.names():
            token = self._tokens.get(name)
            if token is not None:
                return name, token
        return "", None

    def remember(self, credentials: Credentials, found: Identity) -> None:
        """That a token has just been found good."""
        now = self._clock()
        if len(self._tokens) >= MOST:
            self._make_room(now)
        if found.user_id is None:
            return
        if found.session is not None:
            self._tokens[credentials.names()[0]] = _Token(found.user_id, found.session, now, now)
        elif credentials.header:
            stored = proof_hash(bearer_token(credentials.header) or "")
            self._tokens[credentials.header] = _Token(found.user_id, stored, now, now)

    def forget(self, credentials: Credentials) -> None:
        """That a token is not good any more."""
        for name in credentials.names():
            self._tokens.pop(name, None)

    def is_fresh(self, credentials: Credentials) -> bool:
        """Whether a token was asked about so lately that it is good without asking."""
        _, token = self._known(credentials)
        if token is None:
            return False
        now = self._clock()
        if now - token.asked >= ASK_AFTER:
            return False
        token.seen = now
        return True

    def is_good(self, credentials: Credentials) -> bool:
        """Whether a token is still good; False where it has to be looked up."""
        key, token = self._known(credentials)
        if token is None:
            return False
        now = self._clock()
        is_recent = now - token.seen < RECENT
        token.seen = now
        age = now - token.asked
        if age < ASK_AFTER:
            return True
        if not is_recent:
            return False
        if self._asking.acquire(timeout=0 if age < TRUST else PATIENCE):
            try:
                if self._clock() - token.asked >= ASK_AFTER:
                    self._ask()
            finally:
                self._asking.release()
        return key in self._tokens

    def _ask(self) -> None:
        now = self._clock()
        recent = {
            key: token for key, token in self._tokens.copy().items() if now - token.seen < RECENT
        }
        hashes = [token.hash for token in recent.values()]
        good = set(hashes)
        try:
            with self._engine.connect() as connection, autocommit(connection):
                good = token_rows.still_good(connection, hashes)
        except SQLAlchemyError as problem:
            log.warning("tokens of polls not checked: %s", problem)
        for key, token in recent.items():
            token.asked = now
            if token.hash not in good:
                self._tokens.pop(key, None)

    def _make_room(self, now: float) -> None:
        """Drops those not seen for long; all, where that does not help."""
        kept = {k: v for k, v in self._tokens.copy().items() if now - v.seen < OWNERS}
        self._tokens = kept if len(kept) < MOST // 2 else {}
