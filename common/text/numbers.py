"""Numbers as text, the way ECMAScript prints them, and its rounding.

Identifiers are hashes over number texts, and messages and goal texts are compared character
for character by clients, so every function here is exact.

Source: specification, games/README.md section 6 and pipeline-ids.md section 2.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

MAX_EXACT_INTEGER: Final = 2**53

# Wide enough for any double below 1e21 with 20 decimals; the default of 28 digits is not.
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)

_COMPACT_UNITS: Final = ((0, ""), (3, "K"), (6, "M"), (9, "B"), (12, "T"))


def plain(x: float) -> str:
    """ECMAScript's number-to-string: the shortest digits that read back as the same double.

    Integers beyond 2^53 are rounded to the nearest double first (`inf` beyond the largest).
    """
    if type(x) is int:
        if -MAX_EXACT_INTEGER <= x <= MAX_EXACT_INTEGER:
            return str(x)
        return _plain_double(_to_double(x))
    return _plain_double(float(x))


def _to_double(x: int) -> float:
    try:
        return float(x)
    except OverflowError:
        return math.inf if x > 0 else -math.inf


def _plain_double(x: float) -> str:
    if not math.isfinite(x):
        return _non_finite(x)
    if x == 0:
        return "0"
    text = repr(x)
    mantissa, _, exponent = text.partition("e")
    if not exponent and not mantissa.endswith(".0"):
        # Python switches to exponents at 1e-5, ECMAScript at 1e-7; up to there and for
        # everything with a fraction the two print the same.
        return mantissa
    sign = "-" if x < 0 else ""
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits = whole + fraction
    point = len(whole) + int(exponent or 0)  # the value is 0.digits times 10^point
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    count = len(digits)
    if count <= point <= 21:
        return f"{sign}{digits}{'0' * (point - count)}"
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if count > 1 else ""
    return f"{sign}{digits[0]}{rest}e{point - 1:+d}"


def _non_finite(x: float) -> str:
    if math.isnan(x):
        return "NaN"
    return "Infinity" if x > 0 else "-Infinity"


def fixed(x: float, decimals: int) -> str:
    """The exact binary value rounded to `decimals` places, ties away from zero.

    A negative value keeps its sign even where it rounds to zero; -0.0 has none.
    """
    if not math.isfinite(x):
        return _non_finite(x)
    if abs(x) >= 1e21:
        return plain(x)
    text = format(Decimal(x).quantize(Decimal(1).scaleb(-decimals), context=_EXACT), "f")
    return text.lstrip("-") if x == 0 else text


def percent(x: float, decimals: int = 2) -> str:
    return f"{fixed(x, decimals)}%"


def grouped(x: float) -> str:
    """At most three decimals, ties away from zero, with thousands separators."""
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "∞" if x > 0 else "-∞"
    return _with_separators(_shortest(x).quantize(Decimal("0.001"), context=_EXACT))


def compact(x: float) -> str:
    """Two significant digits with a unit (`2.7K`, `-44K`, `3.6M`); whole from 10 units on."""
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "∞" if x > 0 else "-∞"
    value = _shortest(x)
    magnitude = value.copy_abs()
    for exponent, unit in _COMPACT_UNITS:
        rounded = _two_digits(magnitude.scaleb(-exponent, context=_EXACT))
        if rounded < 1000 or unit == "T":
            break
    text = _with_separators(rounded) if rounded >= 10_000 else _without_zeros(rounded)
    return f"{'-' if value.is_signed() else ''}{text}{unit}"


def _two_digits(value: Decimal) -> Decimal:
    if value >= 10:
        return value.quantize(Decimal(1), context=_EXACT)
    if not value:
        return Decimal(0)
    return value.quantize(Decimal(1).scaleb(value.adjusted() - 1), context=_EXACT)


def _shortest(x: float) -> Decimal:
    """The decimal that `plain` prints; -0.0 keeps its sign."""
    return Decimal(repr(x if isinstance(x, float) else _to_double(x)))


def _without_zeros(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _with_separators(value: Decimal) -> str:
    whole, _, fraction = format(value, ",f").partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def js_round(x: float) -> int:
    """The nearest integer, ties toward positive infinity.

    Raises ValueError for NaN and OverflowError for infinities.
    """
    # floor(x + 0.5) would be wrong for the largest double below one half.
    below = math.floor(x)
    return below + 1 if x - below >= 0.5 else below


def stars(count: float) -> str:
    """`★★★`; six stars are the rainbow five. Parts of a star are cut off."""
    return "★★★★★(虹)" if count > 5 else "★" * int(count)


def stars_of_five(count: float) -> str:
    """`★★★☆☆`; six stars are the rainbow five. Parts of a star are cut off."""
    return "★★★★★(虹)" if count > 5 else "★" * int(count) + "☆" * int(5 - count)
