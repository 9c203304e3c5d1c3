"""Whatever others sent, a log line is a line, and it is ours."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from common import log_context
from common.log_context import WhoseFilter
from common.logs import FORMAT, PlainFormatter, formatter


def formatted(message: str, *arguments: object, with_error: bool = False) -> str:
    record = logging.LogRecord(
        "test",
        logging.WARNING,
        __file__,
        1,
        message,
        arguments,
        sys.exc_info() if with_error else None,
    )
    return PlainFormatter(FORMAT).format(record)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a\nb", "a\\x0ab"),
        ("a\r\x1b[2Jb", "a\\x0d\\x1b[2Jb"),
        ("\0\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("\u2028\u202e", "\\u2028\\u202e"),
        ("\ud800", "\\ud800"),
        ("曲 é \t", "曲 é \\x09"),
    ],
)
def test_control_characters_are_written_as_escapes(sent: str, shown: str) -> None:
    line = formatted("import %s failed", sent)
    assert line.endswith(f"import {shown} failed")
    assert "\n" not in line


def test_no_line_of_an_exception_can_be_taken_for_a_record() -> None:
    try:
        raise ValueError("bad\n2026-01-01 00:00:00,000 INFO MainProcess forged: all is well\x1b[0m")
    except ValueError:
        lines = formatted("failed", with_error=True).split("\n")
    assert all(line.startswith("  ") for line in lines[1:])
    assert any("forged" in line for line in lines)
    assert not any("\x1b" in line for line in lines)


@pytest.fixture(autouse=True)
def nobody_is_bound() -> None:
    """A request that was answered in this process stays bound until the next one."""
    log_context.bind()


def test_lines_say_whose_they_are_while_it_is_bound() -> None:
    record = logging.LogRecord("import_types", logging.INFO, __file__, 1, "no such chart", (), None)
    with log_context.bound(job="abc", user=7), log_context.bound(attempt=2, import_type="ir/usc"):
        assert WhoseFilter().filter(record)
    line = PlainFormatter(FORMAT).format(record)
    assert line.endswith(
        "import_types: [job=abc user=7 attempt=2 import_type=ir/usc] no such chart"
    )
    assert log_context.current() == {}


def test_as_json_a_record_is_one_object_a_line_with_whose_it_is() -> None:
    record = logging.LogRecord("runner", logging.ERROR, __file__, 1, "a\nb", (), None)
    with log_context.bound(request="r1", job="abc"):
        WhoseFilter().filter(record)
    line = formatter("json").format(record)
    assert "\n" not in line
    written = json.loads(line)
    assert (written["level"], written["message"]) == ("ERROR", "a\nb")
    assert (written["request"], written["job"]) == ("r1", "abc")
