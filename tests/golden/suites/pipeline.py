"""pipeline/*.jsonl: histories of imports and other changes, with the state after each step."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.golden import services_decisions, version3
from tests.golden.compare import first_difference
from tests.golden.database import empty_database
from tests.golden.pipelines.decisions import Memory, Outcome, apply_decisions
from tests.golden.pipelines.matching import Bindings, Key, align, at_recorded_times
from tests.golden.pipelines.session_concessions import OTHER_SESSIONS
from tests.golden.pipelines.state import COLLECTIONS, LEFT_OUT_IF_EMPTY
from tests.golden.pipelines.world import World, check_built
from tests.golden.suites.registry import Case, Compared, departs, exempt, suite
from tests.golden.version3 import NEWER_REFUSALS, former_rules


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
    with empty_database() as database, World(database, case.given) as world:
        for number, (step, theirs) in enumerate(zip(case.given["steps"], recorded, strict=True)):
            sessions = bindings.resolve(theirs.get("state", {}).get("sessions"))
            result = world.take(step, sessions)
            said = version3.renewed_messages(theirs["result"])
            outcome = Outcome(case, number, said, {}, result, {}, memory, world.read)
            for name in _recorded(theirs.get("state", {})):
                outcome.state[name] = version3.renewed_messages(theirs["state"].get(name, []))
                outcome.our_state[name] = world.read(name)
            try:
                apply_decisions(outcome)
            except AssertionError as broken:
                # A decision does not hold here. That differs, unless another one says why.
                outcome.set_result({"broken": str(broken) or "a rule does not hold"})
            _align(bindings, outcome)
            expected.append({"result": outcome.result, "state": outcome.state})
            got.append({"result": outcome.our_result, "state": outcome.our_state})
        departures = tuple(sorted(world.ledger.departures | memory.departures))
    compared = Compared({"steps": got}, {"steps": bindings.resolve(expected)}, departures)
    if services_decisions.goes_on_where_theirs_fails(compared):
        _go_on.add(case.id)
    return compared


@departs(
    "pipeline/*.jsonl",
    OTHER_SESSIONS,
    "A group of scores that lies deep inside a session joins it, and orphans that become scores "
    "together are grouped together. The reference opens a second session there, and takes "
    "orphans one by one. What it has is put in place, so that what follows is compared.",
)
def _seen_to(case: Case, expected: Any, got: Any) -> Any:
    """See `session_concessions`."""
    return expected


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


@exempt(
    "pipeline/*.jsonl",
    "checks, lamps and merges of version 3",
    "Version 3 checks more of the scores of arcaea, maimai and maimaidx, and DDR's LIFE4 is less "
    "than its full combos, which goals name by their place. But for that all agrees.",
)
def _newer_rules(case: Case, got: Any) -> bool:
    if not re.search("/(ddr|ongeki):", case.id) and not NEWER_REFUSALS.search(json.dumps(got)):
        return False
    with former_rules():
        compared = history(case)
    return first_difference(compared.expected, compared.got) is None


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
