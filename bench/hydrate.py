"""How long the pure part of storing one score takes: `python -m bench.hydrate [gpt ...]`.

For every GPT it makes random valid scores from nothing but the configuration and measures
identity, validation, derivation and rating together.
"""

from __future__ import annotations

import itertools
import random
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import msgspec

from common.catalogue.documents import Chart
from common.errors import InvalidScore
from common.games.model import GPT, Decimal, Enum, Graph, Integer, Metric, ScoreData
from common.games.registry import all_gpts, gpt_by_id
from common.games.scoring.hydration import hydrate, score_id

NOW = 1_700_000_000_000
SCORES = 2_000
ROUNDS = 9
ATTEMPTS = 2_000  # tries per score at finding a valid one
JUDGEMENTS = 3
OPTIONAL = 2


def a_chart(gpt: GPT) -> Chart:
    """A chart whose data are the simplest that the GPT's schema accepts."""
    difficulty = gpt.default_difficulty or "Hard"
    return Chart(
        chartID="c2311194e3897ddb5745b1760d2c0141f933e683",
        songID=1,
        playtype=gpt.playtype,
        difficulty=difficulty,
        level="10",
        levelNum=10,
        isPrimary=True,
        versions=[],
        data=msgspec.convert(_some(msgspec.json.schema(gpt.chart_data)), gpt.chart_data),
    )


def _some(
    schema: dict[str, Any], definitions: dict[str, Any] | None = None, whole: Any = None
) -> Any:
    """A value that a JSON schema accepts, with the required keys only.

    Whole numbers grow from key to key, so that a record is above an average.
    """
    definitions = schema.get("$defs", definitions) or {}
    whole = whole or itertools.count(1_000, 100)
    if "$ref" in schema:
        return _some(definitions[schema["$ref"].rpartition("/")[2]], definitions, whole)
    if "anyOf" in schema:
        return _some(schema["anyOf"][0], definitions, whole)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            keys = schema.get("required", [])
            return {k: _some(schema["properties"][k], definitions, whole) for k in keys}
        case "array":
            return []
        case "string":
            return "x"
        case "boolean":
            return True
        case "integer":
            return next(whole)
        case "number":
            return 100
        case _:
            return None


def scores(gpt: GPT, chart: Chart, rng: random.Random) -> Iterator[ScoreData]:
    """Random scores that the rules of the game accept."""
    while True:
        for _ in range(ATTEMPTS):
            score = _random_score(gpt, rng)
            try:
                hydrate(gpt, chart, score, None, NOW)
            except InvalidScore:
                continue
            yield score
            break
        else:
            raise RuntimeError(f"found no valid score for {gpt.id}")


def _random_score(gpt: GPT, rng: random.Random) -> ScoreData:
    simple = [n for n, o in gpt.optional.items() if not isinstance(o.metric, Graph)]
    chosen = rng.sample(simple, min(OPTIONAL, len(simple)))
    return ScoreData(
        metrics={name: _random(metric, rng) for name, metric in gpt.provided.items()},
        judgements=dict.fromkeys(gpt.judgements[-JUDGEMENTS:], 0),
        optional={name: _random(gpt.optional[name].metric, rng) for name in chosen},
    )


def _random(metric: Metric, rng: random.Random) -> Any:
    match metric:
        case Enum():
            return rng.choice(metric.values)
        case Graph():
            return []
        case Integer():
            return rng.randint(*_span(metric))
        case Decimal():
            return round(rng.uniform(*_span(metric)), 2)


def _span(metric: Integer | Decimal) -> tuple[int, int]:
    bounds = metric.range
    low, high = (bounds.low, bounds.high) if bounds is not None else (None, None)
    return int(low or 0), int(min(1_000 if high is None else high, 10_000_000))


def microseconds(gpt: GPT) -> float:
    """The median time of one score."""
    chart = a_chart(gpt)
    source = scores(gpt, chart, random.Random(7))
    played = [next(source) for _ in range(SCORES)]
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for score in played:
            score_id(42, gpt, chart.chartID, score)
            hydrate(gpt, chart, score, NOW, NOW)
        times.append((time.perf_counter() - started) / SCORES * 1e6)
    return statistics.median(times)


def main() -> None:
    gpts = [gpt_by_id(name) for name in sys.argv[1:]] or all_gpts()
    for gpt in gpts:
        print(f"{gpt.id:<20} {microseconds(gpt):6.1f} µs")


if __name__ == "__main__":
    main()
