"""file/batch-manual and ir/direct-manual: one JSON format, two transports.

Reading is quick where a document is fine, which nearly all are: it is decoded straight into
structs that check it on the way. Only a document they refuse is decoded generally and held
against the exact rules, which know what to tell the user.

Source: specification, import-types/batch-manual.md.
"""

from __future__ import annotations

import codecs
from collections.abc import Collection, Mapping
from operator import attrgetter
from typing import Any, Final

import msgspec
import orjson
from msgspec import UNSET

from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, InternalFailure
from common.games.model import GPT, ScoreData
from common.games.registry import GAMES, get_gpt
from worker.import_types import batch_manual_schema
from worker.import_types.base import ClassProvider, Converter, DryScore, ImportInput, Parsed
from worker.import_types.batch_manual_structs import (
    ManualDocument,
    ManualScore,
    decoder,
    document_type,
    score_type,
    within_limits,
)
from worker.import_types.matching import ChartFinder

# The option of ir/direct-manual that stands for the header X-Infer-Score-TimeAchieved.
INFER_TIMESTAMP: Final = "inferTimestamp"


class _ManualImport:
    """What both transports share."""

    name: str
    suffix: str  # of the service that scores show

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        gpt = get_gpt(context["game"], context["playtype"])
        finder = ChartFinder(gpt, context["version"], catalogue)
        service = f"{context['service']} ({self.suffix})"
        metrics_of = _metrics_getter(gpt)

        def convert(entry: ManualScore | dict[str, Any]) -> DryScore:
            score = _from_orphan(entry, gpt) if isinstance(entry, dict) else entry
            song, chart = finder.find(score)
            optional = score.optional or score.hitMeta
            return DryScore(
                song=song,
                chart=chart,
                service=service,
                comment=score.comment or None,
                timeAchieved=score.timeAchieved or None,
                scoreData=ScoreData(
                    metrics_of(score),
                    score.judgements or {},
                    _builtins(optional) if optional else {},
                ),
                scoreMeta=_builtins(score.scoreMeta) if score.scoreMeta else {},
            )

        return convert

    def orphan_data(self, entry: Any) -> Any:
        return _builtins(entry)

    def entry_from_orphan(self, data: Any) -> Any:
        # The converter makes a struct of it: only there the GPT is known.
        return data


class BatchManual(_ManualImport):
    """A file."""

    name = "file/batch-manual"
    suffix = "BATCH-MANUAL"

    def parse(self, given: ImportInput) -> Parsed:
        assert given.file is not None, "the endpoint requires a file"
        gpt, document = read_file(given.file.content, given.games)
        return _parsed(gpt, document)


class DirectManual(_ManualImport):
    """A request body. The option `inferTimestamp` dates its only score to now."""

    name = "ir/direct-manual"
    suffix = "DIRECT-MANUAL"

    def parse(self, given: ImportInput) -> Parsed:
        gpt, document = read_body(given.body, given.games)
        if given.options.get(INFER_TIMESTAMP):
            _infer_timestamp(document, given.received)
        return _parsed(gpt, document)


# --- reading ---------------------------------------------------------------------------


class _HeadMeta(msgspec.Struct, gc=False):
    game: str
    playtype: str


class _Head(msgspec.Struct, gc=False):
    meta: _HeadMeta


_HEAD: Final = msgspec.json.Decoder(_Head)

# What decoding an upload may raise: malformed or unwanted JSON, bad UTF-8, endless nesting.
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read_file(content: bytes, games: Collection[str]) -> tuple[GPT, ManualDocument]:
    """The GPT a document is for, and the document. Raises FatalImportError (400)."""
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        gpt = _enabled(_HEAD.decode(content).meta, games)
        if gpt is not None and within_limits(document := decoder(gpt).decode(content)):
            return gpt, document
    except _UNREADABLE:
        pass
    try:
        anything = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise FatalImportError(400, f"Invalid JSON. ({error})") from None
    return batch_manual_schema.read(anything, games)


def read_body(body: Any, games: Collection[str]) -> tuple[GPT, ManualDocument]:
    """The same for JSON that has been decoded."""
    try:
        gpt = _enabled(msgspec.convert(body, _Head).meta, games)
        if gpt is not None:
            document = msgspec.convert(body, document_type(gpt))
            if within_limits(document):
                return gpt, document
    except msgspec.ValidationError:
        pass
    return batch_manual_schema.read(body, games)


def _enabled(meta: _HeadMeta, games: Collection[str]) -> GPT | None:
    return GAMES[meta.game].playtypes.get(meta.playtype) if meta.game in games else None


def _parsed(gpt: GPT, document: ManualDocument) -> Parsed:
    meta = document.meta
    context = {
        "service": meta.service,
        "game": gpt.game,
        "playtype": gpt.playtype,
        "version": None if meta.version is UNSET else meta.version,
    }
    return Parsed(gpt.game, context, document.scores, _class_provider(gpt, document.classes))


def _class_provider(gpt: GPT, given: Any) -> ClassProvider | None:
    """Present if `classes` is, even empty: that makes all of the game's profiles update."""
    if not given:
        return None
    provided = {name: value for name, value in _builtins(given).items() if value is not None}
    return lambda playtype: provided if playtype == gpt.playtype else {}


def _infer_timestamp(document: ManualDocument, now: int) -> None:
    if not document.scores:
        raise FatalImportError(
            400, "Cannot use X-Infer-Score-TimeAchieved without a score in your import."
        )
    if len(document.scores) > 1:
        raise FatalImportError(
            400, "Cannot use X-Infer-Score-TimeAchieved with multiple scores in your import."
        )
    score = document.scores[0]
    if score.timeAchieved:
        raise FatalImportError(
            400,
            "Cannot use X-Infer-Score-Timestamp if the importing score already has a"
            " timeAchieved set.",
        )
    score.timeAchieved = now


# --- converting ------------------------------------------------------------------------


def _metrics_getter(gpt: GPT) -> Any:
    """Gives the provided metrics of a score as a dict."""
    names = tuple(gpt.provided)
    values_of = attrgetter(*names)
    if len(names) == 1:
        return lambda score: {names[0]: values_of(score)}
    return lambda score: dict(zip(names, values_of(score), strict=True))


def _builtins(struct: msgspec.Struct) -> Any:
    """The JSON that the struct was made of, without what was absent."""
    # By way of JSON because to_builtins() would leave tuples where the JSON had lists.
    return msgspec.json.decode(msgspec.json.encode(struct))


def _from_orphan(data: dict[str, Any], gpt: GPT) -> ManualScore:
    """Raises InternalFailure, so that the orphan is kept, if the rules changed since."""
    try:
        return msgspec.convert(batch_manual_schema.tidy(data), score_type(gpt))
    except msgspec.ValidationError as error:
        raise InternalFailure(f"Orphan does not fit {gpt.id} any more: {error}") from error
