"""Reading numbers and difficulties from text cells and identifiers.

Source: specification, import-types/README.md section 8.2.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from msgspec import UnsetType

from common.errors import InvalidScore, NotTracked
from common.games.model import GPT, Enum
from common.validation import text_of
from common.validation.values import MAX_SAFE_INTEGER

# What stands between the words of a name, or does not: `EX-HARD CLEAR`, `EXHARD CLEAR`.
_SEPARATORS: Final = re.compile(r"[\s_-]+")

# What ECMAScript trims. str.strip() without arguments would also take control characters.
_WHITESPACE: Final = (
    "\t\n\v\f\r \xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)

_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_RADIX: Final = re.compile(r"0(?:[xX]([0-9a-fA-F]+)|[oO]([0-7]+)|[bB]([01]+))")
_INTEGER: Final = re.compile(r"(-?)0*([0-9]+)")
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９，．－", "0123456789,.-")
# Thousands apart by one sign or none; a point by itself may be either, but not before `.0`.
_SPREADSHEET_NUMBER: Final = re.compile(
    r"\+?(-?(?:[0-9]+|[0-9]{1,3}(?:([, \xa0\u2009\u202f'\u2019])[0-9]{3}(?:\2[0-9]{3})*"
    r"|(?:\.[0-9]{3}){2,})))(?:(?<!\.[0-9]{3})\.(?:0{0,2}|0{4,}))?"
)
_NO_DIGIT: Final = re.compile(r"[^-0-9]")
# What stands in a cell for which there is no value, there and where programs wrote it.
NO_VALUE: Final = frozenset(
    {
        *("", "-", "--", "---", "\uff0d", "\uff0d" * 3, "\u30fc", "\u2015", "\u2014", "\u2013"),
        *("\u2212", "nan", "NaN", "NAN", "None", "null", "NULL", "N/A", "n/a", "#N/A", "NA"),
    }
)

_SAFE_DIGITS: Final = len(str(MAX_SAFE_INTEGER))


def trim(text: str) -> str:
    return text.strip(_WHITESPACE)


def trim_end(text: str) -> str:
    return text.rstrip(_WHITESPACE)


def word(text: str) -> str:
    """A name of the game as tables of names have it: upper case, without width and separators."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).upper())


def lamps_by_name(gpt: GPT, others: Mapping[str, str]) -> dict[str, str]:
    """The lamps of a GPT by their names, and as `word` has these.

    others: what a site calls some of them.
    """
    metric = gpt.provided["lamp"]
    assert isinstance(metric, Enum), "a lamp is one of a list"
    named = {**{lamp: lamp for lamp in metric.values}, **others}
    return {**named, **{word(name): lamp for name, lamp in named.items()}}


def positive_integer(text: str, failure: str) -> int:
    """An integer of at least 0. Raises InvalidScore with a text that begins with `failure`."""
    number = _integer(text, failure)
    if number < 0:
        raise InvalidScore(f"{failure} (Was negative -- {text}.)")
    return number


def _integer(text: str, failure: str) -> int:
    if _is_short_number(text):
        return int(text)
    found = _INTEGER.fullmatch(text)
    # Long texts never reach int(), which refuses thousands of digits in its own way.
    if found is None or len(found[2]) > _SAFE_DIGITS or int(found[2]) > MAX_SAFE_INTEGER:
        raise InvalidScore(f"{failure} (Not an integer -- {text}.)")
    return -int(found[2]) if found[1] else int(found[2])


def as_number(text: str) -> str:
    """A whole number as programs write it, of what spreadsheets and keyboards make of it.

    `１２`, ` 12 `, `'12`, `1,234`, `1 234`, `1.234.567` and `12.0`; else the text itself. So is
    `1.000`, which is one or a thousand.
    """
    if _is_short_number(text):
        return text
    tidy = trim(text.translate(_FULL_WIDTH)).removeprefix("'")
    found = _SPREADSHEET_NUMBER.fullmatch(tidy)
    return _NO_DIGIT.sub("", found[1]) if found else text


def loose_number(text: str) -> float:
    """ECMAScript's conversion of text: `""` is 0, `"0x1F"` is 31, nonsense is NaN."""
    if _is_short_number(text):
        return float(text)
    text = trim(text)
    if not text:
        return 0.0
    if _DECIMAL.fullmatch(text):
        return float(text)
    if found := _RADIX.fullmatch(text):
        return _in_radix(found)
    return {"Infinity": math.inf, "+Infinity": math.inf, "-Infinity": -math.inf}.get(text, math.nan)


def _is_short_number(text: str) -> bool:
    """Whether it is what nearly all such texts are: a few digits."""
    return len(text) < _SAFE_DIGITS and text.isascii() and text.isdigit()


def _in_radix(found: re.Match[str]) -> float:
    digits = found[found.lastindex or 0]
    try:
        return float(int(digits, {1: 16, 2: 8, 3: 2}[found.lastindex or 0]))
    except OverflowError:
        return math.inf


def difficulty_of(gpt: GPT, text: str | UnsetType | None) -> str:
    """The difficulty of the GPT that `text` names, in whatever case; else `text` itself.

    One that the GPT does not know may be newer than we are: only the catalogue can tell.
    Raises InvalidScore for none at all and for one that is refused, NotTracked for one that no
    score is taken on.
    """
    difficulties = gpt.difficulties
    if isinstance(text, str) and text and (difficulties is None or text in difficulties):
        return text
    if not isinstance(text, str) or not text:
        raise InvalidScore(
            f"Invalid Difficulty for {gpt.game} {gpt.playtype} - Expected any of"
            f" {', '.join(difficulties or ())} (Got {text_of(text)})"
        )
    known, folded = difficulties or (), trim(unicodedata.normalize("NFKC", text)).casefold()
    for refused, why in gpt.refused_difficulties.items():
        if folded == refused.casefold():
            raise InvalidScore(why)
    if folded in map(str.casefold, gpt.untracked_difficulties):
        raise NotTracked(f"{text} charts are not supported.")
    spelled = [difficulty for difficulty in known if difficulty.casefold() == folded]
    return spelled[0] if len(spelled) == 1 else text


def unknown_difficulty(gpt: GPT, difficulty: str) -> str:
    """What a look-up that found nothing adds where that is because nobody knows the difficulty."""
    if gpt.difficulties is None or difficulty in gpt.difficulties:
        return ""
    known = ", ".join(gpt.difficulties)
    return f" {difficulty} is none of the difficulties known so far: {known}."
