"""Rules about the charts of a game, of which its module picks: see `Game.chart_rules`.

They read `data` with care: a game may be loaded before this server knows its types.

Source: specification, seeds-format.md section 12 and v3/seeds-format.md section 10.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any

from common.games.model import ChartRule, Problem
from common.text.numbers import plain

Document = Mapping[str, Any]


def unique(field: str, *also: str) -> ChartRule:
    """No two charts share a value of `data.<field>` while agreeing in the chart fields `also`.

    Each element of a list counts. A missing or null value is shared by nobody.
    """
    rule = f"unique {' + '.join((field, *also))}"

    def check(charts: Sequence[Document]) -> Iterator[Problem]:
        first: dict[Hashable, str] = {}
        for chart in charts:
            place = tuple(chart[name] for name in also)
            for value in values_of(chart, field):
                other = first.setdefault((value, *place), chart["chartID"])
                if other != chart["chartID"]:
                    detail = f"{other} has the same {field} {value}"
                    yield Problem(chart["chartID"], rule, detail)

    return check


def values_of(chart: Document, field: str) -> list[Any]:
    """What identifies the chart in `data.<field>`: one value, several, or none."""
    value = chart["data"].get(field) if isinstance(chart["data"], dict) else None
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def each_chart(rule: str, judge: Callable[[Document], str | None]) -> ChartRule:
    """`judge` says what is wrong with a chart, None if nothing."""

    def check(charts: Sequence[Document]) -> Iterator[Problem]:
        for chart in charts:
            detail = judge(chart)
            if detail is not None:
                yield Problem(chart["chartID"], rule, detail)

    return check


def only_where(holds: Callable[[Document], bool], rule: ChartRule) -> ChartRule:
    """The rule for those charts alone of which `holds` is true."""
    return lambda charts: rule([chart for chart in charts if holds(chart)])


def _rated_level(chart: Document) -> str | None:
    if chart["level"] == "0" or chart["levelNum"] <= 0:
        return "level 0 and levelNums that are not above 0 do not occur"
    return None


RATED_LEVEL = each_chart("level", _rated_level)


def plus_from(tenth: int) -> ChartRule:
    """The level ends in + exactly where levelNum is at least `tenth` tenths above a whole."""

    def judge(chart: Document) -> str | None:
        has_plus = chart["level"].endswith("+")
        if has_plus != (_tenth(chart["levelNum"]) >= tenth):
            verb = "has" if has_plus else "lacks"
            return f"level {chart['level']} {verb} a + at levelNum {plain(chart['levelNum'])}"
        return None

    return each_chart("level", judge)


def _tenth(level: float) -> int:
    # 12.7 * 10 falls just short of 127 in binary.
    return int(level * 10 + 1e-6) % 10
