"""Courses of BMS, by their charts. All SQL on them but that of loading them."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

_FIND = text('SELECT playtype, "set", value FROM bms_courses WHERE md5sums = :md5sums')


class CourseClass(NamedTuple):
    """The class of whoever clears the course."""

    playtype: str
    class_set: str
    value: str


def find(connection: Connection, md5sums: str) -> CourseClass | None:
    """md5sums: the MD5 digests of the course's charts, joined in their order."""
    if "\0" in md5sums:
        return None
    row = connection.execute(_FIND, {"md5sums": md5sums.lower()}).one_or_none()
    return None if row is None else CourseClass(*row)
