"""The errors of imports as a file, and the file that sends what is in it again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.errors import CommandError
from common.errors import FatalImportError

COLUMNS: Final = ("file", "importID", "index", "identifier", "difficulty", "type", "message")
# Of the line that stands for all entries of a file whose import failed as a whole.
WHOLE: Final = "ImportFailed"


@dataclass(frozen=True)
class Upload:
    """What is sent of a file. places: of each entry that is sent, its index in the file."""

    name: str
    content: bytes
    places: Sequence[int] | None = None

    def index(self, sent: int | None) -> int | None:
        """The index in the file of an entry that was sent."""
        if self.places is None or sent is None or sent >= len(self.places):
            return sent
        return self.places[sent]


def write(path: Path, errors: Sequence[Mapping[str, Any]]) -> None:
    """Writes error lines as JSON, or as CSV where the file is called so."""
    if path.suffix.lower() == ".csv":
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(errors)
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
    else:
        path.write_text(json.dumps(errors, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read(path: Path) -> list[dict[str, Any]]:
    """The error lines of a file that `write` wrote. Raises CommandError."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix.lower() == ".csv":
            lines: Any = [
                line | {"index": int(line["index"]) if line["index"] else None}
                for line in csv.DictReader(io.StringIO(text))
            ]
        else:
            lines = json.loads(text)
        for line in lines:
            if not isinstance(line["index"], int | None) or not isinstance(line["type"], str):
                raise TypeError(f"no error line: {line}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} is no file of `submit --errors`: {error}") from error
    return list(lines)


def whole(path: Path) -> Upload:
    """All of a file."""
    return Upload(path.name, path.read_bytes())


def only_failed(path: Path, import_type: str, errors: Sequence[Mapping[str, Any]]) -> Upload | None:
    """Of a file only the entries that the errors are about; None where there are none.

    errors: of one file or of several; those that name another file do not count. Raises
    CommandError where the file cannot be taken apart.
    """
    # Reading scores loads all games, which no other command of these needs.
    from worker.import_types import registry
    from worker.import_types.base import CanBeParted

    of_file = [error for error in errors if error.get("file") in (path.name, str(path), None, "")]
    if any(error["type"] == WHOLE for error in of_file):
        return whole(path)
    indexes = frozenset(error["index"] for error in of_file if error["index"] is not None)
    if not indexes:
        return None
    kind = registry.IMPORT_TYPES.get(import_type)
    if not isinstance(kind, CanBeParted):
        raise CommandError(f"{path}: what is imported as {import_type} is only sent as a whole")
    try:
        part = kind.part(path.read_bytes(), indexes)
    except FatalImportError as error:
        raise CommandError(f"{path}: {error.message}") from error
    if indexes.isdisjoint(part.places):
        raise CommandError(f"{path} has none of the entries that failed")
    return Upload(path.name, part.content, part.places)
