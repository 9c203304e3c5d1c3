"""Logging: one format for all processes, to standard error, without secrets.

What others sent stands in messages and in the texts of exceptions. Characters that a terminal
obeys, or that begin a line of their own, are written as escapes, and the further lines of a record
are indented: whatever begins at the left margin is ours.
"""

from __future__ import annotations

import logging
import re
from typing import Final

from pythonjsonlogger.json import JsonFormatter

from common.log_context import NAMES, WhoseFilter

FORMAT: Final = "%(asctime)s %(levelname)s %(processName)s %(name)s:%(whose)s %(message)s"

# What `LOG_FORMAT` may say.
TEXT, JSON = "text", "json"

# Control characters (C0, DEL, C1), line and paragraph separators, and what turns text around.
_CONTROL: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def escaped(text: str) -> str:
    """The text in one line, with nothing in it that does more than stand there."""
    return _CONTROL.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class PlainFormatter(logging.Formatter):
    """Formats records as above."""

    def format(self, record: logging.LogRecord) -> str:
        first = escaped(self._first_line(record))
        further = self._further_lines(record)
        return "\n".join([first, *(f"  {escaped(line)}" for line in further)])

    def _first_line(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        record.whose = getattr(record, "whose", "")
        if self.usesTime():
            record.asctime = self.formatTime(record, self.datefmt)
        return self.formatMessage(record)

    def _further_lines(self, record: logging.LogRecord) -> list[str]:
        lines: list[str] = []
        if record.exc_info:
            lines += self.formatException(record.exc_info).split("\n")
        if record.stack_info:
            lines += self.formatStack(record.stack_info).split("\n")
        return lines


def formatter(log_format: str) -> logging.Formatter:
    """What writes the records: lines for a terminal, or one JSON object a line."""
    if log_format == JSON:
        return JsonFormatter(
            ["asctime", "levelname", "processName", "name", "message", *NAMES],
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            exc_info_as_array=True,
        )
    return PlainFormatter(FORMAT)


def configure(level: str, log_format: str = TEXT) -> None:
    handler = logging.StreamHandler()
    handler.addFilter(WhoseFilter())
    handler.setFormatter(formatter(log_format))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # One line a message delivered is the worker's own business.
    for chatty in ("celery.worker.strategy", "celery.app.trace", "celery.beat", "kombu"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))
