"""From the bytes of a BATCH-MANUAL file to JSON."""

from __future__ import annotations

import json
import re
from collections import Counter
from contextlib import suppress
from typing import Any, Final

import orjson

from common.errors import FatalImportError
from common.text import json_reading
from worker.import_types.reading.encodings import PADDING, REFUSED, from_utf16, is_utf8

FOREWORD: Final = "Invalid BATCH-MANUAL"

# Objects and lists in a file. Not a tenth of it is needed by as many scores as fit into one;
# a file of nothing else would take a hundred times its size in memory.
MAX_CONTAINERS: Final = 1_000_000

# Of two lists of scores JSON takes the second: those of the first would be lost without a word.
_SCORES: Final = b'"scores"'

# What Python and others write that is no JSON, for a number that there is not.
_NO_NUMBER: Final = re.compile(rb"[\[:,]\s*-?(?:NaN|Infinity)\b")


def utf8_of(content: bytes) -> bytes:
    """A file in UTF-8, without what other systems put behind its end."""
    content = from_utf16(content, _begins_like_json)
    return content.rstrip(PADDING)


def _begins_like_json(line: str) -> bool:
    return line.lstrip()[:1] in ("{", "[")


def refuse_endless(content: bytes) -> None:
    if content.count(b"{") + content.count(b"[") > MAX_CONTAINERS:
        raise FatalImportError(
            400, f"Invalid BATCH-MANUAL (More than {MAX_CONTAINERS} objects and lists.)"
        )


def refuse_second_list(content: bytes) -> None:
    """Raises FatalImportError (400) where the document has two lists of scores."""
    if content.count(_SCORES) < 2:
        return

    def one_of_each(members: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(members)
        if len(found) < len(members) and "meta" in found:
            names = [name for name, _ in members]
            twice = ", ".join(name for name in found if names.count(name) > 1)
            raise FatalImportError(
                400, f"{FOREWORD} (It has more than one of {twice}: they cannot all count.)"
            )
        return found

    with suppress(ValueError, RecursionError):
        json.loads(content, object_pairs_hook=one_of_each)


def decoded(content: bytes) -> Any:
    try:
        return json_reading.loads(content)
    except orjson.JSONDecodeError as error:
        # Other encodings may look like each other, and titles would be others: none is guessed.
        what = error if is_utf8(content) else f"{error}: {REFUSED}"
        raise FatalImportError(400, f"Invalid JSON. ({what})") from None


def decoded_leniently(content: bytes) -> tuple[Any, list[str]]:
    """The same, with null for what is no number; and a warning, where there was any."""
    if not _NO_NUMBER.search(content):
        return decoded(content), []
    found: Counter[str] = Counter()
    try:
        document = json.loads(content, parse_constant=lambda name: found.update([name]))
        text = json.dumps(document).encode()
    except (ValueError, RecursionError):
        return decoded(content), []
    # Else it is what any file is.
    told = ", ".join(f"{name} ({count})" for name, count in found.items())
    return decoded(text), [f"What is no number was taken as absent: {told}."] if found else []
