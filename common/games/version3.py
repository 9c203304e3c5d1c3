"""The ids that version 3 of Tachi gives to games with their playtype (`iidx-sp`, `sdvx`).

A game with one playtype is called as the game. Source: specification, v3/http-api.md section 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from common.games.model import GPT
from common.games.registry import all_gpts


def version3_id(gpt: GPT) -> str:
    """What version 3 calls the GPT."""
    return gpt.v3_id


@cache
def gpts_by_version3_id() -> Mapping[str, GPT]:
    """Every GPT by the id that version 3 gives it."""
    return {version3_id(gpt): gpt for gpt in all_gpts()}
