"""Step 7: profile ratings and classes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from common.games.scoring.class_changes import check_provided
from worker.imports.flow import Collected, ImportHead, NewScore
from worker.records import profiles as profile


def update_profile(
    connection: Connection, head: ImportHead, collected: Collected, new: list[NewScore]
) -> list[dict[str, Any]]:
    """Recomputes stats of the touched playtypes; returns ImportDocument.classDeltas.

    An import that provides classes touches all playtypes of its game. Raises FatalImportError
    where it provides one that there is not.
    """
    provided = provided_classes(collected)
    by_hand = collected.parsed.classes_by_hand
    playtypes = list(provided or dict.fromkeys(score.chart.playtype for score in new))
    if not playtypes:
        return []
    return profile.update(
        connection,
        head.user_id,
        collected.catalogue,
        playtypes,
        profile.Provided(provided, by_hand=by_hand),
        head.added,
    )


def provided_classes(collected: Collected) -> dict[str, dict[str, str | None]]:
    """Of every playtype, in the game's order; empty where the import has no class provider.

    Raises FatalImportError where it provides one that there is not.
    """
    provide = collected.parsed.class_provider
    if provide is None:
        return {}
    provided = {playtype: dict(provide(playtype) or {}) for playtype in collected.game.playtypes}
    for playtype, classes in provided.items():
        check_provided(collected.game.playtypes[playtype], classes)
    return provided
