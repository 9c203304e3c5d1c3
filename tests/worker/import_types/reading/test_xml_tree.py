from __future__ import annotations

from typing import Any

import pytest

from worker.import_types.reading import xml_tree
from worker.import_types.reading.xml_tree import MAX_DEPTH, MAX_RUN, XMLRefused, typed

TEXTS = ("title",)


def read(text: str) -> dict[str, Any]:
    return xml_tree.read(text.encode(), TEXTS)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("<a/>", {"a": ""}),
        ("<a> x </a>", {"a": "x"}),
        ("<a><b>1</b><c>x</c></a>", {"a": {"b": 1, "c": "x"}}),
        ("<a><b>1</b><b>2</b><b/></a>", {"a": {"b": [1, 2, ""]}}),
        ("<a>text<b/>between</a>", {"a": {"b": ""}}),
        ('<x:a xmlns:x="u" y="1"><x:b z="2">3</x:b></x:a>', {"a": {"b": 3}}),
        ("<a><!-- <b/> --><?c d?></a>", {"a": ""}),
        ("<a>\n <![CDATA[ x<y ]]>\n</a>", {"a": " x<y "}),
        ("<a>&lt;&#x26;&#12354;</a>", {"a": "<&あ"}),
        ("<a><![CDATA[&quot;&#39;&amp;lt;&#64;&nope;]]></a>", {"a": "\"'&lt;&#64;&nope;"}),
        ("<a><title>007</title></a>", {"a": {"title": "007"}}),
        ("\ufeff<a/>", {"a": ""}),
        ("", {}),
        ("plain text", {}),
    ],
)
def test_elements_become_objects_lists_and_texts(text: str, tree: dict[str, Any]) -> None:
    assert read(text) == tree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("+5", 5),
        ("-4", -4),
        ("007", 7),
        (".59", 0.59),
        ("1.0", 1),
        ("0x10", 16),
        ("true", True),
        ("false", False),
        *((text, text) for text in ("", "1e3", "5.1.1", "5.", "0X10", "-", "５", "NaN", "9" * 17)),
    ],
)
def test_texts_that_look_like_numbers_become_numbers(text: str, value: Any) -> None:
    assert typed(text) == value
    assert type(typed(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a>\0</a>",
        "<a>&#xFFFFFF;</a>",
        "<a>" * (MAX_DEPTH + 1),
        f"<a>{'x' * MAX_RUN}</a>",
        "<a " + " ".join(f"b{n}=''" for n in range(MAX_RUN // 5)) + "/>",
    ],
)
def test_what_is_no_xml_or_too_much_of_it_is_refused(text: str) -> None:
    with pytest.raises(XMLRefused):
        read(text)


@pytest.mark.parametrize(
    "declarations",
    [
        "",
        '[<!ENTITY a "flat">]',
        '[<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]',
        '[<!ENTITY a SYSTEM "file:///etc/hostname">]',
        'SYSTEM "http://127.0.0.1:9/x.dtd"',
        '[<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;]',
    ],
)
def test_documents_that_could_declare_entities_are_refused(declarations: str) -> None:
    with pytest.raises(XMLRefused, match="declarations"):
        read(f"<!DOCTYPE a {declarations}><a>&a;</a>")


@pytest.mark.parametrize("encoding", ["UTF-16", "Shift_JIS", "cp037", "no-such-encoding"])
def test_the_encoding_that_a_document_claims_is_not_believed(encoding: str) -> None:
    assert read(f'<?xml version="1.0" encoding="{encoding}"?><a>曲</a>') == {"a": "曲"}


def test_other_encodings_are_no_xml_unless_they_mark_themselves() -> None:
    with pytest.raises(XMLRefused):
        xml_tree.read("<a>曲</a>".encode("shift_jis"), TEXTS)
    assert xml_tree.read("<a>曲</a>".encode("utf-16"), TEXTS) == {"a": "曲"}


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("<a>Rock & Roll</a>", "Rock & Roll"),
        ("<a>Rock &amp; Roll &</a>", "Rock & Roll &"),
        ("<a>two&nbsp;words</a>", "two&nbsp;words"),
        ("<a>R&B <![CDATA[R&B &amp; &lt;3]]></a>", "R&BR&B & <3"),
        # Where all of it is as it should be, nothing is done to it.
        ("<a><![CDATA[R&B]]></a>", "R&B"),
    ],
)
def test_an_ampersand_that_nobody_escaped_stands_for_itself(text: str, read_as: str) -> None:
    assert read(text) == {"a": read_as}
