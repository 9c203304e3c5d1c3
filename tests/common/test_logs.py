"""Whatever others sent, a log line is a line, and it is ours."""

from __future__ import annotations

import logging
import sys

import pytest

from common.logs import FORMAT, PlainFormatter


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
