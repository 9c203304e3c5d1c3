"""Reading a multipart upload. Source: specification, http-api.md section 7."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Request
from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header

from api.http import bodies
from common.errors import UserError

FILE_LIMIT = 16 * 1024 * 1024  # bytes; a file of exactly this size is refused
FIELD_LIMIT = 1024 * 1024  # bytes of a text field
NAME_LIMIT = 100  # bytes of a field's name
PART_LIMIT = 32
HEADER_LIMIT = 16 * 1024  # bytes of a line in the head of a part

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
    parts = _parts(request, who, limit + FIELD_LIMIT)
    if any(not part.name or len(part.name.encode()) > NAME_LIMIT for part in parts):
        raise UserError(400, REFUSED)
    files = [part for part in parts if part.filename]
    if any(part.name != field for part in files) or len(files) > 1:
        raise UserError(400, REFUSED)
    fields = _fields([part for part in parts if part.filename is None])
    if not files:
        return Upload("", b"", fields)
    content = files[0].content
    if len(content) >= limit:
        raise UserError(400, REFUSED)
    return Upload(files[0].filename or "", content, fields)


@dataclass(slots=True)
class _Part:
    """A part of a form. filename: None of a field, "" where no file was chosen."""

    name: str
    filename: str | None
    content: bytes = b""


def _parts(request: Request, who: str, total: int) -> list[_Part]:
    if request.mimetype != "multipart/form-data":
        return []
    try:
        bodies.want(request, total, who)
    except bodies.TooLarge as problem:
        raise UserError(400, REFUSED) from problem
    length = request.content_length
    try:
        parser = PushMultipartParser(
            request.mimetype_params.get("boundary", ""),
            content_length=-1 if length is None else length,
            max_header_size=HEADER_LIMIT,
            max_segment_count=PART_LIMIT,
            header_charset="latin-1",
        )
        return list(_read(parser, request.stream.read, total))
    except (MultipartError, UnicodeError, HTTPException) as problem:
        raise UserError(400, REFUSED) from problem


def _read(parser: PushMultipartParser, read: Callable[[int], bytes], total: int) -> Iterator[_Part]:
    """The parts, each when it is whole."""
    part = _Part("", None)
    pieces: list[bytes] = []
    received = of_fields = 0
    for event in parser.parse_blocking(read):
        if isinstance(event, MultipartSegment):
            part, pieces = _headed(event), []
        elif event is None:
            part.content = b"".join(pieces)
            yield part
        else:
            pieces.append(event)
            received += len(event)
            of_fields += len(event) if part.filename is None else 0
            if received > total or of_fields > FIELD_LIMIT:
                raise ParserLimitReached("too much")


def _headed(segment: MultipartSegment) -> _Part:
    """A part by its head, whose letters are those of UTF-8, or what can be read of them."""
    head = str(segment.header("Content-Disposition", ""))
    _, options = parse_options_header(head.encode("latin-1").decode(errors="replace"))
    return _Part(options.get("name", ""), options.get("filename"))


def _fields(parts: Iterable[_Part]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for part in parts:
        name, value = part.name, part.content.decode(errors="replace")
        if name not in fields:
            fields[name] = value
        elif isinstance(fields[name], list):
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    return fields
