"""That the quick and the exact way of reading documents agree, and survive anything."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

import msgspec
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import FatalImportError
from common.games.model import GPT
from common.games.registry import GAMES, all_gpts
from tests.support.examples import examples
from tests.worker.import_types.manual.batch_manual_documents import (
    JUNK,
    documents,
    edges,
    full_document,
    places,
    sdvx_document,
    sdvx_score,
    spoilt,
)
from worker.import_types.manual.batch_manual_reading import (
    ReadDocument,
    exactly,
    quickly_from_body,
    quickly_from_file,
    read_body,
    read_file,
)

any_gpt = st.sampled_from(all_gpts())


def refusal(content: bytes) -> str:
    with pytest.raises(FatalImportError) as caught:
        read_file(content, tuple(GAMES))
    assert caught.value.status == 400
    return caught.value.message


def builtins(read: ReadDocument) -> Any:
    return msgspec.json.decode(msgspec.json.encode(read.document))


def exactly_or_none(document: Any) -> ReadDocument | None:
    with suppress(FatalImportError):
        return exactly(document, GAMES)
    return None


@pytest.mark.parametrize("gpt", all_gpts(), ids=lambda gpt: gpt.id)
def test_documents_that_keep_the_rules_are_read_quickly_and_unchanged(gpt: GPT) -> None:
    @settings(max_examples=examples(30))
    @given(documents(gpt))
    def check(document: dict[str, Any]) -> None:
        for quick in (
            quickly_from_file(orjson.dumps(document), GAMES),
            quickly_from_body(document, GAMES),
        ):
            assert quick is not None
            assert quick.gpt is gpt
            assert builtins(quick) == document
        assert builtins(exactly(document, GAMES)) == document

    check()


@pytest.mark.parametrize("gpt", all_gpts(), ids=lambda gpt: gpt.id)
def test_each_member_is_judged_alike_whatever_it_is(gpt: GPT) -> None:
    document = full_document(gpt)
    assert quickly_from_body(document, GAMES) is not None

    for holder, key in places(document):
        proper = holder[key]
        for value in (*JUNK, *edges(gpt)):
            holder[key] = value
            exact, quick = exactly_or_none(document), quickly_from_body(document, GAMES)
            if quick is not None:
                assert exact is not None, f"{key} = {value!r}"
                assert builtins(quick) == builtins(exact)
        holder[key] = proper


@given(any_gpt.flatmap(lambda gpt: spoilt(documents(gpt))))
def test_what_is_read_quickly_is_what_the_exact_rules_accept(document: Any) -> None:
    exact = exactly_or_none(document)

    for quick in (
        quickly_from_file(orjson.dumps(document), GAMES),
        quickly_from_body(document, GAMES),
    ):
        if quick is not None:
            assert exact is not None
            assert builtins(quick) == builtins(exact) == document


@given(any_gpt.flatmap(lambda gpt: spoilt(documents(gpt))), st.data())
def test_no_bytes_get_past_the_rules(document: Any, data: st.DataObject) -> None:
    content = bytearray(orjson.dumps(document))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 3)))
        content[start:end] = data.draw(st.binary(max_size=3))

    quick = quickly_from_file(bytes(content), GAMES)
    try:
        read = read_file(bytes(content), GAMES)
    except FatalImportError:
        assert quick is None
    else:
        exact = exactly_or_none(orjson.loads(bytes(content).removeprefix(b"\xef\xbb\xbf")))
        assert exact is not None
        assert builtins(read) == builtins(exact)


@given(st.binary())
def test_bytes_at_random_are_refused(content: bytes) -> None:
    assert refusal(content)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_bodies_at_random_are_refused(body: Any) -> None:
    with pytest.raises(FatalImportError):
        read_body(body, GAMES)


# --- spellings ---------------------------------------------------------------------------


def read(document: Any) -> dict[str, Any]:
    """A document as it is read, the same from a file and from a body."""
    from_file = builtins(read_file(orjson.dumps(document), GAMES))
    assert builtins(read_body(copy.deepcopy(document), GAMES)) == from_file
    assert isinstance(from_file, dict)
    return from_file


def test_whole_numbers_may_be_spelt_with_a_fraction() -> None:
    given = sdvx_document(sdvx_score(score=9_500_000.0, judgements={"near": 1e2}))

    score = read(given)["scores"][0]

    assert repr(score["score"]) == "9500000"
    assert repr(score["judgements"]["near"]) == "100"


def test_a_time_too_large_to_be_whole_is_a_time_all_the_same() -> None:
    assert read(sdvx_document(sdvx_score(timeAchieved=2**63)))["scores"][0]["timeAchieved"] == 2**63


def test_an_empty_list_passes_for_an_object_of_optional_members() -> None:
    given = sdvx_document(sdvx_score(optional=[], hitMeta=[]), classes=[])

    assert read(given) == sdvx_document(sdvx_score(optional={}, hitMeta={}), classes={})


def test_a_byte_order_mark_is_ignored() -> None:
    document = sdvx_document(sdvx_score())

    assert builtins(read_file(b"\xef\xbb\xbf" + orjson.dumps(document), GAMES)) == document


def test_of_a_repeated_key_the_last_counts() -> None:
    content = orjson.dumps(sdvx_document(sdvx_score()))
    spoilt_first = content.replace(b'"score":', b'"score":"?","score":')

    assert builtins(read_file(spoilt_first, GAMES)) == sdvx_document(sdvx_score())


# --- hostile bytes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"meta": "\xff"}',
        b'{"meta": "\xed\xa0\x80"}',
        b'{"meta": "\\ud800"}',
        b'{"meta": 01}',
        b'{"meta": NaN}',
        b'{"meta": 1e999}',
        b"[" * 100_000,
        b'{"scores":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"\xef\xbb\xbf",
    ],
)
def test_what_is_no_json_is_refused_as_such(content: bytes) -> None:
    message = refusal(content)

    assert message.startswith("Invalid JSON. (")
    assert message.endswith(")")


@pytest.mark.parametrize("bad", [b"\xff", b"\\ud800", b"\xed\xa0\x80"])
def test_text_that_is_no_unicode_is_refused_wherever_it_is(bad: bytes) -> None:
    content = orjson.dumps(sdvx_document(sdvx_score(artist="@")))

    assert refusal(content.replace(b"@", bad)).startswith("Invalid JSON. (")


def test_a_document_nested_within_a_member_is_refused() -> None:
    content = orjson.dumps(sdvx_document(sdvx_score(artist="@")))
    nested = content.replace(b'"@"', b"[" * 100_000 + b"]" * 100_000)

    assert refusal(nested).startswith("Invalid JSON. (")


@pytest.mark.parametrize(
    "member", ["score", "identifier", "judgements", "optional", "scoreMeta", "unheardOf"]
)
@pytest.mark.parametrize(("start", "end"), [(b"[", b"]"), (b'{"fast":', b"}")])
def test_nesting_as_deep_as_json_may_be_is_refused_in_any_member(
    member: str, start: bytes, end: bytes
) -> None:
    content = orjson.dumps(sdvx_document(sdvx_score(**{member: "@"})))
    nested = content.replace(b'"@"', start * 1000 + b"0" + end * 1000)

    assert refusal(nested).startswith("Invalid BATCH-MANUAL: scores[0]")
    with pytest.raises(FatalImportError):
        read_body(orjson.loads(nested), GAMES)


def test_a_refusal_does_not_repeat_a_whole_upload() -> None:
    content = orjson.dumps(sdvx_document(sdvx_score(lamp="x" * 5_000_000)))

    assert len(refusal(content)) < 5000
