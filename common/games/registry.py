"""All games there are. Adding a game is one module beside this one and one line here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from common.games import (
    arcaea,
    bms,
    chunithm,
    ddr,
    gitadora,
    iidx,
    itg,
    jubeat,
    maimai,
    maimaidx,
    museca,
    ongeki,
    pms,
    popn,
    sdvx,
    usc,
    wacca,
)
from common.games.model import GPT, Game

# In declaration order: that of lists of games.
GAMES: Final[Mapping[str, Game]] = {
    game.id: game
    for game in (
        iidx.GAME,
        museca.GAME,
        chunithm.GAME,
        bms.GAME,
        gitadora.GAME,
        jubeat.GAME,
        maimai.GAME,
        maimaidx.GAME,
        popn.GAME,
        sdvx.GAME,
        usc.GAME,
        wacca.GAME,
        pms.GAME,
        itg.GAME,
        arcaea.GAME,
        ongeki.GAME,
        ddr.GAME,
    )
}

# The game of the seeds' courses.
COURSES_OF: Final = next(game for game in GAMES.values() if game.has_courses)


def get_game(game: str) -> Game:
    """Raises KeyError for a game that there is not."""
    return GAMES[game]


def get_gpt(game: str, playtype: str) -> GPT:
    """Raises KeyError for a game or playtype that there is not."""
    return GAMES[game].playtypes[playtype]


def gpt_by_id(gpt: str) -> GPT:
    """The GPT of an id like `iidx:SP`. Raises KeyError where there is none."""
    game, _, playtype = gpt.partition(":")
    return get_gpt(game, playtype)


def gpt_by_v3_id(v3_id: str) -> GPT:
    """The GPT of an id like `iidx-sp`. Raises KeyError where there is none."""
    return _BY_V3_ID[v3_id]


def all_gpts() -> list[GPT]:
    """Every GPT, game by game."""
    return [gpt for game in GAMES.values() for gpt in game.playtypes.values()]


_BY_V3_ID: Final = {gpt.v3_id: gpt for gpt in all_gpts()}


def is_growing(game_id: str | None) -> bool:
    """Whether charts and songs of the game also come from players."""
    game = GAMES.get(game_id or "")
    return game is not None and game.players_charts_by is not None


def torn_apart(games: Collection[str]) -> tuple[str, ...]:
    """Of the first games that can only be served together and are not, all; else nothing."""
    for game in GAMES.values():
        together = (game.id, *game.served_with)
        if 0 < sum(each in games for each in together) < len(together):
            return together
    return ()


def is_never_whole(game_id: str | None) -> bool:
    """Whether a load of seeds keeps what its lists of the game lack."""
    game = GAMES.get(game_id or "")
    return game is not None and game.never_whole
