from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import FatalImportError
from worker.import_types.reading.encodings import as_utf8, from_utf16, xml_as_utf8

HEADER = "楽曲名,難易度"
TEXT = f"{HEADER}\n表示～①,Ⅸ\n"


def is_known(line: str) -> bool:
    return line == HEADER


# Of CSV, JSON and XML.
READERS: tuple[Callable[[bytes], object], ...] = (
    lambda content: as_utf8(content, is_known),
    lambda content: from_utf16(content, is_known),
    xml_as_utf8,
)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF8 * 2 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("cp932"),
        f"{HEADER}\n表示,9\n".encode("euc_jp"),
    ],
)
def test_what_people_save_is_recognised(content: bytes) -> None:
    expected = f"{HEADER}\n表示,9\n" if b"\xc9\xbd" in content else TEXT
    assert as_utf8(content, is_known).decode() == expected


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("utf-32"),
        b"\xff\xfe\x00\xd8",  # half a character in UTF-16
        "Čeština,ß\n".encode("iso8859-2"),
        "別の見出し\n".encode("cp932"),  # not known to be what it looks like
    ],
)
def test_what_is_not_recognised_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(FatalImportError, match=r"UTF-8") as failure:
        as_utf8(content, is_known)
    assert failure.value.status == 400


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04\x14\x00\x06\x00", "a workbook (.xlsx) or another ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook (.xls)"),
        (gzip.compress(TEXT.encode(), mtime=0), "compressed (gzip)"),
        (bz2.compress(TEXT.encode()), "compressed (bzip2)"),
        (lzma.compress(TEXT.encode()), "compressed (xz)"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "an archive (7z)"),
        (b"Rar!\x1a\x07\1\0", "an archive (RAR)"),
        (b"\0\0\0\x18ftypheic", "a picture or a film"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "a picture"),
        (b"{\\rtf1\\ansi", "a text document (RTF)"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a picture"),
    ],
)
@pytest.mark.parametrize("read", READERS)
def test_what_is_no_text_is_called_by_its_name(
    read: Callable[[bytes], object], content: bytes, what: str
) -> None:
    with pytest.raises(FatalImportError) as failure:
        read(content)

    assert failure.value.status == 400
    assert failure.value.message.startswith(f"The file is {what}. ")


@pytest.mark.parametrize(
    "content", [b"<!DOCTYPE html>\n<html>", b"\xef\xbb\xbf\r\n <HTML lang=ja>"]
)
def test_a_page_in_place_of_a_table_is_called_by_its_name(content: bytes) -> None:
    with pytest.raises(FatalImportError, match=r"^The file is a web page \(HTML\)\. "):
        as_utf8(content, is_known)


def test_a_broken_line_stays_broken_and_the_others_as_they_are() -> None:
    utf8 = HEADER.encode() + b"\n\x88\xff,1\nok,2"
    shift_jis = HEADER.encode("cp932") + b"\n\x88\xff\xff,1\n" + "曲,2".encode("cp932")

    assert as_utf8(utf8, is_known) == utf8
    assert as_utf8(shift_jis, is_known) == HEADER.encode() + b"\n\xff\n" + "曲,2".encode()


def test_headers_without_japanese_leave_it_to_the_rows() -> None:
    def known(line: str) -> bool:
        return line == "title,score"

    rows = "title,score\n曲,1\n".encode("cp932")
    mixed = "title,score\n曲,1\n".encode() + b"\x88\xff,2\n"

    assert as_utf8(rows, known).decode() == "title,score\n曲,1\n"
    assert as_utf8(mixed, known) == mixed


@given(st.text())
def test_any_utf8_and_any_marked_utf16_stays_what_it_is(text: str) -> None:
    plain = text.removeprefix("\ufeff")
    if "\0" not in plain:
        assert as_utf8(plain.encode(), is_known).decode() == plain
        marked = codecs.BOM_UTF16_LE + plain.encode("utf-16-le")
        assert from_utf16(marked, is_known).decode() == plain


@given(st.binary())
def test_nothing_is_ever_replaced(content: bytes) -> None:
    with suppress(FatalImportError):
        text = as_utf8(content, is_known).decode(errors="ignore")
        assert "\ufffd" not in text or "\ufffd" in content.decode(errors="ignore")
