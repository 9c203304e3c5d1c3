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


def only_failed(path: Path, errors: Sequence[Mapping[str, Any]]) -> Upload | None:
    """Of a file only the entries that the errors are about; None where there are none.

    errors: of one file or of several; those that name another file do not count. Raises
    CommandError where the file is of a kind that cannot be taken apart.
    """
    mine = [error for error in errors if error.get("file") in (path.name, str(path), None, "")]
    if any(error["type"] == WHOLE for error in mine):
        return whole(path)
    if not mine:
        return None
    content = path.read_bytes()
    if content.lstrip()[:1] == b"{":
        return _scores(path, content, {error["index"] for error in mine})
    if path.suffix.lower() == ".csv":
        return _rows(path, content, {error.get("identifier") for error in mine})
    raise CommandError(f"{path}: only batch-manual and CSV files can be sent in part")


def _scores(path: Path, content: bytes, indexes: set[int | None]) -> Upload:
    """The batch-manual document with only these scores."""
    try:
        document = json.loads(content)
        places = [place for place in range(len(document["scores"])) if place in indexes]
        document["scores"] = [document["scores"][place] for place in places]
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} is no batch-manual document: {error}") from error
    # What the document says of classes was taken the first time.
    document.pop("classes", None)
    return Upload(path.name, json.dumps(document, ensure_ascii=False).encode(), places)


def _rows(path: Path, content: bytes, titles: set[Any]) -> Upload:
    """The CSV with only the rows that have one of these titles in a cell, as they stand there."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CommandError(f"{path}: only CSV files in UTF-8 can be sent in part") from error
    kept = io.StringIO()
    writer = csv.writer(kept)
    rows = csv.reader(io.StringIO(text, newline=""))
    for number, row in enumerate(rows):
        if number == 0 or titles.intersection(row):
            writer.writerow(row)
    return Upload(path.name, kept.getvalue().encode())
