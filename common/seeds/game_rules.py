"""Rules about the charts of one game, beyond its data types.

Only the games listed here have any. The rules read `data` with care: a game may be loaded
before this server knows its types.

Source: specification, seeds-format.md section 12.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from common.seeds.schema import Document
from common.text.numbers import plain


class Problem(NamedTuple):
    """What is wrong with one document: its key, the rule, and a sentence."""

    key: str
    rule: str
    detail: str


ChartRule = Callable[[Sequence[Document]], Iterator[Problem]]


# --- uniqueness ------------------------------------------------------------------------


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


# --- levels and the like ---------------------------------------------------------------


def each_chart(rule: str, judge: Callable[[Document], str | None]) -> ChartRule:
    """`judge` says what is wrong with a chart, None if nothing."""

    def check(charts: Sequence[Document]) -> Iterator[Problem]:
        for chart in charts:
            detail = judge(chart)
            if detail is not None:
                yield Problem(chart["chartID"], rule, detail)

    return check


def _iidx_level(chart: Document) -> str | None:
    level, number = chart["level"], chart["levelNum"]
    if level == "?":
        return None if number == 0 else f"level ? goes with levelNum 0, not {plain(number)}"
    if number <= 0 or level != plain(number):
        return f"level {level} is not the text of levelNum {plain(number)}, a number above 0"
    return None


def _iidx_records(chart: Document) -> str | None:
    data = chart["data"]
    notes, record, average = (
        data.get(name) for name in ("notecount", "worldRecord", "kaidenAverage")
    )
    if notes is None:
        return None
    for name, score in (("worldRecord", record), ("kaidenAverage", average)):
        if score is not None and score > 2 * notes:
            return f"{name} {score} is above the highest EX score, {2 * notes}"
    if record is not None and average is not None and average >= record:
        return f"kaidenAverage {average} is not below worldRecord {record}"
    return None


def _rated_level(chart: Document) -> str | None:
    if chart["level"] == "0" or chart["levelNum"] <= 0:
        return "level 0 and levelNums that are not above 0 do not occur"
    return None


def plus_from(tenth: int) -> Callable[[Document], str | None]:
    """The level ends in + exactly where levelNum is at least `tenth` tenths above a whole."""

    def judge(chart: Document) -> str | None:
        has_plus = chart["level"].endswith("+")
        if has_plus != (_tenth(chart["levelNum"]) >= tenth):
            verb = "has" if has_plus else "lacks"
            return f"level {chart['level']} {verb} a + at levelNum {plain(chart['levelNum'])}"
        return None

    return judge


def _tenth(level: float) -> int:
    # 12.7 * 10 falls just short of 127 in binary.
    return int(level * 10 + 1e-6) % 10


def _chunithm_id(chart: Document) -> str | None:
    ids = [value for value in values_of(chart, "inGameID") if value >= 8000]
    return f"inGameID {ids[0]}: 8000 and above are WORLD'S END" if ids else None


def _maimaidx_level(chart: Document) -> str | None:
    if chart["level"].endswith("+") and chart["levelNum"] < 7:
        return f"level {chart['level']}: there is no + below 7"
    return None


def _maimaidx_id(chart: Document) -> str | None:
    deluxe = chart["difficulty"].startswith("DX ")
    for value in values_of(chart, "inGameID"):
        if deluxe and not 10_000 <= value < 20_000:
            return f"inGameID {value}: DX charts have 10000 to 19999"
        if not deluxe and value >= 10_000:
            return f"inGameID {value}: charts that are not DX stay below 10000"
    return None


GAME_RULES: Mapping[str, Iterable[ChartRule]] = {
    "bms": (unique("hashMD5"), unique("hashSHA256")),
    "pms": (unique("hashMD5", "playtype"), unique("hashSHA256", "playtype")),
    "popn": (unique("hashSHA256"),),
    "usc": (unique("hashSHA1", "playtype"),),
    "itg": (unique("hashGSv3"),),
    "museca": (unique("inGameID", "difficulty"),),
    "jubeat": (unique("inGameID", "difficulty"),),
    "maimai": (unique("inGameID", "difficulty"), unique("inGameStrID", "difficulty")),
    "gitadora": (unique("inGameID", "difficulty", "playtype"),),
    "iidx": (each_chart("level", _iidx_level), each_chart("records", _iidx_records)),
    "chunithm": (
        unique("inGameID", "difficulty"),
        each_chart("level", _rated_level),
        each_chart("level", plus_from(5)),
        each_chart("inGameID", _chunithm_id),
    ),
    "maimaidx": (
        each_chart("level", _rated_level),
        each_chart("level", _maimaidx_level),
        each_chart("inGameID", _maimaidx_id),
    ),
    "wacca": (unique("inGameID", "difficulty"), each_chart("level", plus_from(7))),
}
