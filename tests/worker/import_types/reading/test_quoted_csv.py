from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import FatalImportError
from worker.import_types.reading import quoted_csv


def read(text: str | bytes) -> list[list[str | None]]:
    content = text.encode() if isinstance(text, str) else text
    return [[row.get("a"), row.get("b")] for row in quoted_csv.read(content)]


def refusal(text: str) -> str:
    with pytest.raises(FatalImportError) as failure:
        read(text)
    assert failure.value.status == 400
    return failure.value.message.removeprefix("Failed to parse CSV: ")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("a,b", []),
        ("a,b\n", []),
        ("a,b\n1,2", [["1", "2"]]),
        ("a,b\r\n1,2\r\n3,\r\n", [["1", "2"], ["3", ""]]),
        ("b,a\n1,2\n", [["2", "1"]]),
        ("a,x\n 1 ,2\n", [[" 1 ", None]]),
        ('a,b\n"1,2","say ""hi"""\n', [["1,2", 'say "hi"']]),
        ('a,b\n"",""\n', [["", ""]]),
        ('"a","b"\n"1\r\n2",3\n4,5', [["1\r\n2", "3"], ["4", "5"]]),
        ("a,b\n\n1,2\n\r\n\n", [["1", "2"]]),
        ("\ufeffa,b\n1,2", [["1", "2"]]),
    ],
)
def test_records_are_read_by_the_names_of_their_columns(text: str, rows: Any) -> None:
    assert read(text) == rows


def test_bytes_that_are_no_utf8_do_not_stop_the_reading() -> None:
    assert read(b"a,b\n\xff,\0") == [["�", "\0"]]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("a,b\n1", "Invalid Record Length: columns length is 2, got 1 on line 2"),
        ("a,b\n1,2\n1,2,3", "Invalid Record Length: columns length is 2, got 3 on line 3"),
        ('a,b\n"1\n2",3\n4', "Invalid Record Length: columns length is 2, got 1 on line 4"),
        ('a,b\n1,x"y', "Invalid Opening Quote: a quote is found inside a field at line 2"),
        (
            'a,b\n1,"x',
            "Quote Not Closed: the parsing is finished with an opening quote at line 2",
        ),
        (
            'a,b\n1,"x"y',
            'Invalid Closing Quote: got "y" at line 2 instead of delimiter, record delimiter,'
            " trimable character (if activated) or comment",
        ),
        ("," * 100, "there are more than 100 columns"),
    ],
)
def test_what_is_no_proper_csv_is_refused(text: str, detail: str) -> None:
    assert refusal(text) == detail


@given(st.lists(st.tuples(st.text(), st.text(min_size=1)), min_size=1))
def test_any_texts_come_back_from_quotes(rows: list[tuple[str, str]]) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = [",".join(map(quoted, row)) for row in rows]

    assert read("a,b\n" + "\n".join(lines)) == [list(row) for row in rows]
