"""Reading points in time from text.

Source: specification, import-types/README.md section 8.3, without its leniency: a text that
names no real point in time (`2019`, `2020-02-30 10:00`) is refused. Other forms are read where they
can mean one day only, as `11/20/2026` does. `11/5/2026` may be two, and other rows do not tell: of
one column, spreadsheets leave alone what they take for no day, and turn round the rest. The
epoch is no time: tools write it where they have none, as databases and spreadsheets do with days
that there are not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from common.errors import InvalidScore

# No daylight saving time for as long as there have been rhythm games.
JST: Final = timezone(timedelta(hours=9), "JST")

# What a tool writes that has no time: the epoch, in whatever time zone the tool was.
_NO_TIME: Final = 24 * 60 * 60 * 1000  # milliseconds around it

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

# 2019-10-28, 2019/1/5 4:05, 2019-10-28T14:05:33.123Z, 2019-10-28 14:05 +0900, and as PostgreSQL
# writes it: 2019-10-28 14:05:33.123+09
_NUMERIC: Final = re.compile(
    r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?(?: ?(Z|[+-]\d{2}(?::?\d{2})?))?)?",
    re.ASCII,
)

# The least that a day can be: in databases, programs and spreadsheets what stands for none.
_NO_DAY: Final = re.compile(
    r"(?:0000[-/]00[-/]00|0001[-/]0?1[-/]0?1|1900[-/]0?1[-/]0?0|0?1/0?0/1900|0?0/0?1/1900)"
    r"(?:[T ].*)?",
    re.ASCII,
)

# What may stand behind a day: 14:05, 2:05:33 PM, 14:05 UTC, 14:05:33 GMT+0900 (Japan Standard Time)
_CLOCK: Final = (
    r"(?:(?:,? |T)(?P<half>[AP]M )?(?P<hour>\d{1,2}):(?P<minute>\d{1,2})"
    r"(?::(?P<second>\d{1,2})(?:\.(?P<fraction>\d{1,9}))?)?(?: ?(?P<half_behind>[AP]M))?"
    r"(?: ?(?P<zone>Z|JST|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?|UTC|GMT)(?: \([^()]*\))?)?)?"
)
_WEEKDAY: Final = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[A-Z]*,? )?"
# How people and programs write a day: 2019.10.28, 10/28/2019, 28 Oct 2019, Mon Oct 28, 2019; of C
# and Java: Mon Oct 28 14:05:33 JST 2019
_WRITTEN: Final = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})" + _CLOCK,
        r"(?P<one>\d{1,2})(?P<mark>[-/.])(?P<other>\d{1,2})(?P=mark)(?P<year>\d{4})" + _CLOCK,
        _WEEKDAY + r"(?P<day>\d{1,2})[- ](?P<name>[A-Z]{3,9})[- ](?P<year>\d{4})" + _CLOCK,
        _WEEKDAY + r"(?P<name>[A-Z]{3,9}) (?P<day>\d{1,2}),? (?P<year>\d{4})" + _CLOCK,
        _WEEKDAY + r"(?P<name>[A-Z]{3,9}) (?P<day>\d{1,2})" + _CLOCK + r" (?P<year>\d{4})",
    )
)
_EITHER: Final = " It may be either of two days: write it with the year first."

# 2019年10月28日 14時05分, 午後2:05
_JAPANESE: Final = str.maketrans({"年": "-", "月": "-", "日": " ", "時": ":", "分": ":", "秒": " "})
_HALVES: Final = {"午前": "AM ", "午後": "PM "}

_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# In full, in three letters, and as some programs shorten it.
_MONTH_NUMBERS: Final = {
    name.casefold(): number
    for number, month in enumerate(_MONTHS, start=1)
    for name in (month, month[:3])
} | {"sept": 9}
_NOON: Final = 12


def parse_date(text: str | None, zone: tzinfo) -> int | None:
    """Milliseconds since the epoch; None for no text, an empty one, or a day around the epoch.

    zone: of texts that name none. Raises InvalidScore for a text that is no point in time.
    """
    if not text or _NO_DAY.fullmatch(tidy := _tidy(text)):
        return None
    try:
        moment = _numeric(tidy, zone) or _written(tidy, zone)
    except ValueError:  # there is no such day, hour or zone
        moment = None
    except _Ambiguous:
        raise InvalidScore(f"Invalid/Unparsable score timestamp of {text}.{_EITHER}") from None
    if moment is None:
        raise InvalidScore(f"Invalid/Unparsable score timestamp of {text}.")
    time = (moment - _EPOCH) // _MILLISECOND
    return time if abs(time) > _NO_TIME else None


class _Ambiguous(Exception):
    """Day and month may be either."""


def _tidy(text: str) -> str:
    """The text as programs write it, of what keyboards and Japanese spreadsheets make of it."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).translate(_JAPANESE)
    for japanese, half in _HALVES.items():
        text = text.replace(japanese, half)
    return " ".join(text.split()).rstrip(":")


def _numeric(text: str, zone: tzinfo) -> datetime | None:
    found = _NUMERIC.fullmatch(text)
    if found is None:
        return None
    year, _, month, day, hour, minute, second, fraction, offset = found.groups()
    microsecond = int(fraction.ljust(6, "0")[:6]) if fraction else 0
    return datetime(
        int(year),
        int(month),
        int(day),
        int(hour or 0),
        int(minute or 0),
        int(second or 0),
        microsecond,
        tzinfo=_zone(offset) if offset else zone,
    )


def _zone(offset: str) -> tzinfo:
    offset = offset.upper()
    if offset == "JST":
        return JST
    offset = offset.removeprefix("UTC").removeprefix("GMT")
    if offset in ("", "Z"):
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[3:].removeprefix(":") or 0)
    distance = timedelta(hours=hours, minutes=minutes)
    return timezone(-distance if offset[0] == "-" else distance)


def _written(text: str, zone: tzinfo) -> datetime | None:
    """The moment in a form in which people and spreadsheets write it.

    Raises ValueError where there is none, _Ambiguous where there may be two.
    """
    text = re.sub("  +", " ", text)
    found = next(filter(None, (form.fullmatch(text) for form in _WRITTEN)), None)
    if found is None:
        return None
    parts = found.groupdict()
    month, day = _month_and_day(parts)
    hour = int(parts["hour"] or 0)
    half = parts["half"] or parts["half_behind"]
    if half is not None:
        if hour > _NOON or (parts["half"] and parts["half_behind"]):
            raise ValueError(text)
        hour = hour % _NOON + (_NOON if half.strip().upper() == "PM" else 0)
    fraction = parts["fraction"]
    return datetime(
        int(parts["year"]),
        month,
        day,
        hour,
        int(parts["minute"] or 0),
        int(parts["second"] or 0),
        int(fraction.ljust(6, "0")[:6]) if fraction else 0,
        tzinfo=_zone(parts["zone"]) if parts["zone"] else zone,
    )


def _month_and_day(parts: Mapping[str, str | None]) -> tuple[int, int]:
    """Of a form that does not say which is which, only where one of them can be no month."""
    name, one, other = parts.get("name"), parts.get("one"), parts.get("other")
    if name is not None:
        return _MONTH_NUMBERS.get(name.casefold(), 0), int(parts["day"] or 0)
    if one is None or other is None:
        return int(parts["month"] or 0), int(parts["day"] or 0)
    low, high = sorted((int(one), int(other)))
    if high <= len(_MONTHS) and low != high:
        raise _Ambiguous
    return low, high
