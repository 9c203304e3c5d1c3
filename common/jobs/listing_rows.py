"""Lists of jobs for those who run the service, and how many there are in each state.

With millions of jobs that ended neither takes long: a list goes along an index or sorts what is not
finished, and of those that ended some thousands at most are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Row, text

from common.errors import UserError
from common.jobs.job_documents import StateCount
from common.jobs.job_tables import JobState
from common.jobs.managing_rows import CANCELLED_STATE, COLUMNS, STATE, STATES, Wanted


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of jobs: by a column, and where that is equal by ID.

    states: of which it is; empty: of all. Those that ended have an index for their acceptance only.
    """

    column: str
    descending: bool
    states: Sequence[str] = ()

    @property
    def by(self) -> str:
        direction = "DESC" if self.descending else "ASC"
        return f"jobs.{self.column} {direction}, jobs.job_id {direction}"

    def place(self, row: Row[Any]) -> tuple[int, str]:
        """Where a page ends that ends with this row."""
        return getattr(row, self.column), row.job_id

    def of(self, wanted: Wanted) -> Wanted:
        """Those that are meant and can be sorted so. Raises UserError where there are no such."""
        if not self.states:
            return wanted
        states = [each for each in self.states if each in (wanted.states or STATES)]
        if not states:
            raise UserError(400, f"Only jobs that are {' or '.join(self.states)} are sorted so.")
        return replace(wanted, states=states)


NEWEST: Final = "newest"
SORTS: Final = {
    NEWEST: Sort("accepted_at", descending=True),
    "oldest": Sort("accepted_at", descending=False),
    "longest": Sort("started_at", descending=False, states=(JobState.RUNNING.value,)),
    "attempts": Sort(
        "attempts", descending=True, states=(JobState.QUEUED.value, JobState.RUNNING.value)
    ),
}


def page(
    connection: Connection,
    wanted: Wanted,
    most: int,
    sort: Sort = SORTS[NEWEST],
    after: tuple[int, str] | None = None,
) -> Sequence[Row[Any]]:
    """The first jobs of those meant. after: the place where the page before ended.

    Raises UserError where those that are meant cannot be sorted so.
    """
    condition, parameters = sort.of(wanted).conditions()
    if after is not None:
        beyond = "<" if sort.descending else ">"
        condition += f" AND (jobs.{sort.column}, jobs.job_id) {beyond} (:value, :last)"
        parameters["value"], parameters["last"] = after
    statement = f"""
        SELECT {COLUMNS} FROM jobs JOIN users ON users.id = jobs.user_id
        WHERE {condition} ORDER BY {sort.by} LIMIT :most
    """  # noqa: S608 (constants of ours)
    return connection.execute(text(statement), {**parameters, "most": most}).all()


@dataclass(frozen=True, slots=True)
class _Look:
    """How jobs of some states are counted. among: the states whose jobs one index has.

    most: how many of those are looked at.
    """

    counted: Sequence[str]
    among: Sequence[str]
    most: int


_QUEUED, _RUNNING = JobState.QUEUED.value, JobState.RUNNING.value
_COMPLETED, _FAILED = JobState.COMPLETED.value, JobState.FAILED.value
_LOOKS: Final = (
    _Look([_QUEUED, _RUNNING], [_QUEUED, _RUNNING], 100_000),
    _Look([_COMPLETED], [_COMPLETED, _FAILED, CANCELLED_STATE], 10_000),
    _Look([_FAILED], [_FAILED], 10_000),
    _Look([CANCELLED_STATE], [CANCELLED_STATE], 10_000),
)


def counts(connection: Connection, wanted: Wanted) -> list[StateCount]:
    """How many of those meant are in each state, whichever of these is meant."""
    return [
        StateCount(state, min(found, look.most), areMore=looked > look.most)
        for look in _LOOKS
        for state, found, looked in _counted(connection, wanted, look)
    ]


def _counted(connection: Connection, wanted: Wanted, look: _Look) -> list[tuple[str, int, int]]:
    """Each state with the number of jobs found, and of those looked at: the newest."""
    indexed, of_index = replace(wanted, states=look.among).found_by_index()
    others, of_others = wanted.looked_through()
    # What somebody has, or what is named, is found by that.
    is_found = wanted.user_id is not None or wanted.job_ids
    order = "" if is_found or _QUEUED in look.among else "ORDER BY accepted_at DESC"
    found = ", ".join(f"count(*) FILTER (WHERE fits AND state = '{s}')" for s in look.counted)
    statement = f"""
        SELECT count(*), {found}
        FROM (SELECT {STATE} AS state, {others} AS fits
              FROM jobs WHERE {indexed} {order} LIMIT :most + 1) AS looked_at
    """  # noqa: S608 (constants of ours)
    given = {**of_index, **of_others, "most": look.most}
    looked, *numbers = connection.execute(text(statement), given).one()
    return [(state, number, looked) for state, number in zip(look.counted, numbers, strict=True)]
