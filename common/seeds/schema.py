"""Whether documents have the shape of their kind, and of their game.

A collection is first judged in one go; only where that fails is each document taken apart,
field by field, so that everything wrong with it is told at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from common.games.model import GPT, Game
from common.seeds.seed_documents import CHARTS, SONGS, Kind

Document = dict[str, Any]


class Flaw(NamedTuple):
    """A document that does not fit: its place in the collection, the rule and a sentence."""

    place: int
    rule: str
    detail: str


def flaws_of_kind(kind: Kind, documents: list[Any]) -> Iterator[Flaw]:
    """Where documents differ from the shape of their kind."""
    return _unfit(enumerate(documents), kind.document)


def flaws_of_game(kind: Kind, game: Game, documents: list[tuple[int, Document]]) -> Iterator[Flaw]:
    """Where songs or charts differ from what their game allows.

    documents: by place, all of the right kind.
    """
    if kind is SONGS:
        yield from _unfit(_data(documents), game.song_data, "data.")
    if kind is CHARTS:
        of_playtype: defaultdict[str, list[tuple[int, Document]]] = defaultdict(list)
        for place, chart in documents:
            of_playtype[chart["playtype"]].append((place, chart))
        for playtype, charts in of_playtype.items():
            if playtype in game.playtypes:
                yield from _flaws_of_charts(game.playtypes[playtype], charts)
            else:
                detail = f"{playtype} is no playtype of {game.id}"
                yield from (Flaw(place, "playtype", detail) for place, _ in charts)


def _flaws_of_charts(gpt: GPT, charts: list[tuple[int, Document]]) -> Iterator[Flaw]:
    yield from _unfit(_data(charts), gpt.chart_data, "data.")
    difficulties = None if gpt.special_difficulties else gpt.difficulties
    for place, chart in charts:
        if difficulties is not None and chart["difficulty"] not in difficulties:
            yield Flaw(place, "difficulty", f"{gpt.id} has no difficulty {chart['difficulty']}")
        for version in chart["versions"]:
            if version not in gpt.versions:
                yield Flaw(place, "version", f"{gpt.id} has no version {version}")


def _data(documents: Iterable[tuple[int, Document]]) -> list[tuple[int, Any]]:
    return [(place, document["data"]) for place, document in documents]


def _unfit(
    documents: Iterable[tuple[int, Any]], struct: type[msgspec.Struct], prefix: str = ""
) -> Iterator[Flaw]:
    documents = list(documents)
    if _fits([document for _, document in documents], list[struct]):  # type: ignore[valid-type]
        return
    for place, document in documents:
        if not _fits(document, struct):
            for detail in explain(document, struct, prefix):
                yield Flaw(place, "shape", detail)


def _fits(value: Any, shape: Any) -> bool:
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError:
        return False
    return True


def explain(document: Any, struct: type[msgspec.Struct], prefix: str = "") -> Iterator[str]:
    """Everything in which a document differs from a struct, a sentence a field.

    prefix: leads to the document where it is part of a larger one (`data.`).
    """
    if not isinstance(document, dict):
        yield f"{prefix.rstrip('.') or 'the document'} must be an object"
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name, field in fields.items():
        if name in document:
            yield from _explain_field(f"{prefix}{name}", document[name], field.type)
        elif field.required:
            yield f"{prefix}{name} is missing"
    for name in document:
        if name not in fields:
            yield f"{prefix}{name} is an unknown key"


def _explain_field(name: str, value: Any, shape: Any) -> Iterator[str]:
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        # msgspec says: Expected `int`, got `str` - at `$.goals[0]`
        problem, _, place = str(error).partition(" - at `$")
        yield f"{name}{place.rstrip('`')}: {problem}"


def holds_nul(value: Any) -> bool:
    """True if any text in a JSON value has U+0000, which PostgreSQL cannot store."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(map(holds_nul, value)) or any(map(holds_nul, value.values()))
    return isinstance(value, list) and any(map(holds_nul, value))
