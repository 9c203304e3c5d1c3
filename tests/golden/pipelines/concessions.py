"""Where ours leaves another state behind than the reference, by decision: put back as there.

A step that starts from another state has another outcome, and so has the next. So that the rest
of a case can still be compared, what a decision made different is changed, after each step, to
what the reference would have left, once it was seen to be exactly what the decision says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, text

from common.database.engine import copy_rows
from common.games.kit.ratings import derived_classes, profile_ratings
from common.games.registry import get_gpt
from tests.golden.pipelines import import_checks, session_concessions, target_concessions
from tests.golden.pipelines.snapshots import (
    KEYS,
    Key,
    Ledger,
    Snapshot,
    Step,
    after,
    concessions_after,
)

# The other concessions are made where they stand.
__all__ = [
    "Ledger",
    "Snapshot",
    "concede",
    "import_checks",
    "session_concessions",
    "target_concessions",
]

# Columns that hold any JSON.
_JSON = ("data", "context")
_DELETING = ("revert", "deleteScore", "deleteScores")


def concede(
    connection: Connection,
    given: Mapping[str, Any],
    before: Snapshot,
    result: Any,
    recorded_sessions: list[Any] | None,
    ledger: Ledger,
) -> None:
    """Sees to what decisions changed, and puts it back. before: what the step began with."""
    for concession in concessions_after(given["op"]):
        step = Step(
            connection, given, before, Snapshot(connection), result, recorded_sessions, ledger
        )
        concession(step)


# --- profiles ----------------------------------------------------------------------------------


@after(*_DELETING)
def profiles_stay(step: Step) -> None:
    """Without scores and provided classes there is no profile, and no class without what it is
    derived from. The reference keeps both, and derives classes from ratings of nothing.
    """
    connection, now = step.connection, step.after
    played = {(row.user_id, row.game, row.playtype) for row in now["scores"].values()}
    lost = {
        (row.user_id, row.game, row.playtype)
        for key, row in step.before["scores"].items()
        if key not in now["scores"]
    }
    for key, then in step.before["user_game_stats"].items():
        gpt = get_gpt(then.game, then.playtype)
        row = now["user_game_stats"].get(key)
        settings = now["game_settings"].get(key)
        if key not in lost:
            assert row == then
            continue
        provided = {
            name: value
            for name, value in then.classes.items()
            if gpt.classes[name].kind == "PROVIDED"
        }
        derived = _present(derived_classes(gpt, row.ratings)) if row and key in played else {}
        assert (row is not None) == (key in played or bool(provided))
        if row is None:
            old = step.before["game_settings"][key]
            assert settings is None or old.rivals, "settings stay only where they were changed"
            ratings = profile_ratings(gpt, [])
            classes = then.classes | _present(derived_classes(gpt, ratings))
            _insert(connection, "user_game_stats", {"ratings": ratings, "classes": classes}, key)
        else:
            assert row.classes == provided | derived
            assert settings is not None
            classes = then.classes | _present(derived_classes(gpt, row.ratings)) | row.classes
            _set_classes(connection, key, classes)
        if settings is None:
            settings = step.before["game_settings"][key]
            assert settings.rivals == []
            kept = {"rivals": settings.rivals, "preferences": settings.preferences}
            _insert(connection, "game_settings", kept, key)


@after("import")
def profiles_begin_with_a_score(step: Step) -> None:
    """A class that is provided before the first score is kept; the reference forgets it."""
    now = step.after
    played = {(row.user_id, row.game, row.playtype) for row in now["scores"].values()}
    for key, row in now["user_game_stats"].items():
        if key not in played and key not in step.before["user_game_stats"]:
            provided = {
                delta["set"]: delta["new"]
                for delta in step.result["classDeltas"]
                if delta["playtype"] == row.playtype
            }
            assert row.classes == provided != {}
            for table in ("user_game_stats", "game_settings"):
                step.connection.execute(
                    text(
                        f"DELETE FROM {table} WHERE user_id = :user_id AND game = :game"
                        " AND playtype = :playtype"
                    ),
                    dict(zip(KEYS[table], key, strict=True)),
                )


def _present(classes: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in classes.items() if value is not None}


def _insert(connection: Connection, table: str, values: Mapping[str, Any], key: Key) -> None:
    copy_rows(connection, table, (*KEYS[table], *values), [(*key, *values.values())])


def _set_classes(connection: Connection, key: Key, classes: Mapping[str, str]) -> None:
    connection.execute(
        text(
            "UPDATE user_game_stats SET classes = CAST(:classes AS jsonb)"
            " WHERE user_id = :user_id AND game = :game AND playtype = :playtype"
        ),
        {"classes": json.dumps(classes), **dict(zip(KEYS["user_game_stats"], key, strict=True))},
    )


# --- orphans -----------------------------------------------------------------------------------


@after("revert")
def orphans_stay(step: Step) -> None:
    """Orphans go with the import that stored them; the reference keeps them."""
    reverted = step.given["importID"]
    for key, then in step.before["orphan_scores"].items():
        assert (key in step.after["orphan_scores"]) == (then.import_id != reverted)
        if then.import_id == reverted:
            orphan = then._asdict()
            for name in _JSON:
                orphan[name] = json.dumps(orphan[name])
            # It is an orphan of no import from now on, and outlives whatever comes.
            orphan["import_id"] = ""
            copy_rows(step.connection, "orphan_scores", tuple(orphan), [tuple(orphan.values())])


@after("import")
def orphans_are_tried_again_when_asked_for(step: Step) -> None:
    """When a chart becomes real, orphans of it are tried again at once. The reference means to,
    but leaves them to the daily run.
    """
    step.connection.execute(text("DELETE FROM jobs WHERE kind = 'orphans' AND state = 'queued'"))
