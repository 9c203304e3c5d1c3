from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import FatalImportError
from worker.import_types.base import RefusedEntry
from worker.import_types.reading import csv_table
from worker.import_types.reading.csv_table import MAX_BROKEN_ROWS, header_key


def read(content: bytes | str) -> csv_table.Table:
    data = content if isinstance(content, bytes) else content.encode()
    return csv_table.read(data, lambda columns: {"a", "b", "c"} <= columns.keys())


def rows(content: bytes | str) -> list[list[str] | RefusedEntry]:
    return [row if isinstance(row, RefusedEntry) else list(row) for row in read(content).rows()]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("1,2,3", ["1", "2", "3"]),
        ("1,,", ["1", "", ""]),
        (" 1 ,2,3 ", [" 1 ", "2", "3 "]),
        ('"1",2,"3"', ["1", "2", "3"]),
        # As spreadsheets write commas and quotes.
        ('"19,November",2,3', ["19,November", "2", "3"]),
        ('"say ""hi""",2,3', ['say "hi"', "2", "3"]),
        ('"say ""a,b""",2,3', ['say "a,b"', "2", "3"]),
        # As the site writes quotes.
        ('say "hi",2,3', ['say "hi"', "2", "3"]),
        ('"hi" she said,2,3', ['"hi" she said', "2", "3"]),
        ('",2,3', ['"', "2", "3"]),
        ('1,",3', ["1", '"', "3"]),
        # As Tachi's export writes commas.
        ("19\\,November,2,3", ["19,November", "2", "3"]),
        ("a\\,b\\,c,2,3\\,4", ["a,b,c", "2", "3,4"]),
        ("back\\slash,2,3", ["back\\slash", "2", "3"]),
        ("ends\\,2,3", ["ends\\", "2", "3"]),
        # Spreadsheets fill up rows.
        ("1,2,3,,", ["1", "2", "3"]),
        ('"[1,2]","[3,4]",5', ["[1,2]", "[3,4]", "5"]),
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_row_is_read_in_whatever_dialect_it_is(line: str, cells: list[str], end: str) -> None:
    between = end or "\n"
    assert rows(f"a,b,c{between}{line}{end}") == [cells]


@pytest.mark.parametrize("blank", ["", " ", ",,", " , , ", '"","",""', "\r", "\x1a"])
def test_blank_lines_are_no_rows(blank: str) -> None:
    assert rows(f"a,b,c\n{blank}\n1,2,3\n{blank}") == [["1", "2", "3"]]


def test_a_cell_in_quotes_may_hold_line_breaks() -> None:
    assert rows('a,b,c\n"one\r\ntwo",2,3\n4,5,6') == [["one\ntwo", "2", "3"], ["4", "5", "6"]]


def test_a_quote_that_is_never_closed_breaks_its_own_row_only() -> None:
    broken, fine = rows('a,b,c\n"one,2\n4,5,6')

    assert isinstance(broken, RefusedEntry)
    assert fine == ["4", "5", "6"]


@pytest.mark.parametrize(("line", "got"), [("1,2", 2), ("1,2,3,4", 4), ("1", 1), ('"1,2', 2)])
def test_a_broken_row_is_told_by_its_number(line: str, got: int) -> None:
    found = rows(f"a,b,c\n1,2,3\n\n{line}\n4,5,6")

    assert found == [
        ["1", "2", "3"],
        RefusedEntry(f"Row 3 has an invalid amount of cells ({got}, expected 3).", line),
        ["4", "5", "6"],
    ]


def test_a_row_that_is_no_text_is_told_by_its_number() -> None:
    [row] = rows(b"a,b,c\n\xff\xff,2,3")

    assert row == RefusedEntry("Row 1 is not text in the file's encoding.", "")


def test_a_file_of_nothing_but_broken_rows_is_refused() -> None:
    with pytest.raises(FatalImportError, match=r"^More than 1000 rows are broken"):
        rows("a,b,c\n" + "1,2\n" * (MAX_BROKEN_ROWS + 1))
    assert len(rows("a,b,c\n" + "1,2\n" * MAX_BROKEN_ROWS)) == MAX_BROKEN_ROWS


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_what_separates_cells_shows_in_the_header(delimiter: str) -> None:
    text = "a,b,c\n1,2,3\n".replace(",", delimiter)
    assert rows(text) == [["1", "2", "3"]]
    assert rows(text.encode("utf-16")) == [["1", "2", "3"]]


