"""Text files of people: which encoding one is in, or a refusal that says so.

Sites hand out UTF-8; spreadsheets save as Shift_JIS (CP932) or "Unicode text" (UTF-16). Nothing
is ever read with replacement characters: they would make titles that no song has.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import Final

from common.errors import FatalImportError

# Lines at the beginning of a file of which one is its header.
HEADER_WITHIN: Final = 10

# Bytes at the beginning of a file that are enough to tell what it is.
ENOUGH: Final = 64 * 1024

# Tried in this order where a file is no UTF-8: its header tells whether it is the one.
_JAPANESE: Final = ("cp932", "euc_jp")

# What other systems put behind the end of a file.
PADDING: Final = b"\0\x1a"

# What ends lines: of these the first that a text has. Where there is a line feed, the others are
# inside of lines.
_LINE_ENDS: Final = (b"\n", b"\r", *(end.encode() for end in "\u2028\u2029\x85"))

# Bytes in which a text in UTF-16 that lacks a byte order mark shows its zeros.
_BEGINNING: Final = 2000

# Japanese text in ISO-2022-JP, from the escape before it to that after it.
_ISO_2022_JP: Final = re.compile(rb"\x1b\$[@B](?:[!-~]{2})+\x1b\([BJ]")

# What the codec makes of bytes that no character of CP932 has.
_UNASSIGNED: Final = re.compile("[\uf8f0-\uf8f3]")

# Stands for a line that is no text; no UTF-8 has this byte.
_NO_TEXT: Final = b"\xff"

REFUSED: Final = (
    "The file's text encoding was not recognised: it is neither UTF-8, UTF-16 nor Shift_JIS"
    " (CP932). Please save it as UTF-8."
)

# How files begin that are no text at all, and what they are.
_OTHERS: Final = {
    b"PK\x03\x04": "a workbook (.xlsx) or another ZIP archive",
    b"PK\x05\x06": "a ZIP archive with nothing in it",
    b"\xd0\xcf\x11\xe0": "a workbook (.xls)",
    b"\x1f\x8b": "compressed (gzip)",
    b"BZh": "compressed (bzip2)",
    b"\xfd7zXZ\0": "compressed (xz)",
    b"\x28\xb5\x2f\xfd": "compressed (Zstandard)",
    b"7z\xbc\xaf\x27\x1c": "an archive (7z)",
    b"Rar!\x1a\x07": "an archive (RAR)",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"{\\rtf": "a text document (RTF)",
    b"SQLite format 3\0": "a database (SQLite)",
}
# The same, of what begins with its length.
_OTHERS_INSIDE: Final = {
    (4, b"ftyp"): "a picture or a film",
    (8, b"WEBPVP8"): "a picture",
}

# What a site sends in place of a file to who is not signed in.
_PAGE: Final = re.compile(rb"\s*<(?:!doctype\s+html|html|head|meta|body|table)\b", re.IGNORECASE)
_PAGE_WITHIN: Final = 1000  # bytes

# Whether a line is the header that the format has.
IsKnown = Callable[[str], bool]


def as_utf8(content: bytes, is_known: IsKnown) -> bytes:
    """The same text in UTF-8, without a byte order mark. Raises FatalImportError (400).

    Where only some lines of it are broken, those stay: whoever decodes them line by line can
    tell which.
    """
    content = from_utf16(content, is_known)
    if _PAGE.match(content[:_PAGE_WITHIN]):
        raise FatalImportError(
            400, "The file is a web page (HTML). Were you signed in where you downloaded it?"
        )
    if b"\x1b" in content and content.isascii() and _ISO_2022_JP.search(content):
        raise FatalImportError(400, f"The file is in ISO-2022-JP. {REFUSED}")
    if is_utf8(content):
        return content
    header = _header(content, "utf-8", is_known)
    if header is not None and (
        not header.isascii() or any(is_utf8(it) and not it.isascii() for it in _lines(content))
    ):
        return content
    for encoding in _JAPANESE:
        if _knows(content, encoding, is_known):
            return b"\n".join(_line_as_utf8(line, encoding) for line in _lines(content))
    raise FatalImportError(400, REFUSED)


def xml_as_utf8(content: bytes) -> bytes:
    """The same XML in UTF-8, without anything before its first tag or behind its last.

    Raises FatalImportError (400).

    What it is in follows from its bytes: declarations are often those of another program.
    """
    text = from_utf16(content, lambda line: line.lstrip().startswith("<")).lstrip()
    text = text.rstrip(PADDING)
    if is_utf8(text):
        return text
    for encoding in _JAPANESE:
        try:
            return text.decode(encoding).encode()
        except UnicodeDecodeError:
            continue
    raise FatalImportError(400, REFUSED)


def from_utf16(content: bytes, is_known: IsKnown) -> bytes:
    """The same text in UTF-8 if it is in UTF-16; else what was given, without a mark.

    Raises FatalImportError (400), also for what is no text.
    """
    what = _other(content)
    if what is not None:
        raise FatalImportError(
            400, f"The file is {what}. Please send the text file (CSV, JSON or XML) itself."
        )
    if content.startswith(codecs.BOM_UTF8):
        # Tools that add a mark do not look whether there is one.
        return without_marks(content)
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FatalImportError(400, f"The file is in UTF-32. {REFUSED}")
    encoding = _utf16(content, is_known)
    return content if encoding is None else without_marks(_utf16_text(content, encoding).encode())


def _other(content: bytes) -> str | None:
    """What it is, if it is no text."""
    for beginning, what in _OTHERS.items():
        if content.startswith(beginning):
            return what
    for (place, mark), what in _OTHERS_INSIDE.items():
        if content.startswith(mark, place):
            return what
    return None


def line_end(text: bytes) -> bytes:
    """What ends the lines of a text in UTF-8, or another encoding that has ASCII as it is."""
    return next((end for end in _LINE_ENDS if end in text), b"\n")


def lines_as_they_stand(content: bytes, is_known: IsKnown) -> tuple[list[bytes], bytes]:
    """The lines of a file in its own encoding, and what stands between them.

    They are as many as those of what `as_utf8` gives. Raises FatalImportError (400).
    """
    encoding = _utf16(content, is_known)
    if encoding is None:
        end = line_end(content)
        return content.split(end), end
    text = _utf16_text(content, encoding)
    mark = line_end(text.encode()).decode()
    return [line.encode(encoding) for line in text.split(mark)], mark.encode(encoding)


def _utf16(content: bytes, is_known: IsKnown) -> str | None:
    """Which of the two forms of UTF-16 it is in; None: in neither."""
    if content.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if content.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    if b"\0" in content[:_BEGINNING]:
        for encoding in ("utf-16-le", "utf-16-be"):
            if _knows(content[: _BEGINNING & ~1], encoding, is_known):
                return encoding
    return None


def without_marks(content: bytes) -> bytes:
    """The same text in UTF-8 without the byte order marks it begins with, however many."""
    while content.startswith(codecs.BOM_UTF8):
        content = content[len(codecs.BOM_UTF8) :]
    return content


def is_utf8(content: bytes) -> bool:
    try:
        codecs.utf_8_decode(content, "strict", True)
    except UnicodeDecodeError:
        return False
    return True


def _utf16_text(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeError:
        raise FatalImportError(
            400, "The file is in UTF-16, but broken: it cannot be decoded. Please save it as UTF-8."
        ) from None


def _knows(content: bytes, encoding: str, is_known: IsKnown) -> bool:
    """Whether one of the first lines, read in this encoding, is a known header."""
    return _header(content, encoding, is_known) is not None


def _header(content: bytes, encoding: str, is_known: IsKnown) -> str | None:
    """The first line that is a known header, read in this encoding."""
    if encoding.startswith("utf-16"):
        lines = content.decode(encoding, "ignore").split("\n", HEADER_WITHIN)
        return next((line for line in lines[:HEADER_WITHIN] if is_known(line)), None)
    for line in content.split(b"\n", HEADER_WITHIN)[:HEADER_WITHIN]:
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            continue
        if is_known(text):
            return text
    return None


def _lines(content: bytes) -> list[bytes]:
    # None of these encodings has a line feed inside a character.
    return content.split(b"\n")


def _line_as_utf8(line: bytes, encoding: str) -> bytes:
    try:
        text = line.decode(encoding)
    except UnicodeDecodeError:
        return _NO_TEXT
    return _NO_TEXT if _UNASSIGNED.search(text) else text.encode()
