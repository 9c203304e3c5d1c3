"""pipeline/*.jsonl: histories of imports and other changes, with the state after each step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.golden import services_decisions
from tests.golden.compare import first_difference
from tests.golden.database import empty_database
from tests.golden.pipelines.decisions import Memory, Outcome, apply_decisions
from tests.golden.pipelines.matching import Bindings, Key, align, at_recorded_times
from tests.golden.pipelines.state import COLLECTIONS, LEFT_OUT_IF_EMPTY
from tests.golden.pipelines.world import World, check_built
from tests.golden.suites.registry import Case, Compared, exempt, suite


def _field(name: str) -> Key:
    return lambda document: document[name]


# The parts of results that are in no order, and what tells their elements apart.
_SETS: Mapping[str, Key] = {
    "goalInfo": _field("goalID"),
    "questInfo": _field("questID"),
    "classDeltas": lambda delta: [delta["playtype"], delta["set"]],
    "goals": _field("goalID"),
    "goalResults": _field("goalID"),
    "scoreInfo": _field("scoreID"),
}


# The cases in which, by decision, scores are in other sessions than the reference has them in,
# and that agree but for that.
_agree_but_for_sessions: set[str] = set()

# The cases in which ours imports what the reference fails at.
_go_on: set[str] = set()


@suite("pipeline/*.jsonl")
def history(case: Case) -> Any:
    check_built(case.given)
    recorded = at_recorded_times(
        case.expected["steps"], [step["now"] for step in case.given["steps"]]
    )
    bindings, memory = Bindings(), Memory()
    expected: list[Any] = []
    got: list[Any] = []
    same_sessions = 0  # steps after which sessions must be the same
    with empty_database() as database, World(database, case.given) as world:
        for number, (step, theirs) in enumerate(zip(case.given["steps"], recorded, strict=True)):
            result = world.take(step)
            outcome = Outcome(case, number, theirs["result"], {}, result, {}, memory)
            for name in _recorded(theirs.get("state", {})):
                outcome.state[name] = theirs["state"].get(name, [])
                outcome.our_state[name] = world.read(name)
            apply_decisions(outcome)
            _align(bindings, outcome)
            expected.append({"result": outcome.result, "state": outcome.state})
            got.append({"result": outcome.our_result, "state": outcome.our_state})
            same_sessions += not world.other_sessions
    compared = Compared({"steps": got}, {"steps": bindings.resolve(expected)})
    if same_sessions < len(got) and _agree(compared, same_sessions):
        _agree_but_for_sessions.add(case.id)
    if services_decisions.goes_on_where_theirs_fails(compared):
        _go_on.add(case.id)
    return compared


def _agree(compared: Compared, same_sessions: int) -> bool:
    """Whether all is the same but sessions after the first `same_sessions` steps."""
    theirs, ours = compared.expected["steps"], compared.got["steps"]
    return (
        first_difference(
            [*theirs[:same_sessions], *map(_without_sessions, theirs[same_sessions:])],
            [*ours[:same_sessions], *map(_without_sessions, ours[same_sessions:])],
        )
        is None
    )


def _without_sessions(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_sessions(item)
            for key, item in value.items()
            if key not in ("sessions", "createdSessions")
        }
    return [_without_sessions(item) for item in value] if isinstance(value, list) else value


@exempt(
    "pipeline/*.jsonl",
    "other sessions",
    "A group of scores that lies deep inside a session joins it, and orphans that become scores "
    "together are grouped together. The reference opens a second session there, and takes "
    "orphans one by one. All but sessions agrees.",
)
def _other_sessions(case: Case, got: Any) -> bool:
    return case.id in _agree_but_for_sessions


@exempt(
    "pipeline/api.jsonl",
    "the rest is imported",
    "For one entry that a service sends wrong, a class that it does not know or a message that is "
    "not set, the reference fails a whole import, sometimes with its scores stored. Ours says "
    "what is wrong with that entry. All steps before agree, and every score that the reference "
    "has after them is in ours, the same.",
)
def _rest_is_imported(case: Case, got: Any) -> bool:
    return case.id in _go_on


def _align(bindings: Bindings, outcome: Outcome) -> None:
    """Puts the same things in the same places, and learns what placeholders stand for."""
    bindings.learn(outcome.result, outcome.our_result)
    for name, theirs in outcome.state.items():
        _align_lists(bindings, COLLECTIONS[name][1], theirs, outcome.our_state[name])
    if outcome.step["op"] == "sessionScoreInfo":
        _align_lists(bindings, _field("sessionID"), outcome.result, outcome.our_result)
        pairs = list(zip(outcome.result, outcome.our_result, strict=False))
    else:
        pairs = [(outcome.result, outcome.our_result)]
    pairs += zip(
        outcome.state.get("imports", []), outcome.our_state.get("imports", []), strict=False
    )
    for theirs, ours in pairs:
        for name, key in _SETS.items():
            if isinstance(theirs, dict) and isinstance(ours, dict) and name in theirs:
                _align_lists(bindings, key, theirs[name], ours.get(name, []))


def _align_lists(bindings: Bindings, key: Key, theirs: list[Any], ours: list[Any]) -> None:
    theirs[:], ours[:] = align(bindings, key, theirs, ours)


def _recorded(recorded: Mapping[str, Any]) -> list[str]:
    """The collections that were recorded, in the order in which to look at them."""
    complete = {"scores", "imports"} <= recorded.keys()
    return [
        name for name in COLLECTIONS if name in recorded or (complete and name in LEFT_OUT_IF_EMPTY)
    ]
