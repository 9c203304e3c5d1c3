"""Reading points in time from text.

Source: specification, import-types/README.md section 8.3, without its leniency: a text that
names no real point in time (`2019`, `2020-02-30 10:00`) is refused. The epoch is no time: tools
write it where they have none, as databases and spreadsheets do with days that there are not.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

from common.errors import InvalidScore

# No daylight saving time for as long as there have been rhythm games.
JST: Final = timezone(timedelta(hours=9), "JST")

# What a tool writes that has no time: the epoch, in whatever time zone the tool was.
_NO_TIME: Final = 24 * 60 * 60 * 1000  # milliseconds around it

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

# 2019-10-28, 2019/1/5 4:05, 2019-10-28T14:05:33.123Z, 2019-10-28 14:05 +0900
_NUMERIC: Final = re.compile(
    r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})"
    r"(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?(?: ?(Z|[+-]\d{2}:?\d{2}))?)?",
    re.ASCII,
)

# The least that a day can be: in databases, programs and spreadsheets what stands for none.
_NO_DAY: Final = re.compile(
    r"(?:0000[-/]00[-/]00|0001[-/]0?1[-/]0?1|1900[-/]0?1[-/]0?0)(?:[T ].*)?", re.ASCII
)

# 2019年10月28日 14時05分
_JAPANESE: Final = str.maketrans({"年": "-", "月": "-", "日": " ", "時": ":", "分": ":", "秒": " "})

# Tue, 27 Apr 2021 21:35:35 GMT
_HTTP: Final = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) "
    r"(\d{2}):(\d{2}):(\d{2}) GMT",
    re.ASCII,
)
_MONTHS: Final = [
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
]


def parse_date(text: str | None, zone: tzinfo) -> int | None:
    """Milliseconds since the epoch; None for no text, an empty one, or a day around the epoch.

    zone: of texts that name none. Raises InvalidScore for a text that is no point in time.
    """
    if not text or _NO_DAY.fullmatch(tidy := _tidy(text)):
        return None
    try:
        moment = _numeric(tidy, zone) or _http(tidy)
    except ValueError:  # there is no such day, hour or zone
        moment = None
    if moment is None:
        raise InvalidScore(f"Invalid/Unparsable score timestamp of {text}.")
    time = (moment - _EPOCH) // _MILLISECOND
    return time if abs(time) > _NO_TIME else None


def _tidy(text: str) -> str:
    """The text as programs write it, of what keyboards and Japanese spreadsheets make of it."""
    if text.isascii():
        return text
    return " ".join(unicodedata.normalize("NFKC", text).translate(_JAPANESE).split()).rstrip(":")


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
    if offset == "Z":
        return UTC
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    distance = timedelta(hours=hours, minutes=minutes)
    return timezone(-distance if offset[0] == "-" else distance)


def _http(text: str) -> datetime | None:
    found = _HTTP.fullmatch(text)
    if found is None:
        return None
    day, month, year, *time = found.groups()
    hour, minute, second = map(int, time)
    return datetime(int(year), _MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=UTC)
