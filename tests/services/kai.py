"""A Kai service (FLO, EAG, MIN): OAuth2, pages of a play history, a profile.

Source: specification, import-types/api-kai.md section 12.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.services.http_server import Asked, FakeService, Reply

CLIENT_ID, CLIENT_SECRET = "score-import", "a secret of tests"
REDIRECT_URI = "http://127.0.0.1/linked"

HISTORY = {"iidx": "/api/iidx/v2/play_history", "sdvx": "/api/sdvx/v1/play_history"}
PROFILE = {"iidx": "/api/iidx/v2/player_profile", "sdvx": "/api/sdvx/v1/player_profile"}


@dataclass
class Account:
    """A player there: items and a profile of each game."""

    name: str
    items: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    profiles: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    token: str
    refresh_token: str


class Kai(FakeService):
    """Parameters:
    page_size: items a page.
    rotating: a refresh token is good for one refresh.
    expires_in: seconds, said with each pair; None = nothing is said.
    prefix: a path that everything is below.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        page_size: int = 100,
        rotating: bool = True,
        expires_in: int | None = None,
        prefix: str = "",
    ) -> None:
        super().__init__(port)
        self.page_size = page_size
        self.rotating = rotating
        self.expires_in = expires_in
        self.prefix = prefix
        self._codes: dict[str, Account] = {}
        self._access: dict[str, Account] = {}
        self._refresh: dict[str, Account] = {}
        self._numbers = itertools.count(1)
        # Pages that are given out before all access tokens expire; None = they do not.
        self.pages_until_expiry: int | None = None

    @property
    def base_url(self) -> str:
        return self.url + self.prefix

    def environment(self, service: str = "FLO") -> dict[str, str]:
        """The settings that lead to this server."""
        info = {
            "CLIENT_ID": CLIENT_ID,
            "CLIENT_SECRET": CLIENT_SECRET,
            "REDIRECT_URI": REDIRECT_URI,
        }
        return {
            f"{service}_API_URL": self.base_url,
            f"{service}_OAUTH2_INFO": json.dumps(info),
        }

    # --- what a test or a player does there ----------------------------------------------

    def code_for(self, account: Account) -> str:
        """What the player's browser brings back after they agreed."""
        with self.lock:
            code = f"code-{next(self._numbers)}"
            self._codes[code] = account
            return code

    def pair_for(self, account: Account) -> Pair:
        with self.lock:
            number = next(self._numbers)
            pair = Pair(f"at-{number}", f"rt-{number}")
            self._access[pair.token] = account
            self._refresh[pair.refresh_token] = account
            return pair

    def expire(self) -> None:
        """All access tokens are void from now on."""
        with self.lock:
            self._access.clear()

    def refreshes(self) -> int:
        with self.lock:
            return sum(
                each.path.endswith("/oauth/token")
                and dict(each.form).get("grant_type") == "refresh_token"
                for each in self.asked
            )

    # --- answers ---------------------------------------------------------------------------

    def answer(self, asked: Asked) -> Reply:
        path = asked.path.removeprefix(self.prefix)
        if path == "/oauth/token" and asked.method == "POST":
            return self._token(dict(asked.form))
        account = self._access.get(asked.bearer or "")
        if account is None:
            return Reply(401, {"error": "unauthorised"})
        for game, history in HISTORY.items():
            if path == history:
                return self._page(asked, account, game)
            if path == PROFILE[game]:
                return Reply(200, account.profiles.get(game, {}))
        return Reply(404, {"error": "not found"})

    def _token(self, form: dict[str, str]) -> Reply:
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            return Reply(401, {"error": "invalid_client"})
        if form.get("grant_type") == "authorization_code":
            if form.get("redirect_uri") != REDIRECT_URI:
                return Reply(400, {"error": "invalid_grant"})
            account = self._codes.pop(form.get("code", ""), None)
        else:
            given = form.get("refresh_token", "")
            account = self._refresh.get(given)
            if self.rotating:
                self._refresh.pop(given, None)
        if account is None:
            return Reply(400, {"error": "invalid_grant"})
        pair = self.pair_for(account)
        body: dict[str, Any] = {
            "access_token": pair.token,
            "refresh_token": pair.refresh_token,
            "token_type": "bearer",
        }
        return Reply(
            200, body if self.expires_in is None else {**body, "expires_in": self.expires_in}
        )

    def _page(self, asked: Asked, account: Account, game: str) -> Reply:
        number = int(asked.query.get("page", "1"))
        items = account.items.get(game, [])
        first = (number - 1) * self.page_size
        is_last = first + self.page_size >= len(items)
        here = f"{self.base_url}{HISTORY[game]}"
        links = {"_self": here, "_next": None if is_last else f"{here}?page={number + 1}"}
        if self.pages_until_expiry is not None:
            self.pages_until_expiry -= 1
            if self.pages_until_expiry == 0:
                self.pages_until_expiry = None
                self._access.clear()
        return Reply(200, {"_links": links, "_items": items[first : first + self.page_size]})


# --- plays of the example catalogue -----------------------------------------------------------


def iidx_items(count: int, first: int = 0) -> list[dict[str, Any]]:
    """Different plays of one chart, one every three minutes, the newest first."""
    return [
        {
            "_id": number,
            "music_id": 27001,
            "play_style": "SINGLE",
            "difficulty": "ANOTHER",
            "version_played": 29,
            "lamp": 4 + number % 3,
            "ex_score": 600 + number % 1500,
            "miss_count": number % 90,
            "fast_count": number % 61,
            "slow_count": None,
            "timestamp": timestamp(number),
        }
        for number in range(first + count - 1, first - 1, -1)
    ]


def sdvx_items(count: int, first: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "music_id": 9001,
            "music_difficulty": 1,
            "played_version": 6,
            "clear_type": 2,
            "max_chain": number % 800,
            "score": 8_000_000 + number,
            "critical": 1000,
            "near": number % 90,
            "error": number % 30,
            "early": number % 40,
            "late": number % 50,
            "gauge_rate": 74.5,
            "timestamp": timestamp(number),
        }
        for number in range(first + count - 1, first - 1, -1)
    ]


def timestamp(number: int) -> str:
    """Three minutes apart, from the beginning of 2020."""
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=3 * number)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
