from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import FatalImportError
from worker.import_types.reading import naive_csv


def test_lines_are_split_at_commas() -> None:
    table = naive_csv.read("a,b,ｃ\n1,,3\n\n4,5 , 6".encode())

    assert table.headers == ["a", "b", "ｃ"]
    assert list(table.rows()) == [["1", "", "3"], ["4", "5 ", " 6"]]


def test_a_byte_order_mark_is_no_content() -> None:
    assert naive_csv.read(b"\xef\xbb\xbfa,b\n1,2").headers == ["a", "b"]


def test_bytes_that_are_no_utf8_do_not_stop_the_reading() -> None:
    assert list(naive_csv.read(b"a,b\n\xff,2").rows()) == [["�", "2"]]


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('"x"', "x"),
        ('""', ""),
        ('"', '"'),
        ('"x', '"x'),
        ('x"y"', 'x"y"'),
        ('"say "hi""', 'say "hi"'),
        ('""""', '""'),
        (' "x"', ' "x"'),
        ('"x"\r', '"x"\r'),
        ('"a\u2028b"', '"a\u2028b"'),
    ],
)
def test_only_a_cell_that_is_all_quoted_loses_its_quotes(cell: str, read: str) -> None:
    assert list(naive_csv.read(f"a,b\n1,{cell}".encode()).rows()) == [["1", read]]


def test_headers_keep_their_quotes_and_a_carriage_return() -> None:
    assert naive_csv.read(b'"a",b\r\n1,2\r\n').headers == ['"a"', "b\r"]


def test_lines_without_a_comma_are_skipped_but_counted() -> None:
    content = b"a,b\n\n\r\nx\n1,2\n1,2,3"

    with pytest.raises(FatalImportError) as failure:
        naive_csv.read(content)

    assert failure.value.status == 400
    assert failure.value.message == "Row 5 has an invalid amount of cells (3, expected 2)."


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "Expected headers, but received nothing in the first row."),
        ("x" * 1001, "Headers were longer than 1000 characters long."),
        ("," * 50 + "x", "Too many CSV headers."),
        ("," * 51, "Too many CSV headers."),
        # Read from left to right, whichever limit is crossed first.
        ("x" * 949 + "," * 50 + "xx", "Too many CSV headers."),
        ("x" * 950 + "," * 50 + "xx", "Headers were longer than 1000 characters long."),
        ("," * 49 + "x" * 1000 + ",,", "Headers were longer than 1000 characters long."),
    ],
)
def test_bad_headers_are_refused(line: str, message: str) -> None:
    with pytest.raises(FatalImportError) as failure:
        naive_csv.read(line.encode())

    assert failure.value.message == message


@pytest.mark.parametrize(
    ("line", "count"), [("x" * 1000, 1), ("," * 49, 50), ("," * 50, 51), ("😭" * 999 + ",", 2)]
)
def test_headers_up_to_the_limits_are_fine(line: str, count: int) -> None:
    assert len(naive_csv.read(line.encode()).headers) == count


@given(st.binary())
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(FatalImportError):
        table = naive_csv.read(content)
        assert {len(row) for row in table.rows()} <= {len(table.headers)}
