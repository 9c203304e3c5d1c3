"""From bytes or JSON to a BATCH-MANUAL document that keeps all rules.

Nearly all documents are fine, so that comes first and is quick: decoding straight into
structs that check what they take. Only what they refuse is decoded generally and held
against the exact rules, which decide, and know what to tell the user.

Source: specification, import-types/batch-manual.md section 1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Annotated, Any, Final, NamedTuple

import msgspec
import orjson
from msgspec import UNSET

from common.errors import FatalImportError
from common.games.model import GPT
from common.games.registry import GAMES, all_gpts, gpt_by_v3_id
from common.validation import (
    Violation,
    all_violations,
    explain,
    first_violation,
    text_of,
    type_of,
)
from worker.import_types.base import Part
from worker.import_types.manual.batch_manual_json import (
    FOREWORD,
    decoded,
    decoded_leniently,
    refuse_endless,
    refuse_second_list,
    utf8_of,
)
from worker.import_types.manual.batch_manual_lenient import (
    DOCUMENT_KEYS,
    LenientScores,
    PassedOver,
)
from worker.import_types.manual.batch_manual_schema import rules, rules_around
from worker.import_types.manual.batch_manual_structs import (
    SERVICE_LENGTH,
    ManualDocument,
    decoder,
    document_type,
    score_type,
    tidy,
    within_limits,
)


class ReadDocument(NamedTuple):
    """A document, and the GPT it is for. warnings: what of it was passed over."""

    gpt: GPT
    document: ManualDocument
    warnings: list[str]


def read_file(content: bytes, games: Collection[str], *, lenient: bool = False) -> ReadDocument:
    """games: the enabled ones. Raises FatalImportError (400) with the first thing wrong.

    lenient: scores that break a rule are `RefusedEntry` in their places, and keys that nobody
    knows are passed over.
    """
    content = utf8_of(content)
    refuse_endless(content)
    refuse_second_list(content)
    quickly = quickly_from_file(content, games)
    if quickly is not None:
        return quickly
    document, warnings = decoded_leniently(content) if lenient else (decoded(content), [])
    read = _slowly(document, games, lenient)
    read.warnings.extend(warnings)
    return read


def part_of_file(content: bytes, indexes: frozenset[int]) -> Part:
    """The document in UTF-8 with only these scores, and without classes: they came with the whole.

    Raises FatalImportError (400).
    """
    content = utf8_of(content)
    refuse_endless(content)
    document = decoded(content)
    scores = document.get("scores") if isinstance(document, dict) else None
    if not isinstance(scores, list):
        raise FatalImportError(400, f"{FOREWORD} (It has no list of scores.)")
    places = [place for place in range(len(scores)) if place in indexes]
    kept = {name: value for name, value in document.items() if name != "classes"}
    kept["scores"] = [scores[place] for place in places]
    return Part(orjson.dumps(kept, option=orjson.OPT_INDENT_2), places)


def read_body(body: Any, games: Collection[str], *, lenient: bool = False) -> ReadDocument:
    """The same for JSON that has been decoded."""
    return quickly_from_body(body, games) or _slowly(body, games, lenient)


def check_file(content: bytes, games: Collection[str]) -> None:
    """Raises FatalImportError (400) where `read_file` would for what the document is about.

    What its scores are is not looked at.
    """
    content = utf8_of(content)
    try:
        around = _AROUND.decode(content)
        fine = (
            _enabled(around.meta, games) is not None
            and memoryview(around.scores)[:1].tobytes() == b"["
        )
    except _UNREADABLE:
        fine = False
    if not fine:
        refuse_endless(content)
        check_body(decoded(content), games)


def check_body(body: Any, games: Collection[str]) -> None:
    """The same for JSON that has been decoded."""
    gpt = _gpt_of(body, games)
    around = {name: body[name] for name in ("meta", "scores") if name in body}
    violation = first_violation(rules_around(gpt), around)
    if violation is not None:
        raise FatalImportError(400, explain(violation, FOREWORD))


def violations_of_file(content: bytes, games: Collection[str]) -> Iterator[Violation]:
    """Where the document breaks its format's rules, also where `lenient` would forgive it.

    Raises FatalImportError (400) where it is no document, or of no game.
    """
    content = utf8_of(content)
    refuse_endless(content)
    if quickly_from_file(content, games) is None:
        document = decoded(content)
        yield from all_violations(rules(_gpt_of(document, games)), document)


def _slowly(document: Any, games: Collection[str], lenient: bool) -> ReadDocument:
    return leniently(document, games) if lenient else exactly(document, games)


# --- quickly ---------------------------------------------------------------------------


class _HeadMeta(msgspec.Struct, gc=False):
    game: str
    playtype: str | msgspec.UnsetType | None = UNSET


class _Head(msgspec.Struct, gc=False):
    """What has to be known of a document to know its type."""

    meta: _HeadMeta


class _AroundMeta(_HeadMeta, gc=False, kw_only=True):
    service: Annotated[str, msgspec.Meta(min_length=SERVICE_LENGTH[0])]


class _Around(msgspec.Struct, gc=False):
    """What a document is about, and that it has scores."""

    meta: _AroundMeta
    scores: msgspec.Raw


_HEAD: Final = msgspec.json.Decoder(_Head)
_AROUND: Final = msgspec.json.Decoder(_Around)

# What decoding an upload may raise: malformed or unwanted JSON, bad UTF-8, endless nesting.
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


# Times its own size that a file takes at most when it is decoded: 2.6 were seen.
_DECODED: Final = 4


def quickly_from_file(content: bytes, games: Collection[str]) -> ReadDocument | None:
    """None where the document needs a closer look."""
    try:
        gpt = _enabled(_HEAD.decode(content).meta, games)
        _see_to_room(content)
        document = decoder(gpt).decode(content) if gpt else None
    except _UNREADABLE:
        return None
    return ReadDocument(gpt, document, []) if gpt and document and within_limits(document) else None


def _see_to_room(content: bytes) -> None:
    """Raises MemoryError where what decoding makes of a file would not fit.

    Where memory ends inside of msgspec, the process may end with it. What is asked for here is not
    touched, and so costs nothing.
    """
    bytearray(_DECODED * len(content))


def quickly_from_body(body: Any, games: Collection[str]) -> ReadDocument | None:
    """None where the document needs a closer look."""
    try:
        gpt = _enabled(msgspec.convert(body, _Head).meta, games)
        document = msgspec.convert(body, document_type(gpt)) if gpt else None
    except msgspec.ValidationError:
        return None
    return ReadDocument(gpt, document, []) if gpt and document and within_limits(document) else None


def _enabled(meta: _HeadMeta, games: Collection[str]) -> GPT | None:
    gpt = _known(meta.game, None if meta.playtype is UNSET else meta.playtype)
    return gpt if gpt is not None and gpt.game in games else None


def _known(game: str, playtype: str | None) -> GPT | None:
    """The GPT of `iidx` and `SP`, or of `iidx-sp`, which may have its playtype beside it."""
    try:
        gpt = gpt_by_v3_id(game)
    except KeyError:
        found = GAMES.get(game)
        return None if found is None or playtype is None else found.playtypes.get(playtype)
    return gpt if playtype in (None, gpt.playtype) else None


# --- exactly ---------------------------------------------------------------------------


def exactly(document: Any, games: Iterable[str]) -> ReadDocument:
    """Raises FatalImportError (400) with the first thing wrong."""
    gpt = _gpt_of(document, games)
    violation = first_violation(rules(gpt), document)
    if violation is not None:
        raise FatalImportError(400, explain(violation, FOREWORD))
    return ReadDocument(gpt, _as_structs(gpt, document), [])


def _as_structs(gpt: GPT, document: dict[str, Any]) -> ManualDocument:
    # One score at a time, so that no second copy of a large document is in memory.
    whole = msgspec.convert(tidy({**document, "scores": []}), document_type(gpt))
    kind = score_type(gpt)
    whole.scores = [msgspec.convert(tidy(score), kind) for score in document["scores"]]
    return whole


# --- leniently -------------------------------------------------------------------------


def leniently(document: Any, games: Iterable[str]) -> ReadDocument:
    """Raises FatalImportError (400) where what surrounds the scores is wrong, or most of them."""
    gpt = _gpt_of(document, games)
    passed_over = PassedOver()
    around = passed_over.without_unknown(document, DOCUMENT_KEYS, "")
    if isinstance(around.get("classes"), dict):
        around["classes"] = _known_classes(gpt, around["classes"], passed_over)
    violation = first_violation(rules_around(gpt), around)
    if violation is not None:
        raise FatalImportError(400, explain(violation, FOREWORD))
    whole = msgspec.convert(tidy({**around, "scores": []}), document_type(gpt))
    whole.scores = LenientScores(gpt, passed_over).read(around["scores"])
    return ReadDocument(gpt, whole, passed_over.warnings())


def _known_classes(gpt: GPT, provided: dict[str, Any], passed_over: PassedOver) -> dict[str, Any]:
    """The classes that there are; a new one must not cost anybody their scores."""
    known: dict[str, Any] = {}
    for name, value in provided.items():
        classes = gpt.classes.get(name)
        if classes is None or classes.kind != "PROVIDED":
            passed_over.add(f"classes.{text_of(name)}", "unknown class set, passed over")
        elif value is not None and value not in classes.ids:
            passed_over.add(f"classes.{name}", f"unknown class {text_of(value)}, passed over")
        else:
            known[name] = value
    return known


def _gpt_of(document: Any, games: Iterable[str]) -> GPT:
    if not isinstance(document, dict | list):
        raise FatalImportError(
            400, f"Invalid BATCH-MANUAL (Not an object, received {type_of(document)}.)"
        )
    meta = document.get("meta") if isinstance(document, dict) else None
    fields = meta if isinstance(meta, dict) else {}
    game, playtype = fields.get("game", UNSET), fields.get("playtype", UNSET)
    if isinstance(game, str) and (playtype is UNSET or isinstance(playtype, str | None)):
        gpt = _known(game, None if playtype is UNSET else playtype)
        if gpt is not None and gpt.game in games:
            return gpt
    if game is UNSET:
        raise FatalImportError(400, "Could not retrieve meta.game - is this valid BATCH-MANUAL?")
    if playtype is UNSET:
        if not isinstance(game, str) or game not in games:
            choice = ", ".join(gpt.v3_id for gpt in all_gpts() if gpt.game in games)
            raise FatalImportError(
                400, f"Invalid game '{text_of(game)}'. It must be one of {choice}."
            )
        raise FatalImportError(
            400, "Could not retrieve meta.playtype - is this valid BATCH-MANUAL?"
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
