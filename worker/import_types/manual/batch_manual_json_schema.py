"""The JSON Schema of batch-manual for one game, made of the structs that decode a document.

Editors complete and check with it. What it refuses an import refuses as well, in whole or of the
score; what only an import can know (the catalogue, a chart's notes) it lets pass.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import Any, Final

import msgspec

from common.games.model import GPT, Game
from worker.import_types.manual.batch_manual_structs import (
    COMMENT_LENGTH,
    EARLIEST_TIME,
    SERVICE_LENGTH,
    document_type,
)

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


@cache
def _of_game(game: Game) -> Schema:
    """The schema, which is not to be changed."""
    definitions: Schema = {}
    for gpt in game.playtypes.values():
        definitions |= _definitions(gpt)
    gpts = list(game.playtypes.values())
    return {
        "$schema": DRAFT,
        "title": f"batch-manual, {game.id}",
        "type": "object",
        "required": ["meta", "scores"],
        "properties": {
            "meta": {
                "type": "object",
                "required": ["game"],
                "properties": {
                    "game": {
                        "enum": [game.id, *(gpt.v3_id for gpt in gpts if gpt.v3_id != game.id)]
                    },
                    "playtype": {"enum": [*game.playtypes, None]},
                },
            }
        },
        "allOf": [
            {"if": _is_for(gpt), "then": {"$ref": _reference(gpt, "ManualDocument")}}
            for gpt in gpts
        ],
        # A document of none of them names a game without its playtype.
        "anyOf": [_is_for(gpt) for gpt in gpts],
        "$defs": definitions,
    }


def schema_of(game: Game) -> Schema:
    """The JSON Schema (draft 2020-12) of documents of a game."""
    return copy.deepcopy(_of_game(game))


def _is_for(gpt: GPT) -> Schema:
    """The document is for this GPT: by its one id, or by game and playtype."""
    playtype = {"const": gpt.playtype}
    by_both = {
        "required": ["game", "playtype"],
        "properties": {"game": {"const": gpt.game}, "playtype": playtype},
    }
    by_one = {
        "required": ["game"],
        "properties": {"game": {"const": gpt.v3_id}, "playtype": {"enum": [gpt.playtype, None]}},
    }
    return {"properties": {"meta": {"anyOf": [by_both, by_one]}}, "required": ["meta"]}


def _reference(gpt: GPT, name: str) -> str:
    return f"#/$defs/{gpt.playtype}.{name}"


def _definitions(gpt: GPT) -> Schema:
    """The structs of a GPT, by name, with what types cannot express added."""
    _, structs = msgspec.json.schema_components(
        [document_type(gpt)], ref_template=_reference(gpt, "{name}")
    )
    score = structs["ManualScore"]["properties"]
    structs["ManualDocument"]["title"] = gpt.display_name
    structs["ManualMeta"]["properties"] |= {
        "service": {
            "type": "string",
            "description": "What made the scores; shown beside each of them.",
            **_lengths(SERVICE_LENGTH),
        },
        "game": {"enum": list(dict.fromkeys((gpt.game, gpt.v3_id)))},
        "playtype": {"enum": [gpt.playtype, None]},
    }
    score["matchType"] = {
        "enum": list(gpt.match_types),
        "description": "How the chart is found.",
    }
    score["identifier"]["description"] = "What the chart is found by: a title, an ID or a hash."
    score["comment"] = {"anyOf": [{"type": "string", **_lengths(COMMENT_LENGTH)}, {"type": "null"}]}
    # Known ones are completed, others are not refused: a catalogue may have more.
    known = [{"enum": list(gpt.difficulties)}] if gpt.difficulties else []
    score["difficulty"]["anyOf"] = [*known, *score["difficulty"]["anyOf"]]
    score["timeAchieved"] |= {
        "description": "When it was played: milliseconds since the epoch; 0 = not known.",
        "not": {
            "anyOf": [
                {"type": "number", "exclusiveMaximum": 0},
                {"type": "number", "exclusiveMinimum": 0, "maximum": EARLIEST_TIME},
            ]
        },
    }
    score["judgements"]["anyOf"][0]["propertyNames"] = {"enum": list(gpt.judgements)}
    score["hitMeta"]["deprecated"] = True
    return {f"{gpt.playtype}.{name}": struct for name, struct in structs.items()}


def _lengths(limits: tuple[int, int]) -> Schema:
    """Limits in UTF-16 code units, of which a character may take two."""
    low, high = limits
    return {"minLength": (low + 1) // 2, "maxLength": high}
