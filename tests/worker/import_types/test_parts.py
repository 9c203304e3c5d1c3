"""Some entries of a file, as a file: whatever is imported of it is what the whole says of them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import FatalImportError
from tests.support.examples import examples
from tests.worker.import_types.manual.batch_manual_documents import sdvx_document
from tests.worker.import_types.test_files_as_people_have_them import TABLES, table, written
from worker.import_types import registry
from worker.import_types.base import CanBeParted, ClassesOnly, Parsed, Part, Upload

ENCODINGS = ("utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16", "utf-16-le", "utf-16-be")
TITLES = ("Two Words", 'She said "no"', "a, b", "新作", "line\nbreak", "Two Words")
VERSIONS = ("1st&substream", "Sparkle Shower", "EPOLIS", "", "of tomorrow")


def parsed(import_type: str, content: bytes) -> Parsed:
    given = Upload(1, 0, ("iidx", "sdvx", "wacca"), "f", content, {"playtype": "SP"}, lenient=True)
    result: Parsed = registry.get(import_type).parse(given)
    return result


def part_of(import_type: str, content: bytes, *indexes: int) -> Part:
    kind = registry.get(import_type)
    assert isinstance(kind, CanBeParted)
    return kind.part(content, frozenset(indexes))


def test_every_file_with_entries_can_be_parted() -> None:
    for name in registry.UPLOADED_TYPES:
        kind = registry.get(name)
        assert isinstance(kind, CanBeParted) != isinstance(kind, ClassesOnly), name
        if isinstance(kind, CanBeParted):
            assert kind.part_type == name


@settings(max_examples=examples(60))
@given(st.data())
def test_rows_stand_as_they_did(data: st.DataObject) -> None:
    import_type = data.draw(st.sampled_from(sorted(TABLES)))
    encoding = data.draw(st.sampled_from(ENCODINGS))
    line_end = data.draw(st.sampled_from(["\n", "\r\n"]))
    drawn = data.draw(
        st.lists(st.tuples(st.sampled_from(TITLES), st.sampled_from(VERSIONS)), max_size=6)
    )
    header = table(import_type)[0]
    rows = [header]
    for title, version in drawn:
        rows.append(table(import_type, title, version=version)[1])
        rows += data.draw(st.sampled_from([[], [], [header], [[]], [["broken"]]]))
    above = data.draw(st.sampled_from(["", "私のスコア\n"]))
    dialect: dict[str, Any] = {"lineterminator": line_end}
    content = written(rows, **dialect).decode()
    content = (above + content).encode(encoding)
    whole = list(parsed(import_type, content).entries)
    indexes = data.draw(st.sets(st.integers(0, max(0, len(whole) - 1))))
    part = part_of(import_type, content, *indexes)
    assert set(part.places) >= indexes & set(range(len(whole)))
    again = parsed(import_type, part.content)
    entries = list(again.entries)
    assert len(entries) == len(part.places)
    for place, entry in zip(part.places, entries, strict=True):
        # A broken row is named by its number, which is another one now.
        assert getattr(entry, "message", None) or entry == whole[place]
    if part.places:
        assert again.context == parsed(import_type, content).context
    # As it was: what is taken is of the same bytes.
    assert part.content[:2] == content[:2]


def test_a_row_of_the_newest_version_comes_along() -> None:
    """The others would be looked up in an older one."""
    import_type = "file/eamusement-iidx-csv"
    rows = table(import_type, "Old", version="1st&substream")
    rows += table(import_type, "New", version="EPOLIS")[1:]
    content = written(rows)
    part = part_of(import_type, content, 3)
    assert part.content == content
    assert part.places == list(range(10))
    assert part_of(import_type, content, 8).content == written([rows[0], rows[2]])


def test_songs_of_xml_are_taken_out() -> None:
    around = (
        b'<?xml version="1.0" encoding="UTF-16"?>\n<s3data><userdata><id>1</id><login>a</login>'
        b"<djname>b</djname></userdata><scoredata>%s</scoredata></s3data>\n"
    )
    songs = [
        b"<song><id>1</id></song>",
        b"<song/>",
        b"<song><id>2</id><x><song>3</song></x></song>",
    ]
    content = around % b"\n".join(songs)
    assert len(list(parsed("file/solid-state-squad", content).entries)) == 3
    for number, song in enumerate(songs):
        part = part_of("file/solid-state-squad", content, number)
        assert part.places == [number]
        assert part.content.count(b"<song") == song.count(b"<song")
        assert song in part.content
    assert part_of("file/solid-state-squad", content, 0, 1, 2).content == content


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_scores_of_json_are_taken_out(encoding: str) -> None:
    given: dict[str, Any] = sdvx_document({"n": 0}, {"n": "１"}, classes={"dan": "DAN_1"})
    given["scores"].append(5)
    content = orjson.dumps(given).decode().encode(encoding)
    part = part_of("file/batch-manual", content, 1, 2, 7)
    assert part.places == [1, 2]
    assert orjson.loads(part.content) == {"meta": given["meta"], "scores": [{"n": "１"}, 5]}


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"{", b'{"scores": 5}'])
@pytest.mark.parametrize(
    "import_type", [name for name in registry.UPLOADED_TYPES if "player" not in name]
)
def test_what_is_no_such_file_is_refused_or_has_none(import_type: str, content: bytes) -> None:
    with suppress(FatalImportError):
        assert part_of(import_type, content, 0).places == []
