"""Access tokens of Kai services: kept sealed, renewed by one at a time.

A renewed pair is committed before its token is used, and only while the user's row is locked.
Whoever comes second takes what the first one got: many services accept a refresh token once.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Annotated, Any, Final, TypeVar

import msgspec
from sqlalchemy import Connection, Engine

from common.clock import database_ms
from common.credentials import credential_rows
from common.credentials.credential_rows import Credential
from common.credentials.vault import Owner, Unreadable, Vault
from common.database.engine import stop_never
from common.errors import FatalImportError
from common.service_settings import KaiService
from worker.services.http import Caller, Request, Unreachable
from worker.services.loop import finish

log = logging.getLogger(__name__)

Result = TypeVar("Result")

MOST_BYTES: Final = 64 * 1024

# Seconds that a renewal may take: the user's row is locked, and whoever unlinks waits for it.
RENEWAL_SECONDS: Final = 30.0

# Milliseconds before its end in which a token counts as expired.
MARGIN: Final = 60_000

BAD_REQUEST: Final = 400

NOT_LINKED: Final = "No authentication was stored for {service}."
NO_CLIENT: Final = "Fatal error in performing authentication."
FAILED: Final = "An error has occured while attempting reauthentication."
EXPIRED: Final = (
    "Your authentication with this service has expired, and a bug on their end prevents us from"
    " automatically renewing it.\n\nPlease go to {our_url}/u/me/integrations/services to un-link"
    " and re-link."
)
UNREADABLE: Final = (
    "What is stored of your account with {service} cannot be read any more. Please un-link and"
    " re-link it."
)


# What can be sent in a header: a token that cannot would be stored, and be of no use ever after.
_Token = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]([ -~]*[!-~])?\Z")]


class TokenPair(msgspec.Struct):
    """What a service gives for a code or a refresh token. expires_in: seconds, if it says so."""

    access_token: _Token
    refresh_token: str
    expires_in: Any = None

    def secrets(self) -> dict[str, str]:
        return {"token": self.access_token, "refreshToken": self.refresh_token}

    def expires_at(self) -> int | None:
        seconds = self.expires_in
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            return None
        return database_ms() + int(seconds * 1000) if 0 < seconds < 1e9 else None


class NotAPair(Exception):
    """The answer holds no two tokens. is_json: but it is JSON."""

    def __init__(self, *, is_json: bool) -> None:
        self.is_json = is_json


def read_pair(body: bytes) -> TokenPair:
    """Raises NotAPair."""
    try:
        return msgspec.json.decode(body, type=TokenPair)
    except msgspec.ValidationError:
        raise NotAPair(is_json=True) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotAPair(is_json=False) from None


class Tokens:
    """The tokens of one user with one service, for the length of one fetch.

    Raises FatalImportError wherever no token is to be had.
    """

    def __init__(
        self, engine: Engine, vault: Vault, owner: Owner, service: KaiService, our_url: str
    ) -> None:
        self._engine = engine
        self._vault = vault
        self._owner = owner
        self._service = service
        self._our_url = our_url
        # A thread of its own: the database is waited for in it, and a wait for a lock must not
        # keep its holder from getting on.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="tokens")
        self._is_idle = threading.Event()
        self._is_idle.set()

    def close(self) -> None:
        """Waits for a renewal that is on, whoever wanted it: its pair must be kept."""
        self._is_idle.wait(2 * RENEWAL_SECONDS)
        self._thread.shutdown(wait=False)

    async def good(self, caller: Caller) -> str:
        """A token that is not known to have expired: the stored one, or a renewed one."""
        credential = await self._in_thread(self._find)
        token = credential.secrets["token"]
        if credential.expires_at is not None and credential.expires_at - MARGIN > database_ms():
            return token
        return await self.renewed(caller, token)

    async def renewed(self, caller: Caller, rejected: str) -> str:
        """A token other than the rejected one; somebody else may have got it meanwhile."""
        # Once the service was asked, what it says must be kept: the old pair may be void.
        return await finish(self._renew(caller, rejected))

    async def _renew(self, caller: Caller, rejected: str) -> str:
        self._is_idle.clear()
        try:
            return await self._renew_locked(caller, rejected)
        finally:
            self._is_idle.set()

    async def _renew_locked(self, caller: Caller, rejected: str) -> str:
        connection = await self._in_thread(self._engine.connect)
        try:
            credential = await self._in_thread(lambda: self._lock(connection))
            if credential.secrets["token"] != rejected:
                return credential.secrets["token"]
            pair = await self._refresh(caller, credential.secrets["refreshToken"])
            await self._in_thread(lambda: self._save(connection, pair))
            return pair.access_token
        finally:
            await self._in_thread(connection.close)

    async def _refresh(self, caller: Caller, refresh_token: str) -> TokenPair:
        oauth = self._service.oauth
        if oauth is None:
            raise FatalImportError(500, NO_CLIENT)
        request = Request(
            "POST",
            f"{self._service.url}/oauth/token",
            f"{self._service.name} token",
            MOST_BYTES,
            {"Content-Type": "application/x-www-form-urlencoded"},
            form={
                "refresh_token": refresh_token,
                "grant_type": "refresh_token",
                "client_secret": oauth.client_secret,
                "client_id": oauth.client_id,
                "redirect_uri": oauth.redirect_uri,
            },
            again=False,
            whole=RENEWAL_SECONDS,
        )
        try:
            answer = await caller.ask(request)
            if answer.status == BAD_REQUEST:
                raise FatalImportError(400, EXPIRED.format(our_url=self._our_url))
            if answer.status != 200:
                raise FatalImportError(500, FAILED)
            return read_pair(answer.body)
        except (Unreachable, NotAPair):
            raise FatalImportError(500, FAILED) from None

    # --- in the thread -----------------------------------------------------------------

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _find(self) -> Credential:
        with self._engine.connect() as connection, readable(self._service.name):
            return self._linked(credential_rows.find(connection, self._vault, self._owner))

    def _lock(self, connection: Connection) -> Credential:
        # The service is asked while the row is locked: ended meanwhile, we would lose a pair that
        # has taken the place of the stored one.
        stop_never(connection)
        with readable(self._service.name):
            found = credential_rows.find_for_update(connection, self._vault, self._owner)
        return self._linked(found)

    def _save(self, connection: Connection, pair: TokenPair) -> None:
        credential_rows.save(
            connection, self._vault, self._owner, pair.secrets(), pair.expires_at()
        )
        connection.commit()

    def _linked(self, credential: Credential | None) -> Credential:
        if credential is None:
            raise FatalImportError(401, NOT_LINKED.format(service=self._service.name))
        return credential


@contextmanager
def readable(service: str) -> Iterator[None]:
    """Turns Unreadable into what the user is told."""
    try:
        yield
    except Unreadable:
        log.error("credentials for %s: none of the keys opens them", service)
        raise FatalImportError(500, UNREADABLE.format(service=service)) from None
