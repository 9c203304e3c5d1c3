"""Lists of imports: of everybody, and of a user.

Source: specification, http-api-import.md sections 4, 5 and 9 to 11.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec
from flask import Response
from marshmallow import Schema, ValidationError, fields

from api.http import owners
from api.http.answers import streamed, success
from api.http.dialects import ApiBlueprint
from api.http.endpoint import endpoint
from api.http.service import service
from api.jobs.door import enabled_import_types
from common.accounts.user_documents import user as user_document
from common.imports import import_rows
from common.imports.import_documents import (
    FailedImportList,
    ImportDocument,
    ImportList,
    ImportSummary,
    ImportTracker,
    ImportTypeCount,
    import_document,
    summary,
    tracker,
)
from common.imports.import_rows import Wanted
from common.profiles import profile_rows
from common.text.json_pieces import array
from common.text.numbers import MAX_EXACT_INTEGER

blueprint = ApiBlueprint("import_lists", __name__)

MOST: Final = 500
_BOOLEANS: Final = {"true": True, "false": False}


def _is_lenient() -> bool:
    """Whether a value that makes no sense is no failure: with documents of version 3 alone."""
    return not service().settings.dialect.has_v2


def _import_type(value: Any) -> Any:
    enabled = enabled_import_types(service().settings)
    if value not in enabled and not _is_lenient():
        raise ValidationError(f"Expected any of {', '.join(enabled)}.")
    return value


def _boolean(value: Any) -> bool:
    if value in _BOOLEANS:
        return _BOOLEANS[value]
    if not _is_lenient():
        raise ValidationError("Expected any of true, false.")
    return False


def _number(low: int, high: int) -> Any:
    def deserialize(value: Any) -> int:
        text = str(value)
        if not (text.isascii() and text.isdigit() and low <= int(text[:17]) <= high):
            raise ValidationError(f"Expected an integer between {low} and {high}.")
        return int(text)

    return deserialize


class ImportQuery(Schema):
    """Which imports to list."""

    importType = fields.Function(
        deserialize=_import_type,
        metadata={"type": "string", "description": "only of this import type"},
    )
    userIntent = fields.Function(
        deserialize=_boolean,
        metadata={
            "type": "string",
            "enum": ["true", "false"],
            "description": "only those a person (or a program by itself) asked for",
        },
    )
    limit = fields.Function(
        deserialize=_number(1, MOST),
        load_default=MOST,
        metadata={
            "type": "integer",
            "minimum": 1,
            "maximum": MOST,
            "default": MOST,
            "description": "how many to show",
        },
    )
    before = fields.Function(
        deserialize=_number(0, MAX_EXACT_INTEGER),
        metadata={
            "type": "integer",
            "minimum": 0,
            "maximum": MAX_EXACT_INTEGER,
            "description": "only those that are older: the time of the last one of a page",
        },
    )
    beforeID = fields.String(
        metadata={"description": "the importID of the last one, where several have its time"}
    )


@blueprint.get("/imports")
@endpoint("The imports that finished last, of all users.", query=ImportQuery(), answers=ImportList)
def imports(query: dict[str, Any]) -> Response:
    engine, wire = service().engine, service().settings.dialect
    with engine.connect() as connection:
        found = import_rows.finished(connection, _wanted(query))

    def pieces() -> Iterator[bytes]:
        owners_seen: set[int] = set()

        def document(row: Any) -> Any:
            owners_seen.add(row.user_id)
            return import_document(row, row.score_ids, wire)

        yield b'{"imports":'
        yield from array(found, document)
        yield b',"users":'
        with engine.connect() as connection:
            rows = profile_rows.users_by_id(connection, owners_seen)
        yield from array(rows, user_document)
        yield b"}"

    return streamed(f"Found {found.count} imports.", pieces())


@blueprint.get("/imports/failed")
@endpoint(
    "The imports that failed, of all users, those first that were submitted last.",
    query=ImportQuery(),
    answers=FailedImportList,
)
def failed_imports(query: dict[str, Any]) -> Response:
    with service().engine.connect() as connection:
        rows = import_rows.failed(connection, _wanted(query))
        users = profile_rows.users_by_id(connection, {row.user_id for row in rows})
    body = FailedImportList([*map(tracker, rows)], [*map(user_document, users)])
    return success(f"Found {len(rows)} failed imports.", body)


@blueprint.get("/users/<user>/imports")
@endpoint(
    "A user's imports that finished last.",
    query=ImportQuery(),
    answers=list[ImportDocument],
    errors={404: "There is no such user."},
)
def imports_of_user(user: str, query: dict[str, Any]) -> Response:
    engine, wire = service().engine, service().settings.dialect
    user_id = owners.user_of(user, engine)
    with engine.connect() as connection:
        found = import_rows.finished(connection, _wanted(query, user_id))
    pieces = array(found, lambda row: import_document(row, row.score_ids, wire))
    return streamed(f"Found {found.count} imports.", pieces)


@blueprint.get("/users/<user>/imports/summaries")
@endpoint(
    "A user's imports that finished last, in short: their scores and errors are only counted.",
    query=ImportQuery(),
    answers=list[ImportSummary],
    errors={404: "There is no such user."},
)
def summaries_of_user(user: str, query: dict[str, Any]) -> Response:
    engine = service().engine
    user_id = owners.user_of(user, engine)
    with engine.connect() as connection:
        rows = import_rows.summaries(connection, _wanted(query, user_id))
    return success(f"Found {len(rows)} imports.", [*map(summary, rows)])


@blueprint.get("/users/<user>/imports/failed")
@endpoint(
    "A user's imports that failed.",
    query=ImportQuery(),
    answers=list[ImportTracker],
    errors={404: "There is no such user."},
)
def failed_imports_of_user(user: str, query: dict[str, Any]) -> Response:
    engine = service().engine
    user_id = owners.user_of(user, engine)
    with engine.connect() as connection:
        rows = import_rows.failed(connection, _wanted(query, user_id))
    return success(f"Found {len(rows)} failed imports.", msgspec.to_builtins([*map(tracker, rows)]))


@blueprint.get("/users/<user>/recent-imports")
@endpoint(
    "Which import types a user chose in the last 28 days, those first that were chosen most.",
    answers=list[ImportTypeCount],
    errors={404: "There is no such user."},
)
def recent_imports(user: str) -> Response:
    engine = service().engine
    user_id = owners.user_of(user, engine)
    with engine.connect() as connection:
        counts = import_rows.recent_types(connection, user_id)
    body = [ImportTypeCount(name, count) for name, count in counts.items()]
    return success(f"Found {len(body)} imports.", body)


def _wanted(query: dict[str, Any], user_id: int | None = None) -> Wanted:
    return Wanted(
        limit=query["limit"],
        user_id=user_id,
        import_type=query.get("importType"),
        user_intent=query.get("userIntent"),
        before=query.get("before"),
        before_id=query.get("beforeID", ""),
    )
