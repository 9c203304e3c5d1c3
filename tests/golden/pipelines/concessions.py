"""Where ours leaves another state behind than the reference, by decision: put back as there.

A step that starts from another state has another outcome, and so has the next. So that the rest
of a case can still be compared, what a decision made different is changed, after each step, to
what the reference would have left, once it was seen to be what the decision says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

from common.database.engine import copy_rows
from common.games.kit.ratings import derived_classes, profile_ratings
from common.games.registry import get_gpt
from common.sessions.grouping import SESSION_GAP, Play, runs

Rows = dict[tuple[Any, ...], Row[Any]]

# The tables concerned, and what tells their rows apart.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "sessions": ("user_id", "session_id"),
    "user_game_stats": ("user_id", "game", "playtype"),
    "game_settings": ("user_id", "game", "playtype"),
    "goal_subscriptions": ("user_id", "goal_id"),
    "quest_subscriptions": ("user_id", "quest_id"),
    "orphan_scores": ("user_id", "orphan_id"),
}
# Columns that hold any JSON.
_JSON = ("data", "context")
_DELETING = ("revert", "deleteScore", "deleteScores")


class Snapshot:
    """The rows of some tables before a step."""

    def __init__(self, connection: Connection) -> None:
        self._tables = {table: _rows(connection, table) for table in _KEYS}

    def __getitem__(self, table: str) -> Rows:
        return self._tables[table]


def _rows(connection: Connection, table: str) -> Rows:
    rows = connection.execute(text(f"SELECT * FROM {table}"))
    return {tuple(getattr(row, name) for name in _KEYS[table]): row for row in rows}


Concession = Callable[[Connection, Snapshot, Snapshot], None]
_AFTER: list[tuple[tuple[str, ...], Concession]] = []


def after(*operations: str) -> Callable[[Concession], Concession]:
    """A concession to make after steps of these operations."""

    def register(concession: Concession) -> Concession:
        _AFTER.append((operations, concession))
        return concession

    return register


def concede(connection: Connection, operation: str, before: Snapshot) -> None:
    """Puts back what decisions changed. before: the state that the step began with."""
    concessions = [concession for operations, concession in _AFTER if operation in operations]
    if concessions:
        now = Snapshot(connection)
        for concession in concessions:
            concession(connection, before, now)


# --- sessions ----------------------------------------------------------------------------------


@after(*_DELETING)
def sessions_keep_their_times(connection: Connection, before: Snapshot, now: Snapshot) -> None:
    """A session that lost scores is as long as those that remain; the reference's stays."""
    times = {
        (row.user_id, row.score_id): row.time_achieved
        for row in connection.execute(text("SELECT user_id, score_id, time_achieved FROM scores"))
    }
    for key, row in now["sessions"].items():
        then = before["sessions"][key]
        if row.score_ids != then.score_ids:
            of_scores = [times[row.user_id, score_id] for score_id in row.score_ids]
            assert (row.time_started, row.time_ended) == (min(of_scores), max(of_scores))
            connection.execute(
                text(
                    "UPDATE sessions SET time_started = :started, time_ended = :ended"
                    " WHERE user_id = :user_id AND session_id = :session_id"
                ),
                {
                    "started": then.time_started,
                    "ended": then.time_ended,
                    "user_id": row.user_id,
                    "session_id": row.session_id,
                },
            )


def may_have_other_sessions(connection: Connection, operation: str, before: Snapshot) -> bool:
    """Whether a step, by decision, put scores into other sessions than the reference does.

    The reference does not see that a session encloses a group of scores; and it takes orphans
    one by one, where ours looks at all of them as a group.
    """
    if operation not in ("import", "deorphan"):
        return False
    times = {
        (row.user_id, row.score_id): row.time_achieved
        for row in connection.execute(text("SELECT user_id, score_id, time_achieved FROM scores"))
    }
    for key, row in _rows(connection, "sessions").items():
        then = before["sessions"].get(key)
        known = set(then.score_ids) if then is not None else set()
        added = [
            Play(score_id, times[row.user_id, score_id], {})
            for score_id in row.score_ids
            if score_id not in known
        ]
        for run in runs(added):
            if operation == "deorphan" and len(run) > 1:
                return True
            if (
                then is not None
                and then.time_started < run[0].time - SESSION_GAP
                and then.time_ended >= run[-1].time + SESSION_GAP
            ):
                return True
    return False


# --- profiles ----------------------------------------------------------------------------------


@after(*_DELETING)
def profiles_stay(connection: Connection, before: Snapshot, now: Snapshot) -> None:
    """Without scores and provided classes there is no profile, and no class without what it is
    derived from. The reference keeps both, and derives classes from ratings of nothing.
    """
    played = _played(connection)
    for key, then in before["user_game_stats"].items():
        gpt = get_gpt(then.game, then.playtype)
        row = now["user_game_stats"].get(key)
        if row is None:
            assert key not in played
            ratings = profile_ratings(gpt, [])
            classes = then.classes | _present(derived_classes(gpt, ratings))
            _insert(connection, "user_game_stats", {"ratings": ratings, "classes": classes}, key)
        else:
            classes = then.classes | _present(derived_classes(gpt, row.ratings)) | row.classes
            _set_classes(connection, key, classes)
        if key not in now["game_settings"]:
            settings = before["game_settings"][key]
            assert row is None
            assert settings.rivals == []
            kept = {"rivals": settings.rivals, "preferences": settings.preferences}
            _insert(connection, "game_settings", kept, key)


