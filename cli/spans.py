"""Spans of time on the command line."""

from __future__ import annotations

import re
from typing import Any, Final

import click

_UNITS: Final = {"s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60}


class Age(click.ParamType[int]):
    """A span of time: a number and s, m, h or d. In milliseconds."""

    name = "age"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = re.fullmatch(r"([0-9]{1,9})([smhd])", str(value))
        if found is None:
            self.fail("expected something like 90s, 15m, 12h or 7d", param, ctx)
        return int(found[1]) * _UNITS[found[2]] * 1000
