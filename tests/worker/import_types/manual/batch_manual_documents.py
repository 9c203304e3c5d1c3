"""BATCH-MANUAL documents to test with: one by hand, and any number by chance."""

from __future__ import annotations

import copy
from typing import Any, Final

from hypothesis import strategies as st

from common.games.model import GPT, Decimal, Enum, Graph, Integer, Metric, Range
from common.validation.values import MAX_SAFE_INTEGER
from worker.import_types.reading.matching import MATCH_TYPES


def sdvx_document(*scores: dict[str, Any], **members: Any) -> dict[str, Any]:
    """An sdvx document with these scores; `members` are more members of its root."""
    meta = {"game": "sdvx", "playtype": "Single", "service": "tests"}
    return {"meta": meta, "scores": list(scores), **members}


def sdvx_score(**members: Any) -> dict[str, Any]:
    return {
        "score": 9_500_000,
        "lamp": "CLEAR",
        "matchType": "tachiSongID",
        "identifier": "1",
        "difficulty": "EXH",
        **members,
    }


# --- by chance, from a GPT's configuration -----------------------------------------------


def documents(gpt: GPT) -> st.SearchStrategy[dict[str, Any]]:
    """Documents that keep all rules."""
    classes = {
        name: _maybe(st.sampled_from(it.ids))
        for name, it in gpt.classes.items()
        if it.kind == "PROVIDED"
    }
    return st.fixed_dictionaries(
        {
            "meta": st.fixed_dictionaries(
                {
                    "game": st.just(gpt.game),
                    "playtype": st.just(gpt.playtype),
                    "service": st.text(_CHARACTERS, min_size=3, max_size=30),
                },
                optional={"version": _maybe(st.text(_CHARACTERS))},
            ),
            "scores": st.lists(_scores(gpt), max_size=3),
        },
        optional={"classes": _maybe(st.fixed_dictionaries({}, optional=classes))},
    )


def _scores(gpt: GPT) -> st.SearchStrategy[dict[str, Any]]:
    metrics = {name: _maybe(_values(it.metric)) for name, it in gpt.optional.items()}
    counts = _maybe(st.integers(0, MAX_SAFE_INTEGER))
    texts = _maybe(st.text(_CHARACTERS))
    optional = _maybe(st.fixed_dictionaries({}, optional=metrics))
    return st.fixed_dictionaries(
        {
            **{name: _values(metric) for name, metric in gpt.provided.items()},
            "matchType": st.sampled_from(MATCH_TYPES),
            "identifier": st.text(_CHARACTERS) | st.integers(0, 99).map(str),
        },
        optional={
            "comment": _maybe(st.text(_CHARACTERS, min_size=3, max_size=120)),
            "difficulty": texts | st.sampled_from(gpt.difficulties or ("x",)),
            "artist": texts,
            "timeAchieved": _maybe(
                st.just(0)
                | st.integers(10**12 + 1, MAX_SAFE_INTEGER)
                | st.floats(1e12, 1e18, exclude_min=True)
            ),
            "judgements": _maybe(st.dictionaries(st.sampled_from(gpt.judgements), counts)),
            "optional": optional,
            "hitMeta": optional,
            "scoreMeta": _maybe(st.just({})),
        },
    )


_CHARACTERS = st.characters(exclude_categories=["Cs"])


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def _values(metric: Metric) -> st.SearchStrategy[Any]:
    match metric:
        case Enum(values):
            return st.sampled_from(values)
        case Integer(bounds):
            return _whole(bounds)
        case Decimal(bounds):
            return _numbers(bounds)
        case Graph(bounds, nullable):
            elements = _numbers(bounds)
            return st.lists(_maybe(elements) if nullable else elements, max_size=5)


def _whole(bounds: Range | None) -> st.SearchStrategy[int]:
    low, high = -MAX_SAFE_INTEGER, MAX_SAFE_INTEGER
    if bounds is not None and bounds.low is not None:
        low = int(bounds.low)
    if bounds is not None and bounds.high is not None:
        high = int(bounds.high)
    return st.integers(low, high)