@after("import")
def profiles_begin_with_a_score(connection: Connection, before: Snapshot, now: Snapshot) -> None:
    """A class that is provided before the first score is kept; the reference forgets it."""
    played = _played(connection)
    for key, row in now["user_game_stats"].items():
        if key not in played and key not in before["user_game_stats"]:
            assert row.classes
            for table in ("user_game_stats", "game_settings"):
                connection.execute(
                    text(
                        f"DELETE FROM {table} WHERE user_id = :user_id AND game = :game"
                        " AND playtype = :playtype"
                    ),
                    dict(zip(_KEYS[table], key, strict=True)),
                )


def _played(connection: Connection) -> set[tuple[Any, ...]]:
    """Each user, game and playtype with scores."""
    rows = connection.execute(text("SELECT DISTINCT user_id, game, playtype FROM scores"))
    return {tuple(row) for row in rows}


def _present(classes: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in classes.items() if value is not None}


def _insert(
    connection: Connection, table: str, values: Mapping[str, Any], key: tuple[Any, ...]
) -> None:
    copy_rows(connection, table, (*_KEYS[table], *values), [(*key, *values.values())])


def _set_classes(connection: Connection, key: tuple[Any, ...], classes: Mapping[str, str]) -> None:
    connection.execute(
        text(
            "UPDATE user_game_stats SET classes = CAST(:classes AS jsonb)"
            " WHERE user_id = :user_id AND game = :game AND playtype = :playtype"
        ),
        {"classes": json.dumps(classes), **dict(zip(_KEYS["user_game_stats"], key, strict=True))},
    )


# --- goals and quests --------------------------------------------------------------------------


@after("deleteScore")
def goals_stay_as_they_were(connection: Connection, before: Snapshot, now: Snapshot) -> None:
    """The reference does not look at goals again when a single score is deleted."""
    for table in ("goal_subscriptions", "quest_subscriptions"):
        assert before[table].keys() == now[table].keys()
        connection.execute(text(f"DELETE FROM {table}"))
        for row in before[table].values():
            columns = row._fields
            copy_rows(connection, table, columns, [tuple(row)])


@after("import", "deorphan", "revert", "deleteScores")
def texts_of_goals_change_with_progress_only(
    connection: Connection, before: Snapshot, now: Snapshot
) -> None:
    """The text of a goal's progress is always up to date; the reference's is as old as the
    progress itself.
    """
    for key, row in now["goal_subscriptions"].items():
        then = before["goal_subscriptions"].get(key)
        if then is not None and (row.progress, row.out_of) == (then.progress, then.out_of):
            connection.execute(
                text(
                    "UPDATE goal_subscriptions"
                    " SET progress_human = :progress_human, out_of_human = :out_of_human"
                    " WHERE user_id = :user_id AND goal_id = :goal_id"
                ),
                then._asdict(),
            )


@after("revert")
def times_are_those_of_the_revert(connection: Connection, before: Snapshot, now: Snapshot) -> None:
    """A goal or quest that a revert moves back was moved, and perhaps achieved, when it was
    before the import. To the reference this happens at the time of the revert.
    """
    time = connection.scalar(text("SELECT accepted_at FROM jobs ORDER BY sequence DESC LIMIT 1"))
    for key, row in now["goal_subscriptions"].items():
        then = before["goal_subscriptions"][key]
        if (row.progress, row.out_of, row.achieved) != (then.progress, then.out_of, then.achieved):
            connection.execute(
                text(
                    "UPDATE goal_subscriptions SET last_interaction = :time,"
                    " time_achieved = CASE WHEN achieved THEN coalesce(:time_achieved, :time) END,"
                    " was_instantly_achieved = achieved AND :was_instantly_achieved"
                    " WHERE user_id = :user_id AND goal_id = :goal_id"
                ),
                {**then._asdict(), "time": time},
            )
    for key, row in now["quest_subscriptions"].items():
        then = before["quest_subscriptions"][key]
        if row.progress != then.progress:
            connection.execute(
                text(
                    "UPDATE quest_subscriptions SET last_interaction = :time,"
                    " time_achieved = CASE WHEN achieved THEN coalesce(:time_achieved, :time) END"
                    " WHERE user_id = :user_id AND quest_id = :quest_id"
                ),
                {**then._asdict(), "time": time},
            )


@after("revert", "deleteScores")
def lost_quests_keep_their_time(connection: Connection, before: Snapshot, now: Snapshot) -> None:
    """A quest that is lost again was achieved at no time; the reference leaves the time."""
    for key, row in now["quest_subscriptions"].items():
        then = before["quest_subscriptions"].get(key)
        if then is not None and then.achieved and not row.achieved:
            assert row.time_achieved is None
            connection.execute(
                text(
                    "UPDATE quest_subscriptions SET time_achieved = :time_achieved"
                    " WHERE user_id = :user_id AND quest_id = :quest_id"
                ),
                then._asdict(),
            )


# --- orphans -----------------------------------------------------------------------------------


@after("revert")
def orphans_stay(connection: Connection, before: Snapshot, now: Snapshot) -> None:
    """Orphans go with the import that stored them; the reference keeps them."""
    imports = set(connection.scalars(text("SELECT import_id FROM imports")))
    for key in before["orphan_scores"].keys() - now["orphan_scores"].keys():
        orphan = before["orphan_scores"][key]._asdict()
        assert orphan["import_id"] not in imports
        for name in _JSON:
            orphan[name] = json.dumps(orphan[name])
        copy_rows(connection, "orphan_scores", tuple(orphan), [tuple(orphan.values())])


@after("import")
def orphans_are_tried_again_when_asked_for(
    connection: Connection, before: Snapshot, now: Snapshot
) -> None:
    """When a chart becomes real, orphans of it are tried again at once. The reference means to,
    but leaves them to the daily run.
    """
    connection.execute(text("DELETE FROM jobs WHERE kind = 'orphans' AND state = 'queued'"))
