"""Events as receivers are told of them, in the documents of either version.

They are stored as version 2 has them. Source: specification, http-api-webhooks.md section 3,
v3/http-api.md sections 8 and 10.
"""

from __future__ import annotations

from typing import Any

from common.games.registry import GAMES
from common.games.version3 import version3_id
from common.wire import Wire


def of_wire(content: dict[str, Any], wire: Wire) -> dict[str, Any]:
    """The content of an event, of any type.

    Version 3 has one game id in place of game and playtype; of goals that one import achieved in
    several playtypes the first one's stands for all, and each has its own. What is about no game
    that there is stays as it is.
    """
    if wire is Wire.V2:
        return content
    game = content.get("game")
    if "goals" not in content:
        return _of_gpt(content, game, wire)
    goals = [_of_gpt(goal, game, wire) for goal in content["goals"]]
    told = {**content, "goals": goals}
    if wire is Wire.V3 and goals:
        told["game"] = goals[0].get("game", game)
    return told


def _of_gpt(document: dict[str, Any], game: Any, wire: Wire) -> dict[str, Any]:
    """The document of a playtype of the game, with its id."""
    playtypes = GAMES[game].playtypes if game in GAMES else {}
    gpt = playtypes.get(document.get("playtype", ""))
    if gpt is None:
        return document
    if wire is Wire.BOTH:
        return {**document, "gameID": version3_id(gpt)}
    others = {name: value for name, value in document.items() if name != "playtype"}
    return {**others, "game": version3_id(gpt)}
