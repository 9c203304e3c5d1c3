"""Messages of protocol buffers as the objects that import types read.

Keys in camelCase, enums as numbers, what is not set at its default; a message that is not set
is left out. Source: specification, import-types/api-myt.md section 6.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message


def data_point(message: Message) -> dict[str, Any]:
    """Fields that are repeated are of no interest to any import type: they are left out."""
    scalars, messages = _plan(message.DESCRIPTOR)
    point = {key: getattr(message, name) for name, key in scalars}
    for name, key in messages:
        if message.HasField(name):
            point[key] = data_point(getattr(message, name))
    return point


_Fields = list[tuple[str, str]]


@cache
def _plan(descriptor: Descriptor) -> tuple[_Fields, _Fields]:
    """The names and keys of the plain fields, and of those that are messages."""
    single = [field for field in descriptor.fields if not field.is_repeated]
    return (
        [(each.name, each.json_name) for each in single if not _is_message(each)],
        [(each.name, each.json_name) for each in single if _is_message(each)],
    )


def _is_message(field: FieldDescriptor) -> bool:
    return field.message_type is not None
