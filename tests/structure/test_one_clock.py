"""One clock: PostgreSQL's decides. Where the host's is read, it is only shown."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.structure.sources import sources

# What reads the clock of the host.
READERS = {
    "time.time",
    "time.time_ns",
    "now_ms",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.localtime",
    "time.gmtime",
}
# Where that may be: (path, in which function or class), and what it is for.
SHOWN = {
    ("common/clock.py", "now_ms"): "the one reader",
    ("common/clock.py", "__init__"): "a worker's clock until it has first seen PostgreSQL's",
    ("api/v1/status.py", "status"): "`serverTime` and `startTime` of GET /status",
    ("api/hooks/usc.py", "heartbeat"): "`serverTime`, which clients show",
    ("api/http/service.py", "Service"): "when this process began, shown by GET /status",
    ("api/server/answering.py", "_prepare"): "when a request began, for the access log",
    ("api/server/answering.py", "_answer"): "how long it took, for the access log",
    ("api/http/limits.py", "headers"): "X-RateLimit-Reset, from Redis' remaining seconds",
}


def readings(tree: ast.AST, within: str = "") -> Iterator[tuple[str, int]]:
    """(innermost function or class, line) of each use of the host's clock."""
    for node in ast.iter_child_nodes(tree):
        inner = within
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = node.name
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in READERS:
            yield within, node.lineno
        yield from readings(node, inner)


def test_the_hosts_clock_is_read_only_for_what_is_shown() -> None:
    found = {
        (source.path, within): f"{source.path}:{line}"
        for source in sources("api", "worker", "common")
        for within, line in readings(source.tree)
    }
    assert [line for place, line in found.items() if place not in SHOWN] == []
    assert sorted(SHOWN) == sorted(found), "every exception is one"


def test_a_reading_is_noticed() -> None:
    code = "def late():\n    return row.at < time.time() - 5 or now_ms() > 3 or time.monotonic()\n"
    assert list(readings(ast.parse(code))) == [("late", 2), ("late", 2)]


def test_no_message_carries_a_time() -> None:
    """Neither an expiry nor a time before which it is not to be run."""
    for source in sources("api", "worker"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.keyword):
                assert node.arg not in ("expires", "eta", "countdown"), source.path
