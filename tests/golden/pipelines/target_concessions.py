"""Goals and quests: see `concessions`.

After every step they are to say what the specification says of the user's personal bests, and
after a revert to be as if the import had never been. The reference's texts are as old as the
progress itself, its times after a revert are those of the revert, and a single deletion leaves
its goals as they were.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Row, text

from common.database.engine import copy_rows
from common.games.registry import get_gpt
from tests.golden.pipelines.snapshots import Key, State, Step, after
from tests.golden.told.standings import (
    GOAL_STATE,
    QUEST_STATE,
    followed_goal,
    followed_quest,
    goal_standing,
)

_STATES = {"goal_subscriptions": GOAL_STATE, "quest_subscriptions": QUEST_STATE}
_FOLLOWED = {"goal_subscriptions": followed_goal, "quest_subscriptions": followed_quest}
_ALL = (
    "import",
    "deorphan",
    "revert",
    "deleteScore",
    "deleteScores",
    "subscribeGoal",
    "subscribeQuest",
)


def _state(table: str, row: Row[Any]) -> State:
    return {name: getattr(row, name) for name in _STATES[table]}


@after(*_ALL)
def standings_follow_from_scores(step: Step) -> None:
    """Those that were put back to what they were are believed until ours looks at them again."""
    for table in _STATES:
        for key, row in step.after[table].items():
            if step.ledger.conceded.get((table, key)) != row._asdict():
                step.ledger.conceded.pop((table, key), None)
    goals = step.after["goal_subscriptions"]
    for key, standing in _goal_standings(step).items():
        if ("goal_subscriptions", key) not in step.ledger.conceded:
            ours = {name: getattr(goals[key], name) for name in standing}
            assert ours == standing, f"goal {key}: {standing} expected, not {ours}"
    for key, standing in _quest_standings(step).items():
        row = step.after["quest_subscriptions"][key]
        if ("quest_subscriptions", key) not in step.ledger.conceded:
            ours = {name: getattr(row, name) for name in standing}
            assert ours == standing, f"quest {key}: {standing} expected, not {ours}"


def _goal_standings(step: Step) -> dict[Key, dict[str, Any]]:
    subscribed = step.after["goal_subscriptions"]
    if not subscribed:
        return {}
    read = step.connection.execute
    goals = {row.goal_id: row for row in read(text("SELECT * FROM goals"))}
    folders = defaultdict(list)
    for folder_id, chart_id in read(text("SELECT folder_id, chart_id FROM folder_charts")):
        folders[folder_id].append(chart_id)
    bests: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in read(text("SELECT * FROM personal_bests")):
        bests[row.user_id][row.chart_id] = row.score_data, row.time_achieved
    found = {}
    for key in subscribed:
        goal = goals[key[1]]
        charts = goal.charts["data"]
        if goal.charts["type"] == "folder":
            charts = folders[charts]
        elif isinstance(charts, str):
            charts = [charts]
        gpt = get_gpt(goal.game, goal.playtype)
        found[key] = goal_standing(gpt, goal.criteria, charts, bests[key[0]])
    return found


def _quest_standings(step: Step) -> dict[Key, dict[str, Any]]:
    """Of the quests all of whose goals the user follows and ours has looked at."""
    goals = step.after["goal_subscriptions"]
    quests = {
        row.quest_id: {goal["goalID"] for part in row.quest_data for goal in part["goals"]}
        for row in step.connection.execute(text("SELECT quest_id, quest_data FROM quests"))
    }
    found = {}
    for user_id, quest_id in step.after["quest_subscriptions"]:
        keys = [(user_id, goal_id) for goal_id in quests[quest_id]]
        conceded = any(("goal_subscriptions", key) in step.ledger.conceded for key in keys)
        if not conceded and all(key in goals for key in keys):
            progress = sum(goals[key].achieved for key in keys)
            found[user_id, quest_id] = {
                "progress": progress,
                "achieved": progress >= len(keys) > 0,
            }
    return found


@after("import")
def imports_say_how_it_was(step: Step) -> None:
    """The texts that goalInfo calls old are those that there were; see `decisions`."""
    if "importID" not in step.result:
        return
    goals = step.before["goal_subscriptions"]
    for change in step.result["goalInfo"]:
        then = goals[step.given["userID"], change["goalID"]]
        texts = change["old"]["progressHuman"], change["old"]["outOfHuman"]
        assert texts == (then.progress_human, then.out_of_human)


@after("import")
def note_what_the_import_changed(step: Step) -> None:
    noted = step.ledger.changes.setdefault(step.given["importID"], {})
    for table in _STATES:
        for key, row in step.after[table].items():
            then = step.before[table].get(key)
            old = None if then is None else _state(table, then)
            if old != _state(table, row):
                noted[table, key] = old, _state(table, row)


@after("revert")
def times_are_those_of_the_revert(step: Step) -> None:
    """A goal or quest that a revert moves back was moved, and perhaps achieved, when it was
    before the import. To the reference this happens at the time of the revert.
    """
    noted = step.ledger.changes.pop(step.given["importID"], {})
    for subscription, (before, changed) in noted.items():
        for later in step.ledger.changes.values():
            if subscription in later and later[subscription][0] == changed:
                later[subscription] = before, later[subscription][1]
    for table, follow in _FOLLOWED.items():
        for key, row in step.after[table].items():
            then, ours = _state(table, step.before[table][key]), _state(table, row)
            if ours == then:
                continue
            before, changed = noted.get((table, key), (None, {}))
            start = before if before is not None and changed == then else then
            assert ours == follow(start, ours, step.now), f"{key}: from {start} came {ours}"
            _put(step, table, key, follow(then, ours, step.now))
        lost = step.before[table].keys() - step.after[table].keys()
        assert all(noted.get((table, key), ({}, {}))[0] is None for key in lost)


def _put(step: Step, table: str, key: Key, state: State) -> None:
    target = "goal_id" if table == "goal_subscriptions" else "quest_id"
    columns = ", ".join(f"{name} = :{name}" for name in state)
    step.connection.execute(
        text(f"UPDATE {table} SET {columns} WHERE user_id = :user AND {target} = :target"),
        {**state, "user": key[0], "target": key[1]},
    )


@after("deleteScores")
def achievements_are_lost_now(step: Step) -> None:
    _follow_from_before(step)


@after("deleteScore")
def goals_stay_as_they_were(step: Step) -> None:
    """The reference does not look at goals again when a single score is deleted."""
    _follow_from_before(step)
    for table in _STATES:
        for key, row in step.after[table].items():
            then = step.before[table][key]
            if row != then:
                step.ledger.conceded[table, key] = then._asdict()
        step.connection.execute(text(f"DELETE FROM {table}"))
        for row in step.before[table].values():
            copy_rows(step.connection, table, row._fields, [tuple(row)])


def _follow_from_before(step: Step) -> None:
    """Nothing was noted of it: what a deletion moves is moved now."""
    for table, follow in _FOLLOWED.items():
        assert step.before[table].keys() == step.after[table].keys()
        for key, row in step.after[table].items():
            ours = _state(table, row)
            start = _state(table, step.before[table][key])
            assert ours == follow(start, ours, step.now), f"{key}: from {start} came {ours}"
    kept = {import_id for _, import_id in step.after["imports"]}
    for import_id in step.ledger.changes.keys() - kept:
        del step.ledger.changes[import_id]


@after("revert", "deleteScores")
def lost_quests_keep_their_time(step: Step) -> None:
    """A quest that is lost again was achieved at no time; the reference leaves the time."""
    for key, row in step.after["quest_subscriptions"].items():
        then = step.before["quest_subscriptions"].get(key)
        if then is not None and then.achieved and not row.achieved:
            assert row.time_achieved is None
            state = _state("quest_subscriptions", row) | {"time_achieved": then.time_achieved}
            _put(step, "quest_subscriptions", key, state)
