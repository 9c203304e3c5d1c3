"""Classes as they are stored in a profile, changed by themselves.

Source: specification, http-api-ir.md section 2.3.
"""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, text

from common.games.model import GPT
from common.games.registry import get_game
from common.games.scoring.class_changes import change_classes
from common.profiles.game_settings import default_preferences

_STORED = text(
    "SELECT classes FROM user_game_stats"
    " WHERE user_id = :user_id AND game = :game AND playtype = :playtype"
)
# A profile that is not there yet has neither personal bests nor ratings; its settings are the
# default.
_RAISE = text(
    """
    WITH settings AS (
        INSERT INTO game_settings (user_id, game, playtype, rivals, preferences)
        VALUES (:user_id, :game, :playtype, '{}', CAST(:preferences AS jsonb))
        ON CONFLICT DO NOTHING)
    INSERT INTO user_game_stats AS stats
        (user_id, game, playtype, ratings, classes, rules, highest)
    VALUES (:user_id, :game, :playtype, '{}', CAST(:classes AS jsonb), :rules, '{}')
    ON CONFLICT (user_id, game, playtype) DO UPDATE SET classes = excluded.classes
    """
)


def raise_class(
    connection: Connection, user_id: int, gpt: GPT, class_set: str, value: str
) -> dict[str, Any] | None:
    """Sets a class if it is better than what the user has; how it changed, None if it did not.

    The user's lock is held: nobody else changes the profile meanwhile.
    """
    parameters = {"user_id": user_id, "game": gpt.game, "playtype": gpt.playtype}
    stored = connection.scalar(_STORED, parameters) or {}
    changed = change_classes(gpt, stored, provided={class_set: value})
    if not changed.changes:
        return None
    connection.execute(
        _RAISE,
        {
            **parameters,
            "rules": get_game(gpt.game).rules,
            "classes": orjson.dumps(changed.classes).decode(),
            "preferences": orjson.dumps(default_preferences(gpt.game)).decode(),
        },
    )
    change = changed.changes[0]
    names = {"game": gpt.game, "playtype": gpt.playtype}
    return {**names, "set": change.set, "old": change.old, "new": change.new}
