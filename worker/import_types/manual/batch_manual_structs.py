"""A BATCH-MANUAL document as structs: one set of types a GPT, compiled from its configuration.

msgspec decodes and checks a whole document against these types in one go. They accept
nothing that the rules of `batch_manual_schema.py` refuse, save for what `within_limits`
looks at, but they refuse a few spellings that the rules accept (`5.0` for 5); and what they
say about a fault is not what clients know. So a document they refuse is left to the rules.

Source: specification, import-types/batch-manual.md sections 2 and 7.
"""

from __future__ import annotations

import math
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Final, Literal, cast

import msgspec
from msgspec import UNSET, UnsetType

from common.games.model import GPT, Decimal, Enum, Graph, Integer, Metric, Range
from common.validation import is_integer, is_number, utf16_length
from common.validation.values import MAX_SAFE_INTEGER
from worker.import_types.reading.matching import MATCH_TYPES

SERVICE_LENGTH: Final = (3, 60)  # UTF-16 code units
COMMENT_LENGTH: Final = (3, 240)  # UTF-16 code units
EARLIEST_TIME: Final = 1_000_000_000_000  # ms, exclusive; below it somebody sent seconds
MAX_DEPTH: Final = 8  # levels of lists and objects; a document has six


class ManualScore(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One score. The structs of a GPT add its provided metrics and narrow the types.

    timeAchieved: milliseconds since the epoch; 0 = not known.
    hitMeta: the former name of `optional`.
    """

    matchType: str
    identifier: str
    comment: str | UnsetType | None = UNSET
    difficulty: str | UnsetType | None = UNSET
    artist: str | UnsetType | None = UNSET
    timeAchieved: Annotated[int, msgspec.Meta(le=MAX_SAFE_INTEGER)] | float | UnsetType | None = (
        UNSET
    )
    judgements: dict[str, int | None] | UnsetType | None = UNSET
    optional: msgspec.Struct | UnsetType | None = UNSET
    hitMeta: msgspec.Struct | UnsetType | None = UNSET
    scoreMeta: msgspec.Struct | UnsetType | None = UNSET


class ManualMeta(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    service: str
    game: str
    playtype: str | UnsetType | None = UNSET
    version: str | UnsetType | None = UNSET


class ManualDocument(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    meta: ManualMeta
    scores: list[ManualScore]
    classes: msgspec.Struct | UnsetType | None = UNSET


@cache
def score_type(gpt: GPT) -> type[ManualScore]:
    optional = _may_be_null(_optional_metrics(gpt))
    count: Any = Annotated[int, msgspec.Meta(ge=0, le=MAX_SAFE_INTEGER)]
    judgements = GenericAlias(dict, (Literal[gpt.judgements], count | None))
    struct = msgspec.defstruct(
        "ManualScore",
        [
            *((name, _metric(metric)) for name, metric in gpt.provided.items()),
            ("matchType", Literal[MATCH_TYPES]),
            ("judgements", _may_be_null(judgements), UNSET),
            ("optional", optional, UNSET),
            ("hitMeta", optional, UNSET),
            ("scoreMeta", _may_be_null(gpt.score_meta), UNSET),
        ],
        bases=(ManualScore,),
        kw_only=True,
        forbid_unknown_fields=True,
        gc=False,
    )
    return cast("type[ManualScore]", struct)


@cache
def document_type(gpt: GPT) -> type[ManualDocument]:
    struct = msgspec.defstruct(
        "ManualDocument",
        [
            ("meta", ManualMeta),
            ("scores", _list_of(score_type(gpt))),
            ("classes", _may_be_null(_classes(gpt)), UNSET),
        ],
        bases=(ManualDocument,),
        forbid_unknown_fields=True,
        gc=False,
    )
    return cast("type[ManualDocument]", struct)


@cache
def decoder(gpt: GPT) -> msgspec.json.Decoder[ManualDocument]:
    return msgspec.json.Decoder(document_type(gpt))


def within_limits(document: ManualDocument) -> bool:
    """The rules that types cannot express: lengths in UTF-16 code units, and times."""
    if not _has_length(document.meta.service, SERVICE_LENGTH):
        return False
    return all(map(is_within_limits, document.scores))


def is_within_limits(score: ManualScore) -> bool:
    """The same of one score."""
    time, comment = score.timeAchieved, score.comment
    if isinstance(time, int | float) and time <= EARLIEST_TIME and time != 0:
        return False
    return not isinstance(comment, str) or _has_length(comment, COMMENT_LENGTH)


def _has_length(text: str, limits: tuple[int, int]) -> bool:
    return limits[0] <= utf16_length(text) <= limits[1]


def tidy(value: Any, depth: int = MAX_DEPTH) -> Any:
    """The same JSON in the spelling that the structs accept.

    Whole numbers become `int`, those too large for a double to hold exactly `float`, and
    the empty list that may stand for an object of optional members becomes one. What lies
    deeper than `depth` is left as it is: no struct accepts it anyway.
    """
    if not depth:
        return value
    if isinstance(value, dict):
        return {
            key: {} if key in _MAY_BE_EMPTY_LISTS and item == [] else tidy(item, depth - 1)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [tidy(item, depth - 1) for item in value]
    if is_number(value):
        return int(value) if is_integer(value) else float(value)
    return value


_MAY_BE_EMPTY_LISTS = frozenset({"optional", "hitMeta", "classes"})


# --- from configuration to types -------------------------------------------------------
# Types are values here, so there is nothing for a type checker to see: `Any`.


def _optional_metrics(gpt: GPT) -> Any:
    return msgspec.defstruct(
        "OptionalMetrics",
        [(name, _may_be_null(_metric(it.metric)), UNSET) for name, it in gpt.optional.items()],
        forbid_unknown_fields=True,
        gc=False,
    )


def _classes(gpt: GPT) -> Any:
    return msgspec.defstruct(
        "Classes",
        [
            (name, _may_be_null(Literal[classes.ids]), UNSET)
            for name, classes in gpt.classes.items()
            if classes.kind == "PROVIDED"
        ],
        forbid_unknown_fields=True,
        gc=False,
    )


def _may_be_null(kind: Any) -> Any:
    return kind | UnsetType | None


def _list_of(kind: Any) -> Any:
    return GenericAlias(list, (kind,))


def _metric(metric: Metric) -> Any:
    match metric:
        case Integer(bounds):
            return _whole_number(bounds)
        case Decimal(bounds):
            return _number(bounds)
        case Enum(values):
            return Literal[values]
        case Graph(bounds, nullable):
            number = _number(bounds)
            return _list_of(number | None if nullable else number)


def _number(bounds: Range | None) -> Any:
    if bounds is not None and bounds.whole:
        return _whole_number(bounds)
    if bounds is None or (bounds.low is None and bounds.high is None):
        return _whole_number(bounds) | float
    return _whole_number(bounds) | Annotated[float, msgspec.Meta(ge=bounds.low, le=bounds.high)]


def _whole_number(bounds: Range | None) -> Any:
    low, high = -MAX_SAFE_INTEGER, MAX_SAFE_INTEGER
    if bounds is not None and bounds.low is not None:
        low = max(low, math.ceil(bounds.low))
    if bounds is not None and bounds.high is not None:
        high = min(high, math.floor(bounds.high))
    return Annotated[int, msgspec.Meta(ge=low, le=high)]
