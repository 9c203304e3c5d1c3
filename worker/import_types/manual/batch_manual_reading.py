"""From bytes or JSON to a BATCH-MANUAL document that keeps all rules.

Nearly all documents are fine, so that comes first and is quick: decoding straight into
structs that check what they take. Only what they refuse is decoded generally and held
against the exact rules, which decide, and know what to tell the user.

Source: specification, import-types/batch-manual.md section 1.
"""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterable
from typing import Any, Final, NamedTuple

import msgspec
import orjson
from msgspec import UNSET

from common.errors import FatalImportError
from common.games.model import GPT
from common.games.registry import GAMES
from common.text import json_reading
from common.validation import explain, first_violation, text_of, type_of
from worker.import_types.manual.batch_manual_schema import rules
from worker.import_types.manual.batch_manual_structs import (
    ManualDocument,
    decoder,
    document_type,
    score_type,
    tidy,
    within_limits,
)


class ReadDocument(NamedTuple):
    """A document, and the GPT it is for."""

    gpt: GPT
    document: ManualDocument


# Objects and lists in a file. Not a tenth of it is needed by as many scores as fit into one;
# a file of nothing else would take a hundred times its size in memory.
MAX_CONTAINERS: Final = 1_000_000


def read_file(content: bytes, games: Collection[str]) -> ReadDocument:
    """games: the enabled ones. Raises FatalImportError (400) with the first thing wrong."""
    content = content.removeprefix(codecs.BOM_UTF8)
    if content.count(b"{") + content.count(b"[") > MAX_CONTAINERS:
        raise FatalImportError(
            400, f"Invalid BATCH-MANUAL (More than {MAX_CONTAINERS} objects and lists.)"
        )
    return quickly_from_file(content, games) or exactly(_json(content), games)


def read_body(body: Any, games: Collection[str]) -> ReadDocument:
    """The same for JSON that has been decoded."""
    return quickly_from_body(body, games) or exactly(body, games)


# --- quickly ---------------------------------------------------------------------------


class _HeadMeta(msgspec.Struct, gc=False):
    game: str
    playtype: str


class _Head(msgspec.Struct, gc=False):
    """What has to be known of a document to know its type."""

    meta: _HeadMeta


_HEAD: Final = msgspec.json.Decoder(_Head)

# What decoding an upload may raise: malformed or unwanted JSON, bad UTF-8, endless nesting.
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def quickly_from_file(content: bytes, games: Collection[str]) -> ReadDocument | None:
    """None where the document needs a closer look."""
    try:
        gpt = _enabled(_HEAD.decode(content).meta, games)
        document = decoder(gpt).decode(content) if gpt else None
    except _UNREADABLE:
        return None
    return ReadDocument(gpt, document) if gpt and document and within_limits(document) else None


def quickly_from_body(body: Any, games: Collection[str]) -> ReadDocument | None:
    """None where the document needs a closer look."""
    try:
        gpt = _enabled(msgspec.convert(body, _Head).meta, games)
        document = msgspec.convert(body, document_type(gpt)) if gpt else None
    except msgspec.ValidationError:
        return None
    return ReadDocument(gpt, document) if gpt and document and within_limits(document) else None


def _enabled(meta: _HeadMeta, games: Collection[str]) -> GPT | None:
    return GAMES[meta.game].playtypes.get(meta.playtype) if meta.game in games else None


# --- exactly ---------------------------------------------------------------------------


def _json(content: bytes) -> Any:
    try:
        return json_reading.loads(content)
    except orjson.JSONDecodeError as error:
        raise FatalImportError(400, f"Invalid JSON. ({error})") from None


def exactly(document: Any, games: Iterable[str]) -> ReadDocument:
    """Raises FatalImportError (400) with the first thing wrong."""
    gpt = _gpt_of(document, games)
    violation = first_violation(rules(gpt), document)
    if violation is not None:
        raise FatalImportError(400, explain(violation, "Invalid BATCH-MANUAL"))
    return ReadDocument(gpt, _as_structs(gpt, document))


def _as_structs(gpt: GPT, document: dict[str, Any]) -> ManualDocument:
    # One score at a time, so that no second copy of a large document is in memory.
    whole = msgspec.convert(tidy({**document, "scores": []}), document_type(gpt))
    kind = score_type(gpt)
    whole.scores = [msgspec.convert(tidy(score), kind) for score in document["scores"]]
    return whole


def _gpt_of(document: Any, games: Iterable[str]) -> GPT:
    if not isinstance(document, dict | list):
        raise FatalImportError(
            400, f"Invalid BATCH-MANUAL (Not an object, received {type_of(document)}.)"
        )
    meta = document.get("meta") if isinstance(document, dict) else None
    given = meta if isinstance(meta, dict) else {}
    game, playtype = given.get("game", UNSET), given.get("playtype", UNSET)
    for key, value in (("game", game), ("playtype", playtype)):
        if value is UNSET:
            raise FatalImportError(
                400, f"Could not retrieve meta.{key} - is this valid BATCH-MANUAL?"
            )
    if not isinstance(game, str) or game not in games:
        raise _unknown("game", game, games)
    playtypes = GAMES[game].playtypes
    if not isinstance(playtype, str) or playtype not in playtypes:
        raise _unknown("playtype", playtype, playtypes)
    return playtypes[playtype]


def _unknown(what: str, value: Any, expected: Iterable[str]) -> FatalImportError:
    choice = ", ".join(expected)
    return FatalImportError(400, f"Invalid {what} '{text_of(value)}' - expected any of {choice}.")
