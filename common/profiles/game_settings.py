"""The settings of a user for a game and playtype.

Source: specification, documents-users.md section 5.
"""

from __future__ import annotations

from typing import Any

from common.games.registry import get_game


def default_preferences(game: str) -> dict[str, Any]:
    """The `preferences` of someone who has not set any."""
    return {
        "preferredScoreAlg": None,
        "preferredSessionAlg": None,
        "preferredProfileAlg": None,
        "preferredDefaultEnum": None,
        "defaultTable": None,
        "preferredRanking": None,
        "stats": [],
        "gameSpecific": dict(get_game(game).default_preferences),
    }
