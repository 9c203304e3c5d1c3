"""The plans that PostgreSQL really ran statements by, as its auto_explain tells them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Engine, event

_SETTINGS = """
    LOAD 'auto_explain';
    SET auto_explain.log_min_duration = 0;
    SET auto_explain.log_analyze = on;
    SET auto_explain.log_timing = off;
    SET auto_explain.log_format = json;
    SET client_min_messages = log
"""

# An array that is not a constant: as a filter it is gone through for every row. Texts of
# constants are quoted, so what they hold cannot look like one.
_LIST_BY_LIST = re.compile(r"= ANY \((?!'|\('|ARRAY\[)")
_CONDITIONS = ("Filter", "Join Filter", "Index Cond", "Recheck Cond", "Hash Cond")


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement, and the nodes of the plan that it ran by."""

    statement: str
    nodes: list[dict[str, Any]]

    def problems(self, most: int) -> Iterator[str]:
        """What in the plan costs more than its work; most: rows that any node may touch."""
        for node in self.nodes:
            kind = node["Node Type"]
            for condition in _CONDITIONS:
                if _LIST_BY_LIST.search(_without_constants(str(node.get(condition, "")))):
                    yield f"{kind}: {condition} {node[condition][:200]}"
            if (touched := _touched(node)) > most:
                yield f"{kind}: {touched:.0f} rows touched"


def _without_constants(condition: str) -> str:
    return re.sub(r"'(?:[^']|'')*'", "''", condition)


def _touched(node: dict[str, Any]) -> float:
    removed = sum(
        float(value) for name, value in node.items() if name.startswith("Rows Removed by ")
    )
    return (float(node["Actual Rows"]) + removed) * float(node["Actual Loops"])


@contextmanager
def recorded_plans(engine: Engine) -> Iterator[list[Plan]]:
    """The plans of all statements that the engine's new connections run meanwhile."""
    plans: list[Plan] = []

    class Notices:
        """What psycopg2 takes for the list of a connection's notices."""

        def append(self, notice: str) -> None:
            _, plan, document = notice.partition("plan:\n")
            if plan:
                told = orjson.loads(document)
                plans.append(Plan(told["Query Text"], list(_nodes(told["Plan"]))))

    def connected(connection: Any, _record: Any) -> None:
        connection.notices = Notices()
        with connection.cursor() as cursor:
            cursor.execute(_SETTINGS)
        connection.commit()

    event.listen(engine, "connect", connected)
    engine.dispose()
    try:
        yield plans
    finally:
        event.remove(engine, "connect", connected)
        engine.dispose()


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
