"""Courses of BMS, as both of its clients report them.

Source: specification, http-api-ir.md sections 5.2 and 6.2.
"""

from __future__ import annotations

import msgspec
from flask import Response, request
from msgspec import UNSET

from api.hooks import score_hooks
from api.http.parameters import MISSING, explain
from api.http.service import service
from common.catalogue import course_rows
from common.errors import UserError
from common.games.registry import COURSES_OF
from common.jobs.arguments import ClassRise
from common.validation import Violation
from common.validation.violation import path_text


class Raised(msgspec.Struct):
    """The class of a course."""

    set: str
    value: str


def cleared(md5sums: str, unknown: str) -> Response:
    """Raises the class of the course; raises UserError (404, `unknown`) where there is none.

    md5sums: of the course's charts, joined in their order.
    """
    with service().engine.connect() as connection:
        course = course_rows.find(connection, md5sums)
    if course is None:
        raise UserError(404, unknown)
    rise = ClassRise(COURSES_OF.id, course.playtype, course.class_set, course.value)
    return score_hooks.class_raised(score_hooks.raise_class(score_hooks.requester(), rise))


def route(mounted: str) -> str:
    """The path of the request, from where its client's routes begin."""
    return request.path.removeprefix(mounted)


def violation_text(found: Violation) -> str:
    """What is wrong with a course."""
    value = MISSING if found.value is UNSET else found.value
    return explain(path_text(found.path), found.message, value)
