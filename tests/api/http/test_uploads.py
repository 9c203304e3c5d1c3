"""Forms as programs send them: browsers, curl, requests, .NET, and odd ones."""

from __future__ import annotations

import io

import pytest
from flask import Request

from api.http.uploads import FIELD_LIMIT, Upload, read_form, read_upload
from common.errors import UserError


def form(body: bytes, boundary: str = "B", length: int | None = None) -> Request:
    return Request(
        {
            "REQUEST_METHOD": "POST",
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body) if length is None else length),
            "CONTENT_TYPE": f"multipart/form-data; boundary={boundary}",
        }
    )


def part(head: str, content: bytes, *more: str) -> bytes:
    lines = "\r\n".join((f"Content-Disposition: form-data; {head}", *more))
    return f"--B\r\n{lines}\r\n\r\n".encode() + content + b"\r\n"


END = b"--B--\r\n"
FIELD = part('name="importType"', b"file/batch-manual")


@pytest.mark.parametrize(
    ("head", "filename"),
    [
        ('name="scoreData"; filename="scores.json"', "scores.json"),
        ("name=scoreData; filename=scores.json", "scores.json"),
        ('filename="scores.json"; name="scoreData"', "scores.json"),
        # Python's requests, of a name that is not ASCII.
        ("name=\"scoreData\"; filename*=utf-8''%E6%9B%B2.csv", "曲.csv"),
        # .NET sends both.
        ("name=scoreData; filename=x.csv; filename*=utf-8''%E6%9B%B2.csv", "曲.csv"),
        # Browsers, and curl.
        ('name="scoreData"; filename="曲 (1).csv"', "曲 (1).csv"),
        ('name="scoreData"; filename="a\\"b.csv"', 'a"b.csv'),
    ],
)
def test_a_file_is_found_however_its_head_is_written(head: str, filename: str) -> None:
    body = FIELD + part(head, b"{}\r\n--A", "Content-Type: text/plain") + END
    upload = read_upload(form(body), "scoreData", "someone")
    assert upload == Upload(filename, b"{}\r\n--A", {"importType": "file/batch-manual"})


def test_a_name_in_another_encoding_does_not_matter() -> None:
    head = b'name="scoreData"; filename="' + "曲.csv".encode("shift_jis") + b'"'
    body = part("X", b"1").replace(b"X", head, 1) + END
    upload = read_upload(form(body), "scoreData", "someone")
    assert (upload.content, upload.filename.endswith(".csv")) == (b"1", True)


@pytest.mark.parametrize(
    "body",
    [
        part('name="scoreData"; filename="f"', b"{}") + b"--B--",
        b"\r\n" + part('name="scoreData"; filename="f"', b"{}") + END + b"and more",
        b"Preamble.\r\n" + part('name="scoreData"; filename="f"', b"{}") + END,
        part('name="scoreData"; filename="f"', b"{}", "Content-Length: 2") + END,
        part('name="scoreData"; filename="f"', b"{}", "X-Own: 1", "x-lower: 2") + END,
    ],
    ids=["no last line", "epilogue", "preamble", "length of a part", "heads of its own"],
)
def test_what_the_format_allows_is_taken(body: bytes) -> None:
    assert read_upload(form(body), "scoreData", "someone").content == b"{}"


def test_fields_are_texts_and_repeated_ones_lists() -> None:
    body = (
        part('name="a"', b"1")
        + part('name="a"', b"2")
        + part('name="b"', "ü".encode())
        + part('name="c"', b"\xff")
        + part('name="none"; filename=""', b"")
        + END
    )
    upload = read_form(form(body), "scoreData", "someone")
    assert upload == Upload("", b"", {"a": ["1", "2"], "b": "ü", "c": "\ufffd"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nothing of a form",
        part('name="scoreData"; filename="f"', b"cut off"),
        part('name="scoreData"; filename="f"', b"{}", "Content-Length: 3") + END,
        (part('name="scoreData"; filename="f"', b"{}") + END).replace(b"\r\n", b"\n"),
        b"--B\r\nContent-Type: text/plain\r\n\r\n{}\r\n" + END,
        part('filename="f"', b"{}") + END,
        part('name="other"; filename="f"', b"{}") + END,
        2 * part('name="scoreData"; filename="f"', b"{}") + END,
        33 * part('name="a"', b"1") + END,
        part('name="a"', b"x" * (FIELD_LIMIT + 1)) + END,
        part('name="a"', b"1", "X: " + "y" * 20_000) + END,
        part(f'name="{"a" * 101}"', b"1") + END,
    ],
)
def test_what_is_no_form_or_too_much_is_refused(body: bytes) -> None:
    with pytest.raises(UserError) as refused:
        read_form(form(body), "scoreData", "someone")
    assert refused.value.status == 400


def test_a_file_has_less_than_the_limit() -> None:
    of_ten = form(part('name="scoreData"; filename="f"', b"x" * 10) + END)
    assert len(read_upload(of_ten, "scoreData", "someone", 11).content) == 10
    of_ten = form(part('name="scoreData"; filename="f"', b"x" * 10) + END)
    with pytest.raises(UserError):
        read_upload(of_ten, "scoreData", "someone", 10)


def test_a_boundary_may_hold_what_means_something_elsewhere() -> None:
    body = part('name="scoreData"; filename="f"', b"{}") + END
    odd = "----=_Part.(1)+[x]"
    sent = form(body.replace(b"--B", f"--{odd}".encode()), f'"{odd}"')
    assert read_upload(sent, "scoreData", "someone").content == b"{}"
