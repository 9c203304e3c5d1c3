"""XML as JSON-able values, read by expat, the parser of Python's standard library.

An element is an object of its children, or a text if it has none; an element that is there
several times is a list. Attributes and namespaces are ignored.

Safe for what strangers send: a document type declaration is refused when it begins, so there
are no entities to expand and nothing to fetch; what else could take memory or time out of
proportion to the document's size has a limit.

Source: specification, import-types/solid-state-squad.md section 2.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final, NoReturn
from xml.parsers import expat

from common.validation import is_integer

MAX_DEPTH: Final = 32  # elements inside each other; a document of scores has five
MAX_ELEMENTS: Final = 1_000_000  # twice those of a file of scores as large as the API takes
MAX_RUN: Final = 65_536  # bytes from one "<" to the next: a tag's attributes, a text

_TOO_LONG: Final = re.compile(rb"<[^<]{%d}" % MAX_RUN)

# What nobody escaped: `Rock & Roll`, `&nbsp;`.
_BARE: Final = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")

_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")
_HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]+")
_LONGEST_NUMBER: Final = 16  # characters; longer ones would not be exact

# Exporters escape texts that stand in CDATA sections, where XML does not ask for it.
_ESCAPE: Final = re.compile(
    r"&(?:(amp|lt|gt|quot|apos)|#0*([0-9]{1,4})|#[xX]0*([0-9a-fA-F]{1,4}));"
)
_ESCAPED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class XMLRefused(Exception):
    """The text is no XML, or more than we want to read."""


def read(content: bytes, texts: Collection[str]) -> dict[str, Any]:
    """The root element under its name; `{}` for a text without any element.

    Texts are trimmed, those in CDATA sections are not. What looks like a number, `true` or
    `false` becomes one, save in the elements that `texts` names. Raises XMLRefused.
    """
    try:
        return _read(content, texts)
    except XMLRefused:
        if not _BARE.search(content):
            raise
    return _read(escaped(content), texts)


def escaped(content: bytes) -> bytes:
    """The same text, for `read`, with each `&` escaped that nobody did: also in CDATA sections."""
    return _BARE.sub(b"&amp;", content)


def _read(content: bytes, texts: Collection[str]) -> dict[str, Any]:
    if _TOO_LONG.search(content):
        raise XMLRefused(f"more than {MAX_RUN} bytes between two tags")
    tree = _Tree(frozenset(texts))
    # Whatever encoding the document claims: pyexpat's support of others is patchy.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.text
    parser.StartCdataSectionHandler = tree.start_cdata
    parser.EndCdataSectionHandler = tree.end_cdata
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        if tree.elements:
            raise XMLRefused(str(error)) from error
    return tree.root


def without(content: bytes, path: tuple[str, ...], kept: Collection[int]) -> bytes:
    """A text that `read` takes, with no other elements at a path than these, by their numbers.

    None of them is in an element of its own name.
    """
    try:
        spans = _spans(content, path)
    except expat.ExpatError:
        content = escaped(content)
        spans = _spans(content, path)
    parts, after = [], 0
    for number, span in enumerate(spans):
        if number not in kept:
            parts.append(content[after : span.start])
            after = span.stop
    return b"".join([*parts, content[after:]])


def _spans(content: bytes, path: tuple[str, ...]) -> list[slice]:
    """Where the elements at a path stand, their tags included."""
    found: list[slice] = []
    around: list[tuple[str, int]] = []  # names of the elements that are open, and where each begins
    parser = expat.ParserCreate("utf-8")

    def start(name: str, attributes: dict[str, str]) -> None:
        around.append((name.rpartition(":")[2], parser.CurrentByteIndex))

    def end(name: str) -> None:
        if len(around) == len(path) and tuple(each for each, _ in around) == path:
            begun, here = around[-1][1], parser.CurrentByteIndex
            # Behind an element without content, at the closing tag of any other.
            closes = content.startswith(b"</" + name.encode(), here)
            found.append(slice(begun, content.index(b">", here) + 1 if closes else here))
        around.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(content, True)
    return found


def _refuse_doctype(*_: object) -> NoReturn:
    raise XMLRefused("document type declarations are not accepted")


class _Tree:
    """The handlers of the parser's events, and what they have made so far."""

    def __init__(self, texts: frozenset[str]) -> None:
        self.root: dict[str, Any] = {}
        self.elements = 0
        self._texts = texts
        self._open = [self.root]  # the children of each element that has not ended
        self._parts: list[str] = []
        self._in_cdata = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS or len(self._open) > MAX_DEPTH:
            raise XMLRefused("too many elements, or too deep")
        self._open.append({})
        self._parts.clear()

    def text(self, text: str) -> None:
        if not self._in_cdata:
            text = text.strip()
        elif "&" in text:
            text = _ESCAPE.sub(_unescaped, text)
        self._parts.append(text)

    def start_cdata(self) -> None:
        self._in_cdata = True

    def end_cdata(self) -> None:
        self._in_cdata = False

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        # Text between the children of an element is layout.
        value = self._open.pop() or self._leaf(name)
        self._parts.clear()
        siblings = self._open[-1]
        if name not in siblings:
            siblings[name] = value
        elif isinstance(siblings[name], list):
            siblings[name].append(value)
        else:
            siblings[name] = [siblings[name], value]

    def _leaf(self, name: str) -> Any:
        text = "".join(self._parts)
        return text if name in self._texts else typed(text)


def _unescaped(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    if name:
        return _ESCAPED[name]
    character = chr(int(decimal) if decimal else int(hexadecimal, 16))
    return character if character in _ESCAPED.values() else found[0]


def typed(text: str) -> str | int | float | bool:
    """The number or boolean that a text looks like, or the text.

    `+5`, `007`, `.59`, `1.0` and `0x1f` look like numbers, `1e3` and `5.1.1` do not.
    """
    if len(text) > _LONGEST_NUMBER:
        return text
    if text.isascii() and text.isdigit():
        return int(text)
    if _DECIMAL.fullmatch(text):
        number = float(text)
        return int(number) if is_integer(number) else number
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    return {"true": True, "false": False}.get(text, text)
