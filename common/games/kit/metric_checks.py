"""Judging the values of metrics; UNSET stands for one that was not given.

Two views of the same rules: an *acceptor* says quickly whether a value is fine, `failures`
says at length what is wrong. A value is accepted exactly if it has no failures.

Source: specification, games/README.md section 4 and pipeline.md section 12.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any, Final

from common.catalogue.documents import Chart
from common.games.model import ChartCheck, Decimal, Enum, Graph, Integer, Metric, Range
from common.validation.values import MAX_SAFE_INTEGER, is_integer, is_number, text_of


class _Rejected:
    """A value that no score holds."""


REJECTED: Final = _Rejected()

# Gives the value as it is stored (5.0 is 5 where a whole number is asked for), or REJECTED.
Acceptor = Callable[[Any, Chart], Any]


def range_failure(bounds: Range, value: Any) -> str | None:
    """What a value outside the range is told; None if it is inside."""
    return None if is_number(value) and _inside(bounds, value) else bounds.text


def failures(name: str, metric: Metric, value: Any, chart: Chart) -> list[str]:
    """What is wrong with the value of a metric, one line each, in order."""
    match metric:
        case Enum():
            return _enum_failures(name, metric, value)
        case Graph():
            return _graph_failures(name, metric, value)
        case Integer() | Decimal():
            return _number_failures(name, metric, value, chart)


def acceptor(metric: Metric) -> Acceptor:
    """The quick judgement on the values of a metric."""
    match metric:
        case Enum():
            return _enum_acceptor(metric)
        case Graph():
            return _graph_acceptor(metric)
        case Integer():
            return _integer_acceptor(metric)
        case Decimal():
            return _decimal_acceptor(metric)


# --- at length ---------------------------------------------------------------------------


def _inside(bounds: Range, value: float) -> bool:
    if bounds.whole and not is_integer(value):
        return False
    low, high = bounds.low, bounds.high
    return (low is None or value >= low) and (high is None or value <= high) and value == value


def _is_finite(value: Any) -> bool:
    return is_number(value) and -sys.float_info.max <= value <= sys.float_info.max


def _enum_failures(name: str, metric: Enum, value: Any) -> list[str]:
    if isinstance(value, str) and value in metric.index:
        return []
    expected = ", ".join(metric.values)
    return [f"Invalid value for {name}, got {text_of(value)}, but expected any of {expected}."]


def _number_failures(name: str, metric: Integer | Decimal, value: Any, chart: Chart) -> list[str]:
    lines = []
    if isinstance(metric, Integer):
        if not is_integer(value):
            lines.append(
                f"Invalid value for {name}, got {text_of(value)}, but expected an integer."
            )
    elif not _is_finite(value):
        lines.append(
            f"Invalid value for {name}, got {text_of(value)}, but expected a finite number."
        )
    text = _bounds_failure(metric, value, chart)
    if text is not None:
        lines.append(f"Invalid value for {name}, {text} Got {text_of(value)}.")
    return lines


def _bounds_failure(metric: Integer | Decimal, value: Any, chart: Chart) -> str | None:
    if metric.chart_check is not None:
        try:
            return metric.chart_check(value, chart)
        except TypeError:  # not a number at all, which has been said already
            return None
    return None if metric.range is None else range_failure(metric.range, value)


def _graph_failures(name: str, metric: Graph, value: Any) -> list[str]:
    if not isinstance(value, list):
        return [f"Invalid value for metric {name}, expected an array."]
    return [
        f"Invalid value for metric {name}, {text}, got {text_of(element)}."
        for element in value
        if not (element is None and metric.nullable)
        and (text := range_failure(metric.element, element)) is not None
    ]


# --- quickly -----------------------------------------------------------------------------


def _enum_acceptor(metric: Enum) -> Acceptor:
    index = metric.index

    def accept(value: Any, chart: Chart) -> Any:
        return value if type(value) is str and value in index else REJECTED

    return accept


def _integer_acceptor(metric: Integer) -> Acceptor:
    low, high = _bounds(metric.range, -MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
    check: ChartCheck | None = metric.chart_check

    def accept(value: Any, chart: Chart) -> Any:
        if type(value) is not int:
            if type(value) is not float or not value.is_integer():
                return REJECTED
            value = int(value)
        if low <= value <= high and (check is None or check(value, chart) is None):
            return value
        return REJECTED

    return accept


def _decimal_acceptor(metric: Decimal) -> Acceptor:
    low, high = _bounds(metric.range, -sys.float_info.max, sys.float_info.max)
    check: ChartCheck | None = metric.chart_check

    def accept(value: Any, chart: Chart) -> Any:
        if (
            (type(value) is float or type(value) is int)
            and low <= value <= high
            and (check is None or check(value, chart) is None)
        ):
            return value
        return REJECTED

    return accept


def _graph_acceptor(metric: Graph) -> Acceptor:
    nullable = metric.nullable
    bounds = metric.element
    limit = MAX_SAFE_INTEGER if bounds.whole else math.inf
    low, high = _bounds(bounds, -limit, limit)

    def accept(value: Any, chart: Chart) -> Any:
        if type(value) is not list:
            return REJECTED
        for element in value:
            if (type(element) is float or type(element) is int) and low <= element <= high:
                if bounds.whole and element != math.floor(element):
                    return REJECTED
            elif element is not None or not nullable:
                return REJECTED
        return value

    return accept


def _bounds(bounds: Range | None, lowest: float, highest: float) -> tuple[float, float]:
    """The bounds of a kind of number, narrowed by those of the metric."""
    if bounds is None:
        return lowest, highest
    return (
        lowest if bounds.low is None else max(lowest, bounds.low),
        highest if bounds.high is None else min(highest, bounds.high),
    )
