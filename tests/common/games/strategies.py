"""What to draw for a GPT: charts, scores and metric values, from its configuration alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from hypothesis import strategies as st
from msgspec import inspect

from common.catalogue.documents import Chart
from common.games.kit.metric_checks import REJECTED, acceptor
from common.games.model import (
    GPT,
    Decimal,
    Enum,
    Graph,
    Integer,
    Metric,
    Range,
    ScoreData,
)
from common.validation.values import MAX_SAFE_INTEGER
from tests.common.games.charts import chart_of

STEPS = 100
CHART_NUMBERS = (1, 5_000)  # what numbers in charts are drawn from unless their type says more

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**400), 10**400)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-3, 3).map(float)
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=3,
)


# --- charts ------------------------------------------------------------------------------


@cache
def charts(gpt: GPT) -> st.SearchStrategy[Chart]:
    return st.builds(
        lambda data, **fields: chart_of(gpt, data, **fields),
        _documents(inspect.type_info(gpt.chart_data)),
        levelNum=st.integers(0, 200).map(lambda tenths: tenths / 10),
        difficulty=st.sampled_from(gpt.difficulties or ("Hard",)),
    )


def _documents(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """JSON values of the types that chart data are made of."""
    match kind:
        case inspect.StructType(fields=fields):
            known = {field.encode_name: _documents(field.type) for field in fields}
            may_lack = {field.encode_name for field in fields if not field.required}
            return st.fixed_dictionaries(
                {name: drawn for name, drawn in known.items() if name not in may_lack},
                optional={name: drawn for name, drawn in known.items() if name in may_lack},
            )
        case inspect.UnionType(types=kinds):
            return st.one_of([_documents(one) for one in kinds])
        case inspect.ListType(item_type=item):
            return st.lists(_documents(item), max_size=3)
        case inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case inspect.IntType():
            return st.integers(*CHART_NUMBERS)
        case inspect.FloatType():
            return st.floats(*CHART_NUMBERS)
        case inspect.StrType():
            return st.text(max_size=3)
        case inspect.BoolType():
            return st.booleans()
        case inspect.NoneType():
            return st.none()
    raise NotImplementedError(kind)


# --- scores ------------------------------------------------------------------------------


def values(metric: Metric, chart: Chart) -> st.SearchStrategy[Any]:
    """Values that a metric accepts on a chart, the lowest and the highest often."""
    match metric:
        case Enum(names):
            return st.sampled_from(names)
        case Integer():
            low, high = _bounds(metric, chart)
            return st.sampled_from((low, high)) | st.integers(low, high)
        case Decimal():
            low, high = _bounds(metric, chart)
            return st.sampled_from((low, high)) | st.floats(low, high)
        case Graph(bounds, nullable):
            return st.lists(_elements(bounds) | st.none() if nullable else _elements(bounds))


def spread(metric: Metric, chart: Chart) -> Sequence[Any]:
    """Values that a metric accepts on a chart, from the lowest to the highest."""
    match metric:
        case Enum(names):
            return names
        case Integer():
            low, high = _bounds(metric, chart)
            return sorted({low + (high - low) * step // STEPS for step in range(STEPS + 1)})
        case Decimal():
            low, high = _bounds(metric, chart)
            return [*(low + (high - low) * step / STEPS for step in range(STEPS)), high]
        case Graph():
            raise NotImplementedError("graphs have no order")


def _elements(bounds: Range) -> st.SearchStrategy[Any]:
    assert bounds.low is not None
    assert bounds.high is not None
    if bounds.whole:
        return st.integers(int(bounds.low), int(bounds.high))
    return st.floats(bounds.low, bounds.high)


def _bounds(metric: Integer | Decimal, chart: Chart) -> tuple[Any, Any]:
    if metric.range is not None:
        low, high = metric.range.low, metric.range.high
        return 0 if low is None else low, MAX_SAFE_INTEGER if high is None else high
    return 0, _highest(metric, chart)


def _highest(metric: Integer | Decimal, chart: Chart) -> float:
    """The highest value that a check on the chart accepts; zero and all between are accepted."""
    accept = acceptor(metric)
    low: float = 0
    high: float = MAX_SAFE_INTEGER
    if accept(high, chart) is not REJECTED:
        return high
    while True:
        middle = (low + high) // 2 if isinstance(metric, Integer) else (low + high) / 2
        if middle in (low, high):
            return low
        if accept(middle, chart) is REJECTED:
            high = middle
        else:
            low = middle


def provided(gpt: GPT, chart: Chart) -> st.SearchStrategy[dict[str, Any]]:
    """Provided metrics, each of them valid; together they may contradict each other."""
    return st.fixed_dictionaries(
        {name: values(metric, chart) for name, metric in gpt.provided.items()}
    )


def judgements(gpt: GPT) -> st.SearchStrategy[dict[str, int | None]]:
    return st.dictionaries(
        st.sampled_from(gpt.judgements), st.none() | st.integers(0, 100), max_size=3
    )


def optional(gpt: GPT, chart: Chart) -> st.SearchStrategy[dict[str, Any]]:
    """A few optional metrics, each of them valid or None."""
    names = st.lists(st.sampled_from(tuple(gpt.optional)), max_size=3, unique=True)
    return names.flatmap(
        lambda chosen: st.fixed_dictionaries(
            {name: st.none() | values(gpt.optional[name].metric, chart) for name in chosen}
        )
    )


def dry_scores(gpt: GPT, chart: Chart) -> st.SearchStrategy[ScoreData]:
    return st.builds(ScoreData, provided(gpt, chart), judgements(gpt), optional(gpt, chart))


def played_charts(gpt: GPT) -> st.SearchStrategy[tuple[Chart, ScoreData]]:
    """A chart, and a score on it."""
    return charts(gpt).flatmap(lambda chart: st.tuples(st.just(chart), dry_scores(gpt, chart)))