def test_a_header_is_known_whatever_surrounds_it() -> None:
    table = read('\ufeff "A" ,Ｂ,\u3000c,a\n1,2,3,4')

    assert table.columns == {"a": 0, "b": 1, "c": 2}
    assert header_key(" EX スコア") == header_key("ＥＸスコア") == "exスコア"


def test_columns_are_taken_in_the_order_asked_for() -> None:
    table = read("b,x,c,a\n1,2,3,4")
    places = [table.columns.get(name, -1) for name in ("a", "b", "c", "d")]

    wanted: list[tuple[list[int], tuple[str, ...]]] = [
        (places, ("4", "1", "3", "")),
        ([], ()),
        ([2], ("3",)),
        ([2, 0], ("3", "1")),
    ]
    for asked_for, cells in wanted:
        assert list(map(tuple, table.rows(asked_for))) == [cells]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "Expected headers, but received nothing in the first row."),
        (b"\n1,2", "Expected headers, but received nothing in the first row."),
        (b"x" * 1001, "Headers were longer than 1000 characters long."),
        (b"x," * 51, "Too many CSV headers."),
        (b"," * 50 + b"x", "Too many CSV headers."),
        (b"x" * 1000 + b"," * 50, "Headers were longer than 1000 characters long."),
    ],
)
def test_a_header_that_nobody_knows_has_limits(content: bytes, message: str) -> None:
    with pytest.raises(FatalImportError) as failure:
        read(content)
    assert (failure.value.status, failure.value.message) == (400, message)


def test_a_header_that_is_known_may_be_as_wide_as_it_likes() -> None:
    assert len(read("a,b,c," + "more" * 300 + ",x" * 100).headers) == 104


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\n\r"))


@given(st.lists(st.tuples(CELL, CELL, CELL).filter(lambda row: any(map(str.strip, row)))))
def test_whatever_a_csv_writer_writes_is_read(table: list[tuple[str, str, str]]) -> None:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("a", "b", "c"), *table])

    assert rows(file.getvalue()) == [list(row) for row in table]


@given(st.binary())
def test_any_bytes_are_rows_or_broken_rows(content: bytes) -> None:
    for row in rows(b"a,b,c\n" + content):
        assert isinstance(row, RefusedEntry) or len(row) == 3


@pytest.mark.parametrize("end", ["\r", "\u2028", "\u2029", "\x85"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_lines_may_end_as_nobody_ends_them(end: str, encoding: str) -> None:
    assert rows(f"a,b,c{end}1,2,3{end}".encode(encoding)) == [["1", "2", "3"]]


def test_byte_order_marks_count_for_nothing_wherever_files_were_put_together() -> None:
    file = "\ufeffa,b,c\n1,2,3\n"
    assert rows("\ufeff" + file + file) == [["1", "2", "3"]] * 2
    assert rows(file.encode("utf-16") * 2) == [["1", "2", "3"]] * 2


def test_a_column_that_is_there_twice_must_say_the_same() -> None:
    table = read("a,b,c,A\n1,2,3,1 \n1,2,3,4\n1,2,3,\n")
    same, *others = table.rows([0, 1])
    assert list(same) == ["1", "2"]
    told = "The column a is there twice, and says different things: 1 and "
    assert others == [
        RefusedEntry(f"{told}4.", "1,2,3,4"),
        RefusedEntry(f"{told}.", "1,2,3,"),
    ]
    # Where it is not asked for, nobody minds.
    assert len([row for row in table.rows([1, 2]) if not isinstance(row, RefusedEntry)]) == 3


@pytest.mark.parametrize("header", ["a (pt),b,c", "a,b[回],c（％）"])
def test_a_header_may_have_a_unit(header: str) -> None:
    assert read(f"{header}\n1,2,3\n").columns.items() >= {"a": 0, "b": 1, "c": 2}.items()


def test_of_two_headers_that_differ_in_what_is_in_brackets_none_is_taken() -> None:
    with pytest.raises(KeyError):
        _ = read("b,c,a,x(1),x(2)\n").columns["x"]


def test_rows_that_a_spreadsheet_took_for_one_cell_are_rows() -> None:
    content = '"a,b,""c"""\n"1,2,3"\n"1,""2,5"",3"\n4,5,6\n'
    assert rows(content) == [["1", "2", "3"], ["1", "2,5", "3"], ["4", "5", "6"]]
    assert rows(content.encode("utf-16")) == rows(content)
