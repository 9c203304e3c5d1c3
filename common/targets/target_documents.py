"""Goals as documents. Source: specification, documents-targets.md section 1."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

Number = int | float


class GoalCharts(msgspec.Struct, frozen=True):
    """What a goal is about: type `single` (data: a chartID), `multi` (several) or `folder`.

    The order of several charts counts: it is part of the goal's identity.
    """

    type: str
    data: str | list[str]


class GoalCriteria(msgspec.Struct, frozen=True):
    """What is to be reached.

    mode: `single` (on one of the charts), `absolute` (on countNum charts) or `proportion`
        (on the share countNum of the charts, above 0 and at most 1).
    key: the metric.
    value: of the metric; for ENUM metrics an index.
    """

    mode: str
    key: str
    value: Number
    countNum: Number | UnsetType = UNSET

    def __post_init__(self) -> None:
        # JSON does not tell 3.0 from 3, but indexes must be int here.
        msgspec.structs.force_setattr(self, "value", _whole_if_integral(self.value))
        if self.countNum is not UNSET:
            msgspec.structs.force_setattr(self, "countNum", _whole_if_integral(self.countNum))


class Goal(msgspec.Struct, frozen=True):
    """Shared by all who subscribe to it, and never changed."""

    goalID: str
    game: str
    playtype: str
    name: str
    charts: GoalCharts
    criteria: GoalCriteria


def _whole_if_integral(value: Number) -> Number:
    return int(value) if isinstance(value, float) and value.is_integer() else value
