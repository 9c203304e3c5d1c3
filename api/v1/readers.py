"""The endpoints that show what there is: games, charts, players and what they did."""

from __future__ import annotations

from typing import Final

from api.http.dialects import ApiBlueprint
from api.v1 import (
    activities,
    bests,
    charts,
    folders,
    game_targets,
    games,
    profiles,
    rivals,
    search,
    sessions,
    targets,
    user_scores,
)

READERS: Final[tuple[ApiBlueprint, ...]] = (
    games.blueprint,
    charts.blueprint,
    profiles.blueprint,
    bests.blueprint,
    user_scores.blueprint,
    sessions.blueprint,
    targets.blueprint,
    game_targets.blueprint,
    activities.blueprint,
    folders.blueprint,
    rivals.blueprint,
    search.blueprint,
)
