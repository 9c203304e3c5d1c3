"""Reading a multipart upload. Source: specification, http-api.md section 7."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO, Any

from flask import Request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser

from api.http import bodies
from common.errors import UserError

FILE_LIMIT = 16 * 1024 * 1024  # bytes; a file of exactly this size is refused
FIELD_LIMIT = 1024 * 1024  # bytes of a text field
NAME_LIMIT = 100  # bytes of a field's name
PART_LIMIT = 32
TOTAL_LIMIT = FILE_LIMIT + FIELD_LIMIT

REFUSED = "File provided was too large, corrupt, or provided in the wrong field."


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload: one file, and the form's text fields (a repeated field is a list)."""

    filename: str
    content: bytes
    fields: dict[str, Any]


def read_upload(request: Request, field: str, who: str, limit: int = FILE_LIMIT) -> Upload:
    """Reads the request's one file, sent as `field`, for `who`; raises UserError 400.

    limit: the bytes that it has less than.
    """
    upload = read_form(request, field, who, limit)
    if not upload.filename:
        raise UserError(400, f"Expected a file for field {field}.")
    return upload


def read_form(request: Request, field: str, who: str, limit: int = FILE_LIMIT) -> Upload:
    """The same, where the file may be missing: its name and content are empty then.

    limit: the bytes that a file has less than.
    """
    form, files = _parse(request, who, limit + FIELD_LIMIT)
    named = [(name, file) for name, file in files if file.filename]
    for name, _ in [*form, *files]:
        if not name or len(name.encode()) > NAME_LIMIT:
            raise UserError(400, REFUSED)
    if any(name != field for name, _ in named) or len(named) > 1:
        raise UserError(400, REFUSED)
    if not named:
        return Upload("", b"", _fields(form))
    content = named[0][1].stream.read()
    if len(content) >= limit:
        raise UserError(400, REFUSED)
    return Upload(named[0][1].filename or "", content, _fields(form))


def _parse(
    request: Request, who: str, total: int
) -> tuple[list[tuple[str, str]], list[tuple[str, FileStorage]]]:
    if request.mimetype != "multipart/form-data":
        return [], []
    try:
        bodies.want(request, total, who)
    except bodies.TooLarge as problem:
        raise UserError(400, REFUSED) from problem
    parser = FormDataParser(
        stream_factory=_in_memory,
        max_form_memory_size=FIELD_LIMIT,
        max_content_length=total,
        max_form_parts=PART_LIMIT,
        silent=False,
    )
    try:
        _, form, files = parser.parse(
            request.stream, request.mimetype, request.content_length, request.mimetype_params
        )
    except (ValueError, HTTPException) as problem:
        raise UserError(400, REFUSED) from problem
    return list(form.items(multi=True)), list(files.items(multi=True))


def _in_memory(*_: Any, **__: Any) -> IO[bytes]:
    return io.BytesIO()


def _fields(form: list[tuple[str, str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in form:
        if name not in fields:
            fields[name] = value
        elif isinstance(fields[name], list):
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    return fields
