"""Who sends a request, and whether it is one too many: the first two questions to each.

A request is counted before anything is read or looked up. By user where its token was good
before, by address where it has none or one that is not known here yet: who guesses tokens is
stopped without PostgreSQL being asked. A token that turns out to be good has the address's count
put right.

Source: specification, http-api.md sections 3 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine
from werkzeug.wrappers import Request

from api.http import bodies, identity, limits
from api.http.identity import GUEST, Credentials, Identity
from api.http.limits import Count, Limit
from api.http.tokens import RecentTokens
from common.errors import UserError
from common.redis_client import GuardedRedis
from common.settings import Settings


@dataclass(frozen=True, slots=True)
class Admission:
    """What became of the two questions.

    Parameters:
        counted: where the requester stands; None where nothing is counted.
        problem: what is wrong with the token. It matters where the count does not refuse already.
        who: whom the request is counted for.
    """

    identity: Identity
    counted: Count | None
    problem: UserError | None
    who: str


class Admissions:
    """Asks them."""

    def __init__(self, settings: Settings, engine: Engine, redis: GuardedRedis) -> None:
        self._settings = settings
        self._engine = engine
        self._redis = redis
        self._limit = Limit("normal", settings.rate_limit)
        self._tokens = RecentTokens(engine)

    def admit(self, request: Request) -> Admission:
        """For all requests but polls. A request that begins again is the same request."""
        return bodies.remembered(request, "admission", lambda: self._admit(request))

    def _admit(self, request: Request) -> Admission:
        who = self.who(request)
        counted = limits.count(self._redis, self._limit, who)
        if counted is not None and counted.exceeded:
            return Admission(GUEST, counted, None, who)
        credentials = self._credentials(request)
        try:
            found = identity.resolve(credentials, self._engine, self._settings.name)
        except UserError as problem:
            self._tokens.forget(credentials)
            return Admission(GUEST, counted, problem, who)
        counted, who = self._count_for(found, credentials, who, counted)
        return Admission(found, counted, None, who)

    def _credentials(self, request: Request) -> Credentials:
        return identity.credentials(request, self._settings.name)

    def who(self, request: Request) -> str:
        """Whom a request is counted for, as far as is known without looking it up."""
        return self._who(request, self._credentials(request))

    def who_polls(self, request: Request) -> tuple[str, bool]:
        """The same, and whether what the request says of who sends it need not be looked up."""
        credentials = self._credentials(request)
        return self._who(request, credentials), not credentials or self._tokens.is_fresh(
            credentials
        )

    def _who(self, request: Request, credentials: Credentials) -> str:
        user_id = self._tokens.owner(credentials)
        if user_id is not None:
            return limits.user(user_id)
        return f"address:{limits.client_address(request, self._settings.trusted_proxies)}"

    def check(self, request: Request, who: str, counted: Count | None) -> Count | None:
        """For polls, which anybody may ask: only whether the token is good, from memory if it can.

        Returns the count that holds in the end. Raises UserError where the token is bad.
        """
        credentials = self._credentials(request)
        if not credentials or self._tokens.is_good(credentials):
            return counted
        try:
            found = identity.resolve(credentials, self._engine, self._settings.name)
        except UserError:
            self._tokens.forget(credentials)
            raise
        return self._count_for(found, credentials, who, counted)[0]

    def _count_for(
        self, found: Identity, credentials: Credentials, who: str, counted: Count | None
    ) -> tuple[Count | None, str]:
        """Remembers a good token, and puts right what was counted for its user's address."""
        if found.user_id is None:
            return counted, who
        self._tokens.remember(credentials, found)
        user = limits.user(found.user_id)
        if user != who:
            limits.give_back(self._redis, self._limit, who)
            counted = limits.count(self._redis, self._limit, user)
        return counted, user
