"""file/batch-manual and ir/direct-manual: one JSON format, two transports.

Source: specification, import-types/batch-manual.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import UNSET

from common.catalogue.documents import Chart
from common.catalogue.index import GameCatalogue
from common.errors import FatalImportError, InternalFailure, InvalidScore
from common.games.model import GPT, ScoreData
from common.games.registry import get_gpt
from common.games.scoring.hydration import hydrate
from common.validation import Violation, text_of
from worker.import_types.base import (
    Body,
    ClassProvider,
    Converter,
    DryScore,
    Parsed,
    Part,
    RefusedEntry,
    Subject,
    Upload,
)
from worker.import_types.manual.batch_manual_reading import (
    ReadDocument,
    check_body,
    check_file,
    part_of_file,
    read_body,
    read_file,
    violations_of_file,
)
from worker.import_types.manual.batch_manual_structs import (
    ManualDocument,
    ManualScore,
    score_type,
    tidy,
)
from worker.import_types.reading.matching import ChartFinder

# The option of ir/direct-manual that stands for the header X-Infer-Score-TimeAchieved.
INFER_TIMESTAMP: Final = "inferTimestamp"


class _ManualImport:
    """What both transports share."""

    name: str
    part_type = "file/batch-manual"  # also of a body: it is the same document
    suffix: str  # of the service that scores show

    def part(self, content: bytes, indexes: frozenset[int]) -> Part:
        return part_of_file(content, indexes)

    def converter(self, context: Mapping[str, Any], catalogue: GameCatalogue) -> Converter:
        gpt = get_gpt(context["game"], context["playtype"])
        finder = ChartFinder(gpt, context["version"], catalogue)
        service = f"{context['service']} ({self.suffix})"
        metrics = tuple(gpt.provided)

        def convert(entry: ManualScore | dict[str, Any]) -> DryScore:
            score = _from_orphan(entry, gpt) if isinstance(entry, dict) else entry
            song, chart = finder.find(score)
            provided = {metric: getattr(score, metric) for metric in metrics}
            data = ScoreData(provided, score.judgements or {}, {})
            remark = None
            if score.optional or score.hitMeta:
                data.optional, remark = _optional_of(score, data, gpt, chart)
            return DryScore(
                song=song,
                chart=chart,
                service=service,
                comment=score.comment or None,
                timeAchieved=score.timeAchieved or None,
                scoreData=data,
                scoreMeta=_builtins(score.scoreMeta) if score.scoreMeta else {},
                remark=remark,
            )

        return convert

    def subject(self, entry: Any, context: Mapping[str, Any]) -> Subject:
        if isinstance(entry, dict):
            return Subject(entry["identifier"], entry.get("difficulty"))
        return Subject(entry.identifier, entry.difficulty or None)

    def orphan_data(self, entry: Any) -> Any:
        return _builtins(entry)

    def entry_from_orphan(self, data: Any) -> Any:
        # The converter makes a struct of it: only there the GPT is known.
        return data


class BatchManual(_ManualImport):
    """A file."""

    name = "file/batch-manual"
    input = Upload
    suffix = "BATCH-MANUAL"
    check = staticmethod(check_file)

    def violations(self, upload: Upload) -> Iterator[Violation]:
        return violations_of_file(upload.content, upload.games)

    def parse(self, upload: Upload) -> Parsed:
        read = read_file(upload.content, upload.games, lenient=upload.lenient)
        return _parsed(read)


class DirectManual(_ManualImport):
    """A request body. The option `inferTimestamp` dates its only score to now."""

    name = "ir/direct-manual"
    input = Body
    suffix = "DIRECT-MANUAL"
    check = staticmethod(check_body)

    def parse(self, body: Body) -> Parsed:
        read = read_body(body.content, body.games, lenient=body.lenient)
        if body.options.get(INFER_TIMESTAMP):
            _infer_timestamp(read.document, body.received)
        return _parsed(read)


# --- parsing ---------------------------------------------------------------------------


def _parsed(read: ReadDocument) -> Parsed:
    gpt, document, warnings = read
    meta = document.meta
    context = {
        "service": meta.service,
        "game": gpt.game,
        "playtype": gpt.playtype,
        "version": None if meta.version is UNSET else meta.version,
    }
    provider = _class_provider(gpt, document.classes)
    return Parsed(gpt.game, context, document.scores, provider, warnings=warnings)


def _class_provider(gpt: GPT, classes: Any) -> ClassProvider | None:
    """Present if `classes` is, even empty: that makes all of the game's profiles update."""
    if not classes:
        return None
    provided = {name: value for name, value in _builtins(classes).items() if value is not None}
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
    if isinstance(score, RefusedEntry):
        return
    if score.timeAchieved:
        raise FatalImportError(
            400,
            "Cannot use X-Infer-Score-Timestamp if the importing score already has a"
            " timeAchieved set.",
        )
    score.timeAchieved = now


# --- converting ------------------------------------------------------------------------


def _builtins(struct: msgspec.Struct) -> Any:
    """The JSON that the struct was made of, without what was absent."""
    # By way of JSON because to_builtins() would leave tuples where the JSON had lists.
    return _DECODE(_ENCODE(struct))


_ENCODE: Final = msgspec.json.Encoder().encode
_DECODE: Final = msgspec.json.Decoder().decode


def _optional_of(
    score: ManualScore, data: ScoreData, gpt: GPT, chart: Chart
) -> tuple[dict[str, Any], str | None]:
    """The optional metrics, and what an error line says of them beside the score.

    data: the rest of the score. A former name that is sent beside the present one must not cost
    the score: what is there does not count where the score could not be true with it.
    """
    if not (score.optional and score.hitMeta):
        metrics = score.optional or score.hitMeta
        return (_builtins(metrics) if metrics else {}), None
    merged, conflict = _merged(score.optional, score.hitMeta)
    alone: dict[str, Any] = _builtins(score.optional)
    wrong = _wrong_with(data, merged, gpt, chart)
    if wrong is None or _wrong_with(data, alone, gpt, chart) is not None:
        return merged, conflict
    return alone, f"What stands in hitMeta was not taken: {wrong}"


def _wrong_with(data: ScoreData, optional: dict[str, Any], gpt: GPT, chart: Chart) -> str | None:
    """Why the score is none with these optional metrics."""
    try:
        hydrate(gpt, chart, ScoreData(data.metrics, data.judgements, optional), None, 0)
    except InvalidScore as failure:
        return failure.message
    return None


def _merged(optional: msgspec.Struct, former: msgspec.Struct) -> tuple[dict[str, Any], str | None]:
    """`optional` with what only `hitMeta`, its former name, has; and where they disagree."""
    first, second = _builtins(optional), _builtins(former)
    conflicts = [
        f"{name} is {text_of(first[name])} in optional and {text_of(value)} in hitMeta"
        for name, value in second.items()
        if value is not None and first.get(name) is not None and first[name] != value
    ]
    preferred = {name: value for name, value in first.items() if value is not None}
    merged = {**first, **second, **preferred}
    if not conflicts:
        return merged, None
    return merged, f"{', '.join(conflicts)}; the value in optional was taken."


def _from_orphan(data: dict[str, Any], gpt: GPT) -> ManualScore:
    """Raises InternalFailure, so that the orphan is kept, if the rules changed since."""
    try:
        return msgspec.convert(tidy(data), score_type(gpt))
    except msgspec.ValidationError as error:
        raise InternalFailure(f"Orphan does not fit {gpt.id} any more: {error}") from error
