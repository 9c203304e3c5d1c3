"""What a user is told of bad metrics: the lines of a validation failure.

Source: specification, games/README.md section 4 and the pages of the games.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from common.validation import text_of
from tests.structure.sources import ROOT

_EX_LAMPS = (
    "NO PLAY, FAILED, ASSIST CLEAR, EASY CLEAR, CLEAR, HARD CLEAR, EX HARD CLEAR, FULL COMBO"
)
# The provided metrics of each game: bounds of a number, None where the chart sets them, or the
# values of an ENUM.
PROVIDED: Mapping[str, Mapping[str, Any]] = {
    "iidx": {"score": None, "lamp": _EX_LAMPS},
    "bms": {"score": None, "lamp": _EX_LAMPS},
    "pms": {"score": None, "lamp": _EX_LAMPS},
    "museca": {"score": 1_000_000, "lamp": "FAILED, CLEAR, CONNECT ALL, PERFECT CONNECT ALL"},
    "chunithm": {
        "score": 1_010_000,
        "noteLamp": "NONE, FULL COMBO, ALL JUSTICE, ALL JUSTICE CRITICAL",
        "clearLamp": "FAILED, CLEAR, HARD, BRAVE, ABSOLUTE, CATASTROPHY",
    },
    "gitadora": {"percent": 100, "lamp": "FAILED, CLEAR, FULL COMBO, EXCELLENT"},
    "jubeat": {
        "score": 1_000_000,
        "musicRate": None,
        "lamp": "FAILED, CLEAR, FULL COMBO, EXCELLENT",
    },
    "maimai": {
        "percent": None,
        "lamp": "FAILED, CLEAR, FULL COMBO, ALL PERFECT, ALL PERFECT+",
    },
    "maimaidx": {
        "percent": 101,
        "lamp": "FAILED, CLEAR, FULL COMBO, FULL COMBO+, ALL PERFECT, ALL PERFECT+",
    },
    "popn": {
        "score": 100_000,
        "clearMedal": "failedCircle, failedDiamond, failedStar, easyClear, clearCircle,"
        " clearDiamond, clearStar, fullComboCircle, fullComboDiamond, fullComboStar, perfect",
    },
    "sdvx": {
        "score": 10_000_000,
        "lamp": "FAILED, CLEAR, EXCESSIVE CLEAR, MAXXIVE CLEAR, ULTIMATE CHAIN,"
        " PERFECT ULTIMATE CHAIN",
    },
    "usc": {
        "score": 10_000_000,
        "lamp": "FAILED, CLEAR, EXCESSIVE CLEAR, ULTIMATE CHAIN, PERFECT ULTIMATE CHAIN",
    },
    "wacca": {"score": 1_000_000, "lamp": "FAILED, CLEAR, MISSLESS, FULL COMBO, ALL MARVELOUS"},
    "itg": {
        "scorePercent": 100,
        "survivedPercent": 100,
        "lamp": "FAILED, CLEAR, FULL COMBO, FULL EXCELLENT COMBO, QUAD, QUINT",
    },
    "arcaea": {
        "score": None,
        "lamp": "LOST, EASY CLEAR, CLEAR, HARD CLEAR, FULL RECALL, PURE MEMORY",
    },
    "ongeki": {
        "score": 1_010_000,
        "noteLamp": "LOSS, CLEAR, FULL COMBO, ALL BREAK, ALL BREAK+",
        "bellLamp": "NONE, FULL BELL",
        "platinumScore": None,
    },
    "ddr": {
        "score": 1_000_000,
        "lamp": "FAILED, ASSIST, CLEAR, FULL COMBO, GREAT FULL COMBO, PERFECT FULL COMBO,"
        " MARVELOUS FULL COMBO, LIFE4",
    },
}
DECIMALS = {"percent", "musicRate", "scorePercent", "survivedPercent"}
# The one optional ENUM of all games, with its values in order.
FLARE = ("0", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "EX")

ABSENT = object()


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def metric_lines(
    game: str, chart: Mapping[str, Any], score_data: Mapping[str, Any], *, optional: bool = True
) -> list[str]:
    """What is wrong with the metrics that were provided, and with the percentage they make."""
    lines: list[str] = []
    for name, bounds in PROVIDED[game].items():
        value = score_data.get(name, ABSENT)
        if isinstance(bounds, str):
            if not isinstance(value, str) or value not in bounds.split(", "):
                lines.append(
                    f"Invalid value for {name}, got {_shown(value)}, but expected any of {bounds}."
                )
        else:
            lines += _number_lines(game, chart, name, value, bounds)
    lines += _percentage_line(game, chart, score_data.get("score", ABSENT))
    flare = (score_data.get("optional") or {}).get("flare")
    if optional and game == "ddr" and flare is not None and flare not in FLARE:
        expected = ", ".join(FLARE)
        lines.append(
            f"Invalid value for flare, got {_shown(flare)}, but expected any of {expected}."
        )
    return lines


def _number_lines(
    game: str, chart: Mapping[str, Any], name: str, value: Any, most: float | None
) -> list[str]:
    lines = []
    if name in DECIMALS:
        if not is_number(value) or not math.isfinite(value):
            lines.append(
                f"Invalid value for {name}, got {_shown(value)}, but expected a finite number."
            )
    elif not is_number(value) or not math.isfinite(value) or value != int(value):
        lines.append(f"Invalid value for {name}, got {_shown(value)}, but expected an integer.")
    if most is not None:
        text = f"Expected a number between 0 and {most}."
        wrong = not is_number(value) or not 0 <= value <= most
    else:
        text = _text_of_the_chart(game, chart, name, value)
        wrong = text != ""
    if wrong:
        lines.append(f"Invalid value for {name}, {text} Got {_shown(value)}.")
    return lines


def _text_of_the_chart(game: str, chart: Mapping[str, Any], name: str, value: Any) -> str:
    """What a number is told by a bound that depends on the chart; empty if it is within."""
    data = chart["data"]
    if game == "jubeat":
        most = 120 if chart["difficulty"].startswith("HARD ") else 100
        within = is_number(value) and 0 <= value <= most
        return "" if within else f"Expected a number between 0 and {most}."
    if not is_number(value):
        return ""
    if game == "maimai":
        if value < 0:
            return "Percent cannot be negative."
        most = data["maxPercent"]
        return f"Percent cannot be greater than {_shown(most)} for this chart." * (value > most)
    if game == "arcaea":
        if value < 0:
            return f"Score must be non-negative. Got {_shown(value)}"
        most = 10_000_000 + data["notecount"]
        return f"Score cannot exceed {most} for this chart." * (value > most)
    if game == "ongeki":
        if value < 0:
            return f"Platinum Score must be non-negative. Got {_shown(value)}"
        most = data["maxPlatScore"]
        return (
            "Platinum Score must not exceed the chart's maximum Platinum Score."
            f" Got {_shown(value)}/{most}"
        ) * (value > most)
    if value < 0:
        return "EX Score cannot be negative."
    most = data["notecount"] * 2
    return f"EX Score cannot be greater than {most} for this chart." * (value > most)


def _percentage_line(game: str, chart: Mapping[str, Any], score: Any) -> list[str]:
    """The percentage follows from the EX score."""
    if game not in ("iidx", "bms", "pms") or not is_number(score):
        return []
    percent = 100 * score / (chart["data"]["notecount"] * 2)
    if 0 <= percent <= 100:
        return []
    return [
        f"Invalid value for percent, Expected a number between 0 and 100. Got {_shown(percent)}."
    ]


def _shown(value: Any) -> str:
    return "undefined" if value is ABSENT else text_of(value)


def ongeki_line(score_data: Mapping[str, Any]) -> str | None:
    """The first thing that is wrong with an ongeki score as a whole."""
    judgements = score_data.get("judgements") or {}
    hit, miss, broken = (judgements.get(name) or 0 for name in ("hit", "miss", "break"))
    score, lamp = score_data["score"], score_data["noteLamp"]
    full_bell = score_data["bellLamp"] == "FULL BELL"
    if lamp == "ALL BREAK+":
        if hit + miss + broken > 0:
            return "Cannot have an ALL BREAK+ if not all hits were critical break or better."
        if score < 1_010_000:
            return "Cannot have an ALL BREAK+ if the score is not 1,010,000"
    if score == 1_010_000 and not (lamp == "ALL BREAK+" and full_bell):
        return "Cannot have a perfect score without FBAB+"
    if lamp == "ALL BREAK" and hit + miss > 0:
        return "Cannot have an ALL BREAK if not all hits were break or better."
    if lamp == "FULL COMBO" and miss > 0:
        return "Cannot have a FULL COMBO if the score has misses."
    if full_bell and lamp == "LOSS":
        return "Cannot have a LOSS with a FULL BELL."
    return None


def explains(
    game: str, chart: Mapping[str, Any], score_data: Mapping[str, Any], message: str
) -> bool:
    """Whether a message is what a user is to be told of a score that cannot be derived from.

    First all that is wrong with its metrics. What follows of it, of the score as a whole, has
    to be a text of the game's page; ongeki has one such text, and it is known which.
    """
    lines = metric_lines(game, chart, score_data)
    said = message.splitlines()[1:]
    if message.splitlines()[:1] != [heading(len(said))] or said[: len(lines)] != lines:
        return False
    more = said[len(lines) :]
    if game == "ongeki" and not lines:
        return more == [ongeki_line(score_data)]
    return bool(lines) and all(_is_text_of(game, line) for line in more)


def heading(count: int) -> str:
    return f"Got {count} {'error' if count == 1 else 'errors'} when validating score:"


def _is_text_of(game: str, line: str) -> bool:
    return any(pattern.fullmatch(line) for pattern in _texts_of(game))


@cache
def _texts_of(game: str) -> list[re.Pattern[str]]:
    """The texts that a game's page quotes; a part in braces stands for anything."""
    pages = [ROOT / "docs" / "spec" / "games" / f"{name}.md" for name in (game, "README")]
    told = "".join(page.read_text(encoding="utf-8") for page in pages)
    quoted = re.findall(r"`([A-Z][^`]{12,})`", told)
    return [
        re.compile(".+".join(re.escape(part) for part in re.split(r"\{[^}]*\}", text)))
        for text in quoted
    ]
