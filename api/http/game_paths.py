"""Paths that name a game, in the form of version 2 of Tachi and in that of version 3.

`/games/iidx/SP/charts` and `/games/iidx-sp/charts` are one endpoint: the form decides which
documents it answers. A view declared here is given what the path names:

    @of_game(blueprint, "GET", "/charts/<chart_id>")
    @endpoint("A chart.", answers=...)
    def chart(at: GamePath, chart_id: str) -> Response: ...

Source: specification, http-api.md section 5, v3/http-api.md section 10.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from flask import Response

from api.http import owners
from api.http.dialects import ApiBlueprint
from api.http.service import service
from common.database.statements import Row
from common.errors import UserError
from common.games.model import GPT, Game
from common.games.registry import GAMES, all_gpts
from common.games.version3 import gpts_by_version3_id, version3_id
from common.profiles import profile_rows
from common.wire import Wire

View = Callable[..., Response]

_V2: Final = "/games/<game>/<playtype>"
_V3: Final = "/games/<game>"


@dataclass(frozen=True, slots=True)
class GamePath:
    """The GPT that a path names, and the documents that its form asks for."""

    gpt: GPT
    wire: Wire

    @property
    def name(self) -> str:
        """What the path's version calls the GPT."""
        return self.gpt.id if self.wire.has_v2 else version3_id(self.gpt)


@dataclass(frozen=True, slots=True)
class ProfilePath(GamePath):
    """A player of the GPT. user: the row of `users`; stats: that of `user_game_stats`."""

    user: Row
    stats: Row

    @property
    def user_id(self) -> int:
        return int(self.user.id)


def enabled_games() -> list[Game]:
    """The games that this server has, in the order that messages name them."""
    return [GAMES[name] for name in service().settings.games or GAMES]


def enabled_gpts() -> list[GPT]:
    enabled = {game.id for game in enabled_games()}
    return [gpt for gpt in all_gpts() if gpt.game in enabled]


def game_of(name: str, playtype: str | None) -> GamePath:
    """What a path of a game names. Raises UserError."""
    if playtype is None:
        return _version3(name)
    enabled = enabled_games()
    game = GAMES.get(name)
    if game is None or game not in enabled:
        names = ", ".join(each.id for each in enabled)
        raise UserError(400, f"Invalid/unsupported game {name} - Expected any of {names}")
    gpt = game.playtypes.get(playtype)
    if gpt is None:
        raise UserError(400, f"The playtype {playtype} is not supported.")
    return GamePath(gpt, Wire.V2)


def _version3(name: str) -> GamePath:
    enabled = enabled_gpts()
    gpt = gpts_by_version3_id().get(name)
    if gpt is None or gpt not in enabled:
        names = ", ".join(map(version3_id, enabled))
        raise UserError(400, f"Invalid/unsupported game {name} - Expected one of {names}")
    return GamePath(gpt, Wire.V3)


def profile_of(user: str, name: str, playtype: str | None) -> ProfilePath:
    """What a path of a player names. Raises UserError."""
    name_of_user = owners.meant_by(user)
    with service().engine.connect() as connection:
        found = owners.named(connection, name_of_user)
        at = _game_of_player(name, playtype)
        stats = profile_rows.find_stats(connection, found.id, at.gpt)
    if stats is None:
        played = version3_id(at.gpt) if at.wire is Wire.V3 else f"{at.gpt.game} ({playtype})"
        raise UserError(404, f"The user {found.username} has not played {played}")
    return ProfilePath(at.gpt, at.wire, found, stats)


def _game_of_player(name: str, playtype: str | None) -> GamePath:
    if playtype is None:
        return _version3(name)
    game = GAMES.get(name)
    if game is None or game not in enabled_games():
        raise UserError(400, f"The game {name} is not supported.")
    gpt = game.playtypes.get(playtype)
    if gpt is None:
        raise UserError(400, f"The game {name} does not have a playtype called {playtype}.")
    return GamePath(gpt, Wire.V2)


def of_game(blueprint: ApiBlueprint, method: str, rest: str = "") -> Callable[[View], View]:
    """Registers a view for both forms of `/games/...`; it is given `at`, a GamePath."""

    def register(view: View) -> View:
        @wraps(view)
        def resolved(game: str, playtype: str | None = None, **parts: Any) -> Response:
            return view(at=game_of(game, playtype), **parts)

        _add(blueprint, method, "", rest, resolved)
        return view

    return register


def of_profile(blueprint: ApiBlueprint, method: str, rest: str = "") -> Callable[[View], View]:
    """Registers a view for both forms of `/users/:user/games/...`; `at` is a ProfilePath."""

    def register(view: View) -> View:
        @wraps(view)
        def resolved(user: str, game: str, playtype: str | None = None, **parts: Any) -> Response:
            return view(at=profile_of(user, game, playtype), **parts)

        _add(blueprint, method, "/users/<user>", rest, resolved)
        return view

    return register


def _add(blueprint: ApiBlueprint, method: str, before: str, rest: str, view: View) -> None:
    name = f"{view.__name__}"
    blueprint.add_url_rule(f"{before}{_V2}{rest}", name, view, methods=[method])
    # Where the rest is empty the path of version 3 means something else, too: see `api.v1.games`.
    if rest or before:
        blueprint.add_url_rule(f"{before}{_V3}{rest}", f"{name}_v3", view, methods=[method])