def _numbers(bounds: Range | None) -> st.SearchStrategy[float]:
    if bounds is not None and bounds.whole:
        return _whole(bounds)
    low, high = (bounds.low, bounds.high) if bounds is not None else (None, None)
    return _whole(bounds) | st.floats(low, high, allow_nan=False, allow_infinity=False)


# --- with every member there is ----------------------------------------------------------


def full_document(gpt: GPT) -> dict[str, Any]:
    """A document that keeps all rules and leaves out nothing."""
    optional = {name: _value(it.metric) for name, it in gpt.optional.items()}
    score = {
        **{name: _value(metric) for name, metric in gpt.provided.items()},
        "matchType": "tachiSongID",
        "identifier": "1",
        "comment": "nice",
        "difficulty": "x",
        "artist": "Someone",
        "timeAchieved": 1_700_000_000_000,
        "judgements": dict.fromkeys(gpt.judgements, 0),
        "optional": optional,
        "hitMeta": copy.deepcopy(optional),
        "scoreMeta": {},
    }
    return {
        "meta": {"game": gpt.game, "playtype": gpt.playtype, "service": "tests", "version": "v"},
        "scores": [score],
        "classes": {n: it.ids[0] for n, it in gpt.classes.items() if it.kind == "PROVIDED"},
    }


def _value(metric: Metric) -> Any:
    match metric:
        case Enum(values):
            return values[0]
        case Integer(bounds) | Decimal(bounds):
            return bounds.low if bounds is not None and bounds.low is not None else 0
        case Graph(bounds):
            return [bounds.low or 0, bounds.high or 0]


def edges(gpt: GPT) -> list[float]:
    """Numbers at and around the bounds of the GPT's metrics."""
    metrics = [*gpt.provided.values(), *(it.metric for it in gpt.optional.values())]
    ranges = [it.element if isinstance(it, Graph) else getattr(it, "range", None) for it in metrics]
    bounds = {bound for it in ranges if it for bound in (it.low, it.high) if bound is not None}
    return [bound + step for bound in sorted(bounds) for step in (-1, -0.5, 0, 0.5, 1)]


# --- and then spoilt ---------------------------------------------------------------------

JUNK: Final[tuple[Any, ...]] = (
    None,
    True,
    False,
    0,
    -1,
    1.5,
    5.0,
    -0.0,
    2**53,
    2**63,
    1e12,
    10**12,
    10**12 + 1,
    1e300,
    "",
    "x",
    "12",
    "ab",
    "é" * 240,
    "😭" * 31,
    "😭" * 121,
    [],
    {},
    [None],
    [0, -1],
    {"x": 1},
    {"random": "MIRROR"},
)


@st.composite
def spoilt(draw: st.DrawFn, documents: st.SearchStrategy[dict[str, Any]]) -> Any:
    """Documents of which a few members were replaced, removed or added."""
    document: Any = copy.deepcopy(draw(documents))
    for _ in range(draw(st.integers(0, 3))):
        holder, key = draw(st.sampled_from([*places(document), ({}, "x")]))
        match draw(st.sampled_from(["replace", "replace", "remove", "add"])):
            case "replace":
                holder[key] = copy.deepcopy(draw(st.sampled_from(JUNK)))
            case "remove":
                holder.pop(key, None) if isinstance(holder, dict) else holder.pop(key)
            case "add" if isinstance(holder, dict):
                holder[draw(st.sampled_from(["bogus", "optional", "a.b", "0"]))] = 1
    return document


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every member of a JSON value, however deep: what holds it, and its key there."""
    if isinstance(value, dict):
        members: list[tuple[Any, Any]] = list(value.items())
    elif isinstance(value, list):
        members = list(enumerate(value))
    else:
        return []
    return [place for key, item in members for place in ((value, key), *places(item))]
